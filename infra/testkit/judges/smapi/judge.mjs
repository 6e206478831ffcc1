// Two judges. "exchanges" holds requests and answers against the description of the
// Skill Management API that Amazon publishes with its client. "client" has that client
// go the way of hearthgate against a service.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const [, , mode, ...args] = process.argv;
const input = JSON.parse(readFileSync(0, 'utf8'));
const output = { exchanges, client }[mode];
console.log(JSON.stringify(await output(input, ...args)));

// exchanges returns a sentence for each thing that the description does not allow.
function exchanges(all) {
    const spec = JSON.parse(readFileSync(require.resolve('ask-smapi-model/spec.json'), 'utf8'));
    strict(spec.definitions);
    const Ajv = require('ajv');
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema({ definitions: spec.definitions }, 'spec');
    const problems = [];
    for (const e of all) {
        const say = (text) => problems.push(`${e.method} ${e.path} (${e.status}): ${text}`);
        const check = (schema, text, what) => {
            let value;
            try {
                value = JSON.parse(text);
            } catch {
                return say(`${what} is no JSON: ${text.slice(0, 100)}`);
            }
            const validate = ajv.compile(referred(schema));
            if (!validate(value)) {
                say(`${what}: ${ajv.errorsText(validate.errors)}: ${text.slice(0, 300)}`);
            }
        };
        const found = Object.entries(spec.paths).find(([path]) => matches(path, e.path));
        const operation = found?.[1][e.method.toLowerCase()];
        if (!operation) {
            say('there is no such operation');
            continue;
        }
        if (operation['x-operation-name'] !== e.operation + 'V1') {
            say(`it is ${operation['x-operation-name']}, and not ${e.operation}`);
        }
        const parameters = operation.parameters ?? [];
        for (const name of new URLSearchParams(e.query).keys()) {
            if (!parameters.some((p) => p.in === 'query' && p.name === name)) {
                say(`there is no query parameter ${name}`);
            }
        }
        for (const p of parameters.filter((p) => p.in === 'query' && p.required)) {
            if (!new URLSearchParams(e.query).has(p.name)) {
                say(`the query parameter ${p.name} is missing`);
            }
        }
        const body = parameters.find((p) => p.in === 'body');
        if (body) {
            check(body.schema, e.request, 'the request');
        } else if (e.request) {
            say('the request has a body');
        }
        if (e.broken) {
            continue;
        }
        const answer = operation.responses[String(e.status)];
        if (!answer) {
            say('there is no such status');
        } else if (answer.schema) {
            check(answer.schema, e.answer, 'the answer');
        } else if (e.answer) {
            say('the answer has a body');
        }
    }
    return problems;
}

// strict has objects reject properties that are not described, and repairs what is no
// schema: Amazon describes an enumeration of texts as objects.
function strict(definitions) {
    for (const d of Object.values(definitions)) {
        if (d['x-inheritsFrom']) {
            d.properties = { ...definitions[d['x-inheritsFrom']].properties, ...d.properties };
        }
    }
    for (const d of Object.values(definitions)) {
        if (d.enum) {
            delete d.type;
        } else if (d.properties && d.additionalProperties === undefined) {
            d.additionalProperties = false;
        }
    }
}

// referred returns a schema whose references lead into the description.
function referred(schema) {
    return JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions/', '"spec#/definitions/'));
}

function matches(template, path) {
    const ours = path.split('/');
    const theirs = template.split('/');
    return ours.length === theirs.length && theirs.every((part, i) => part.startsWith('{') || part === ours[i]);
}

// client returns what Amazon's client made of each answer.
async function client({ login, vendor, manifest, update, linking, model, locale }, endpoint) {
    const { CustomSmapiClientBuilder } = require('ask-smapi-sdk');
    const smapi = new CustomSmapiClientBuilder().withApiEndpoint(endpoint).withAuthEndpoint(endpoint).withRefreshTokenConfig(login).client();
    const stage = 'development';
    const steps = [];
    const step = async (name, call) => {
        try {
            const r = await call();
            steps.push({ name, status: r.statusCode, body: r.body, etag: header(r, 'etag'), location: header(r, 'location') });
            return r;
        } catch (err) {
            steps.push({ name, status: err.statusCode ?? 0, error: err.message, body: err.response });
        }
    };
    const done = async (name, id, resource) => {
        for (let i = 0; i < 20; i++) {
            const r = await step(name, () => smapi.callGetSkillStatusV1(id, resource));
            const s = resource === 'manifest' ? r?.body.manifest : r?.body.interactionModel?.[locale];
            if (s && s.lastUpdateRequest.status !== 'IN_PROGRESS') {
                return;
            }
        }
    };
    await step('vendors', () => smapi.callGetVendorListV1());
    const created = await step('create', () => smapi.callCreateSkillForVendorV1({ vendorId: vendor, manifest }));
    const id = created.body.skillId;
    await done('created', id, 'manifest');
    await step('list', () => smapi.callListSkillsForVendorV1(vendor));
    const read = await step('manifest', () => smapi.callGetSkillManifestV1(id, stage));
    const etag = header(read, 'etag');
    await step('stale', () => smapi.callUpdateSkillManifestV1(id, stage, { manifest: update }, 'another'));
    await step('update', () => smapi.callUpdateSkillManifestV1(id, stage, { manifest: update }, etag));
    await step('conflict', () => smapi.callUpdateSkillManifestV1(id, stage, { manifest: update }));
    await done('updated', id, 'manifest');
    await step('no linking', () => smapi.callGetAccountLinkingInfoV1(id, stage));
    await step('set linking', () => smapi.callUpdateAccountLinkingInfoV1(id, stage, { accountLinkingRequest: linking }));
    await step('linking', () => smapi.callGetAccountLinkingInfoV1(id, stage));
    await step('no model', () => smapi.callGetInteractionModelV1(id, stage, locale));
    await step('set model', () => smapi.callSetInteractionModelV1(id, stage, locale, { interactionModel: model }));
    await done('built', id, 'interactionModel');
    await step('model', () => smapi.callGetInteractionModelV1(id, stage, locale));
    await step('not enabled', () => smapi.callGetSkillEnablementStatusV1(id, stage));
    await step('enable', () => smapi.callSetSkillEnablementV1(id, stage));
    await step('enabled', () => smapi.callGetSkillEnablementStatusV1(id, stage));
    await step('credentials', () => smapi.callGetSkillCredentialsV1(id));
    await step('invalid', () => smapi.callCreateSkillForVendorV1({ vendorId: vendor, manifest: { manifestVersion: '1.0' } }));
    await step('unlink', () => smapi.callDeleteAccountLinkingInfoV1(id, stage));
    await step('delete', () => smapi.callDeleteSkillV1(id));
    await step('gone', () => smapi.callGetSkillManifestV1(id, stage));
    return steps;
}

function header(response, name) {
    return response?.headers?.find((h) => h.key.toLowerCase() === name)?.value;
}
