"""The embedded metric format's specification as the judge of lines of the log.

judge.py SCHEMA reads lines, prints what is wrong with each.
"""

import json
import sys

import jsonschema

MOST = 1 << 20  # bytes of an event in CloudWatch Logs


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def targets(root):
    """Yields each member that a directive names and the root does not have as it must."""
    for directive in root["_aws"]["CloudWatchMetrics"]:
        for name in {name for one in directive["Dimensions"] for name in one}:
            value = root.get(name)
            if not isinstance(value, str) or not 1 <= len(value) <= 1024 or not value.isascii():
                yield f"the dimension {name} is {value!r}, which is no text of up to 1024 ASCII characters"
        for metric in directive["Metrics"]:
            value = root.get(metric["Name"])
            many = isinstance(value, list) and len(value) <= 100 and all(map(number, value))
            if not number(value) and not many:
                yield f"the metric {metric['Name']} is {value!r}, which is no number"


def twice(pairs):
    keys = [key for key, _ in pairs]
    again = sorted({key for key in keys if keys.count(key) > 1})
    if again:
        raise ValueError(f"{', '.join(again)} comes twice")
    return dict(pairs)


def judge(line, validator):
    try:
        root = json.loads(line, object_pairs_hook=twice, parse_constant=lambda name: int(name))
    except ValueError as problem:
        return [str(problem)]
    wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(root)]
    if not wrong:
        wrong = list(targets(root))
    if len(line.encode()) > MOST:
        wrong.append(f"{len(line.encode())} bytes")
    return wrong


schema = json.loads(sys.argv[1])
jsonschema.Draft202012Validator.check_schema(schema)
known = jsonschema.Draft202012Validator(schema)
json.dump([judge(line, known) for line in json.load(sys.stdin)], sys.stdout)
