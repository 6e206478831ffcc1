"""What a request goes through before and after it is carried out.

Never late, never twice: a request whose time is over is not carried out, and one that
comes again is answered from memory.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import gzip
import json
import logging
import time
from typing import Any
import zlib

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.json import json_bytes

from .client import Message
from .const import (
    ACK_AFTER,
    COMPRESS_BEYOND,
    MAX_INFLATED,
    MAX_MESSAGE,
    REMEMBER_FOR,
    Status,
)

_LOGGER = logging.getLogger(__name__)

_MAX_ID = 64
_DRIFT = 0.0002  # most by which a computer's clock is wrong a second


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request of the function."""

    kind: str
    id: str
    sent: int  # milliseconds since 1970 by the function's clock
    within: int  # milliseconds
    body: Any


@dataclass(frozen=True, kw_only=True)
class Reply:
    """How a request went."""

    status: Status
    body: Any = None
    problem: str = ""

    def encode(self, request_id: str) -> bytes:
        """Return the payload of its message."""
        message: dict[str, Any] = {"id": request_id, "status": int(self.status)}
        if self.body is not None:
            message["body"] = self.body
        if self.problem:
            message["problem"] = self.problem
        payload = json_bytes(message)
        if len(payload) > COMPRESS_BEYOND:
            payload = gzip.compress(payload, compresslevel=6, mtime=0)
        return payload


def decode(payload: bytes) -> Request | None:
    """Return the request of a payload; None if it is none."""
    try:
        if payload[:1] == b"\x1f":
            payload = _inflate(payload)
        data = json.loads(payload)
        request = Request(
            kind=data["kind"],
            id=data["id"],
            sent=data["sent"],
            within=data["within"],
            body=data.get("body"),
        )
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        zlib.error,
    ):
        return None
    if not (
        isinstance(request.kind, str)
        and isinstance(request.id, str)
        and 0 < len(request.id) <= _MAX_ID
        and type(request.sent) is int
        and type(request.within) is int
    ):
        return None
    return request


def _inflate(payload: bytes) -> bytes:
    """Return what was compressed, without taking more memory than a request may."""
    stream = zlib.decompressobj(wbits=31)
    plain = stream.decompress(payload, MAX_INFLATED)
    if not stream.eof or stream.unused_data:
        raise ValueError("too long, or cut off")
    return plain


def steady_clock() -> float:
    """Return milliseconds since 1970 by a clock that no one sets.

    Home Assistant may start before the time is known; when it is, this does not jump.
    It counts the time that a computer sleeps.
    """
    return _STARTED + _running() * 1000


def _running() -> float:
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


_STARTED = time.time() * 1000 - _running() * 1000


@dataclass
class Lateness:
    """Tells a late request from one of a function whose clock differs.

    The base is the smallest difference between the clocks so far: that of the request
    that was the quickest. It may grow as fast as two clocks drift apart.
    """

    base: float | None = None
    _at: float = 0.0

    def late(self, request: Request, arrived: float) -> bool:
        """Return whether a request arrived after its time."""
        after = arrived - request.sent
        if self.base is None:
            self.base = after
        else:
            self.base = min(self.base + (arrived - self._at) * _DRIFT, after)
        self._at = arrived
        return after - self.base > request.within


@dataclass
class _Entry:
    at: float
    payload: bytes | None = None  # of the reply; None while it is being carried out


@dataclass
class Memory:
    """What must outlive a connection and a reload: answers and the clocks' difference."""

    lateness: Lateness = field(default_factory=Lateness)
    _entries: OrderedDict[str, _Entry] = field(default_factory=OrderedDict)

    def enter(self, request_id: str, now: float) -> tuple[_Entry, bool]:
        """Return the entry of a request, and whether there was one."""
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if now - oldest.at <= REMEMBER_FOR * 1000 or oldest.payload is None:
                break
            self._entries.popitem(last=False)
        if (entry := self._entries.get(request_id)) is not None:
            return entry, True
        entry = self._entries[request_id] = _Entry(now)
        return entry, False


type Send = Callable[[str, bytes, bytes | None], None]
type CarryOut = Callable[[Request], Awaitable[Reply]]


class Requests:
    """Answers the messages of the request topic."""

    def __init__(
        self, hass: HomeAssistant, memory: Memory, prefix: str, carry_out: CarryOut
    ) -> None:
        """Prepare; prefix is how the topics of replies begin."""
        self._hass = hass
        self._memory = memory
        self._prefix = prefix
        self._carry_out = carry_out
        self.handled = 0
        self.late = 0

    @callback
    def receive(self, message: Message, send: Send) -> None:
        """Answer a message. What cannot be read is dropped: there is no one to answer."""
        arrived = steady_clock()
        request = decode(message.payload)
        topic = message.response_topic
        if request is None or topic is None or not topic.startswith(self._prefix):
            _LOGGER.debug("Dropped a message of %d bytes", len(message.payload))
            return
        entry, known = self._memory.enter(request.id, arrived)
        if known:
            send(
                topic,
                entry.payload or Reply(status=Status.ACCEPTED).encode(request.id),
                message.correlation,
            )
        elif self._memory.lateness.late(request, arrived):
            self.late += 1
            reply = Reply(status=Status.TOO_LATE, problem="The request came too late")
            entry.payload = reply.encode(request.id)
            send(topic, entry.payload, message.correlation)
        else:
            self._hass.async_create_task(
                self._answer(request, entry, topic, message.correlation, send),
                f"hearthgate {request.kind}",
                eager_start=True,
            )

    async def _answer(
        self,
        request: Request,
        entry: _Entry,
        topic: str,
        correlation: bytes | None,
        send: Send,
    ) -> None:
        accepted = Reply(status=Status.ACCEPTED).encode(request.id)
        acknowledge = self._hass.loop.call_later(
            ACK_AFTER, send, topic, accepted, correlation
        )
        try:
            self.handled += 1
            reply = await self._carry_out(request)
            payload = reply.encode(request.id)
            if len(payload) > MAX_MESSAGE:
                reply = Reply(
                    status=Status.TOO_LONG,
                    problem="The answer is longer than a message may be",
                )
                payload = reply.encode(request.id)
        except asyncio.CancelledError:
            payload = Reply(
                status=Status.NOT_READY, problem="Home Assistant is shutting down"
            ).encode(request.id)
            raise
        except Exception:
            _LOGGER.exception("A %s of Alexa failed", request.kind)
            payload = Reply(
                status=Status.FAILED, problem="Home Assistant failed; its log has why"
            ).encode(request.id)
        finally:
            acknowledge.cancel()
            entry.payload = payload
            send(topic, payload, correlation)
