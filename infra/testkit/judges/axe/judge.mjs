// Prints the source of axe-core as a JSON string, for a browser to run.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
process.stdout.write(JSON.stringify(source));
