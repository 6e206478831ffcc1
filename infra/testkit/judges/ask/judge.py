"""Amazon's own classes as the judge of custom skill messages.

judge.py requests   prints a request envelope of every type that the SDK knows, filled in, by its type
judge.py replies    reads replies, prints what is wrong with each
judge.py models     reads interaction models, prints what is wrong with each
"""

import datetime
import enum
import importlib
import json
import sys

from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model.request import Request
from ask_sdk_model.request_envelope import RequestEnvelope
from ask_sdk_model.response_envelope import ResponseEnvelope
from ask_smapi_model.v1.skill.interaction_model.interaction_model_data import InteractionModelData

DEEP = 6  # levels; some types contain themselves
serializer = DefaultSerializer()


def load(name):
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def example(kind, depth=0):
    """Returns a value of a type as the SDK spells it, with every field set."""
    simple = {"str": "text", "int": 1, "float": 1.5, "bool": True, "object": {"key": "value"}}
    if kind in simple:
        return simple[kind]
    if kind in ("datetime", "date"):
        return datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    if kind.startswith("list["):
        return [example(kind[5:-1], depth)]
    if kind.startswith("dict("):
        return {"key": example(kind[5:-1].split(", ", 1)[1], depth)}
    return instance(load(kind), depth + 1)


def instance(cls, depth=0):
    if issubclass(cls, enum.Enum):
        return next(iter(cls))
    children = vars(cls).get("discriminator_value_class_map")  # its own, not of its base
    if children:
        return instance(load(children[min(children)]), depth)
    made = cls()
    if depth < DEEP:
        for name, kind in cls.deserialized_types.items():
            if getattr(made, name) is None:
                setattr(made, name, example(kind, depth))
    return made


def requests():
    found = {}
    for name, path in Request.discriminator_value_class_map.items():
        envelope = instance(RequestEnvelope)
        envelope.version = "1.0"
        envelope.request = instance(load(path))
        envelope.request.locale = "en-US"
        found[name] = serializer.serialize(envelope)
        assert found[name]["request"]["type"] == name, found[name]
    return found


def differences(got, want, path="$"):
    """Yields where got differs from want, which is what was sent."""
    if isinstance(want, dict) and isinstance(got, dict):
        for key in sorted(want.keys() | got.keys()):
            if key not in got:
                yield f"{path}.{key} is not known: it is lost"
            elif key not in want:
                yield f"{path}.{key} was not sent"
            else:
                yield from differences(got[key], want[key], f"{path}.{key}")
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for i, pair in enumerate(zip(got, want)):
            yield from differences(*pair, f"{path}[{i}]")
    elif type(got) is not type(want) or got != want:
        yield f"{path} is {got!r}, and {want!r} was sent"


def judge(text, cls):
    try:
        back = serializer.serialize(serializer.deserialize(text, cls))
    except Exception as problem:  # the SDK raises what it likes
        return [f"{type(problem).__name__}: {problem}"]
    return list(differences(back, json.loads(text)))


def main():
    what = sys.argv[1]
    if what == "requests":
        answer = requests()
    else:
        cls = {"replies": ResponseEnvelope, "models": InteractionModelData}[what]
        answer = [judge(text, cls) for text in json.load(sys.stdin)]
    json.dump(answer, sys.stdout)


main()
