"""parliament as the judge of IAM policies: reads policies, prints what it finds in each."""

import json
import sys

from parliament import analyze_policy_string

found = []
for policy in json.load(sys.stdin):
    findings = analyze_policy_string(json.dumps(policy)).findings
    found.append([f"{f.issue} {f.title or ''} {f.detail}" for f in findings])
json.dump(found, sys.stdout)
