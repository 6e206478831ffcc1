"""What both ends of the relay agree on.

The other end's names and numbers are in Go, in config/relay; a test compares the two.
"""

from enum import IntEnum, StrEnum
from typing import Final

DOMAIN: Final = "hearthgate"

PROTOCOL: Final = 2

MAX_MESSAGE: Final = 128 * 1024  # bytes of a payload, by AWS IoT Core
MAX_INFLATED: Final = 1024 * 1024  # bytes of a request; Alexa's have a few thousand
ACK_AFTER: Final = 0.3  # seconds
REMEMBER_FOR: Final = 60.0  # seconds
COMPRESS_BEYOND: Final = 4 * 1024  # bytes
ANNOUNCE_EVERY: Final = 600.0  # seconds: an alarm tells by it that the home is there
COUNT_TAKE_OVERS: Final = 600.0  # seconds

SIGNING_REQUEST_PREFIX: Final = "hgcsr1."
PAIRING_PREFIX: Final = "hgpair1."

CONF_STAGE: Final = "stage"
CONF_ENDPOINT: Final = "endpoint"
CONF_PORT: Final = "port"
CONF_CERTIFICATE: Final = "certificate"
CONF_AUTHORITY: Final = "authority"
CONF_KEY: Final = "key"  # which key file belongs to the certificate

CONF_ANSWER: Final = "answer"
CONF_EXPOSED: Final = "exposed"
CONF_LABEL: Final = "label"
CONF_SOURCE: Final = "source"

LOGIN_CLIENT_PREFIX: Final = "amzn1.application-oa2-client."
EVENT_GATEWAYS: Final = {  # by the region of the skill
    "us-east-1": "https://api.amazonalexa.com/v3/events",
    "eu-west-1": "https://api.eu.amazonalexa.com/v3/events",
    "us-west-2": "https://api.fe.amazonalexa.com/v3/events",
}


class Exposed(StrEnum):
    """Which entities Alexa may use."""

    LABEL = "label"
    ASSIST = "assist"
    ALL = "all"


class Kind(StrEnum):
    """What a request asks for."""

    DIRECTIVE = "directive"
    CONVERSATION = "conversation"
    INTENT = "intent"
    CHECK = "check"


class Status(IntEnum):
    """How a request went; the numbers are those of HTTP for the same."""

    DONE = 200
    ACCEPTED = 202
    NOT_UNDERSTOOD = 400
    NOT_ALLOWED = 403
    NOT_KNOWN = 404
    TOO_LATE = 410
    TOO_LONG = 413
    FAILED = 500
    NOT_READY = 503


class State(StrEnum):
    """The states of a home."""

    ONLINE = "online"
    STARTING = "starting"
    OFFLINE = "offline"


def request_topic(stage: str) -> str:
    """Return the topic on which requests come."""
    return f"hearthgate/{stage}/request"


def presence_topic(stage: str) -> str:
    """Return the topic of the retained presence."""
    return f"hearthgate/{stage}/presence"


def reply_topic(stage: str, process: str) -> str:
    """Return the topic on which one process of the function gets replies."""
    return f"hearthgate/{stage}/response/{process}"


def home_client(stage: str) -> str:
    """Return the client id of the home's connection."""
    return f"hearthgate-{stage}-home"
