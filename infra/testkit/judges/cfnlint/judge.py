"""cfn-lint as the judge of templates: reads templates, prints what it finds in each."""

import json
import sys

from cfnlint import lint, ManualArgs

settings = {
    "regions": ["us-east-1", "eu-west-1", "us-west-2"],
    # W3005: the CDK lets every function depend on its role, although it refers to it.
    "ignore_checks": ["W3005"],
}
found = []
for template in json.load(sys.stdin):
    matches = lint(template, config=ManualArgs(**settings))
    found.append([f"{m.rule.id} {m.message} at {'/'.join(map(str, m.path or []))}" for m in matches])
json.dump(found, sys.stdout)
