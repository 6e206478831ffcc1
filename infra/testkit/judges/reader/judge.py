"""Python's json as the judge of how a directive is read, since Home Assistant reads with it.

Reads documents in base64, prints what Home Assistant would act on: namespace, name and
endpointId, each as a list of code points, or null where it would fail.
"""

import base64
import json
import sys


def points(text):
    if not isinstance(text, str):
        raise TypeError(text)
    return [ord(character) for character in text]


def read(document):
    try:
        directive = json.loads(document.decode("utf-8"))["directive"]
        header = directive["header"]
        endpoint = directive.get("endpoint")  # a directive without one has no device
        identity = endpoint["endpointId"] if endpoint else ""
        return [points(header["namespace"]), points(header["name"]), points(identity)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


json.dump([read(base64.b64decode(document)) for document in json.load(sys.stdin)], sys.stdout)
