"""Keeps the home connected, and says whether it is."""

from __future__ import annotations

import asyncio
from collections import deque
import contextlib
from datetime import datetime, timedelta
import logging
import random
import time
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, CoreState, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.start import async_at_started

from .client import (
    ALPN_PORT,
    Busy,
    CannotReach,
    Client,
    ConnectError,
    Message,
    Refused,
    TakenOver,
    Untrusted,
    WrongClock,
)
from .const import (
    ANNOUNCE_EVERY,
    COUNT_TAKE_OVERS,
    State,
    home_client,
    presence_topic,
    reply_topic,
    request_topic,
)
from .exchange import Memory, Requests, steady_clock
from .handlers import Handlers
from .pairing import Keys, Pairing
from .problems import Problem, report, solved
from .reporting import Reporting

_LOGGER = logging.getLogger(__name__)

MQTT_PORT = 8883
SETTLES_AFTER = 1.0  # seconds: until then an earlier connection's last will may come
BACK_OFF_BASE = 1.0  # seconds
BACK_OFF_MOST = 120.0  # seconds
STABLE_AFTER = 60.0  # seconds: a connection that lasted so long was a good one
REFUSALS = 3  # in a row, until the owner hears of it: a certificate needs a moment
TAKE_OVERS = 3  # within COUNT_TAKE_OVERS, until the owner hears of it
CLOCK_DIFFERENCE = 300_000  # milliseconds by which clocks may differ


def ports(pairing: Pairing) -> tuple[int, ...]:
    """Return the ports to try: many networks let only 443 out."""
    return (pairing.port,) if pairing.port else (MQTT_PORT, ALPN_PORT)


def back_off(attempt: int) -> float:
    """Return how long to wait before another attempt: exponential, with full jitter.

    Any time up to the limit is as likely as any other, so that a thousand homes do not
    come back in the same second after an outage.
    """
    limit = min(BACK_OFF_MOST, BACK_OFF_BASE * 2 ** min(attempt, 16))
    return random.uniform(0, limit)


class Home:
    """The home's end of the relay, from setup to unload."""

    def __init__(
        self,
        hass: HomeAssistant,
        pairing: Pairing,
        key_id: str,
        config: Reporting,
        version: str,
        memory: Memory,
    ) -> None:
        """Prepare; start connects."""
        self._hass = hass
        self._pairing = pairing
        self._key_file = Keys(hass).path(key_id)
        self.config = config
        self._memory = memory
        self.handlers = Handlers(
            hass,
            config,
            version,
            lambda: (self.state, self.since),
            self._connected_with,
        )
        self.requests = Requests(
            hass, memory, reply_topic(pairing.stage, ""), self.handlers.carry_out
        )
        self.state = State.OFFLINE
        self.since = _now()
        self.connections = 0
        self.last_error = ""
        self._client: Client | None = None
        self._task: asyncio.Task[None] | None = None
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._taken_over: deque[float] = deque(maxlen=TAKE_OVERS)
        self._refusals = 0

    @property
    def connected(self) -> bool:
        """Return whether the home is connected."""
        return self._client is not None

    @property
    def clock_difference(self) -> float | None:
        """Return by how many milliseconds the clock is ahead now; None if unknown."""
        if (base := self._memory.lateness.base) is None:
            return None
        return base + time.time() * 1000 - steady_clock()

    @callback
    def start(self) -> None:
        """Connect, and keep connected until stop."""
        self._task = self._hass.async_create_background_task(
            self._run(), f"hearthgate {self._pairing.stage}", eager_start=False
        )
        self._unsubscribe = [
            async_track_time_interval(
                self._hass, self._repeat, timedelta(seconds=ANNOUNCE_EVERY)
            ),
            async_at_started(self._hass, self._started),
            self._hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._stopping),
        ]

    async def stop(self) -> None:
        """Say that the home is offline, and disconnect."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []
        task, self._task = self._task, None
        client, self._client = self._client, None
        if client is not None:
            self._change(State.OFFLINE)
            client.publish(*self._presence(), retain=True)
            await client.disconnect()
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @callback
    def announce(self) -> None:
        """Publish the home's presence."""
        if self._client is not None:
            self._client.publish(*self._presence(), retain=True)

    async def _repeat(self, _: datetime) -> None:
        self.announce()

    async def _stopping(self, _: Event) -> None:
        self._unsubscribe.pop()  # it has happened, so there is nothing to end
        await self.stop()

    @callback
    def _started(self, _: HomeAssistant) -> None:
        if self._client is not None:
            self._change(State.ONLINE)
            self.announce()

    async def _run(self) -> None:
        """Connect again and again."""
        attempt = 0
        while True:
            began = time.monotonic()
            try:
                await self._connection()
            except ConnectError as err:
                self._failed(err)
            except Exception:
                _LOGGER.exception("The connection of %s failed", self._pairing.stage)
            if time.monotonic() - began > STABLE_AFTER:
                attempt = 0
            await asyncio.sleep(back_off(attempt))
            attempt += 1

    async def _connection(self) -> None:
        """Connect, and return when the connection has ended."""
        client = await self._connect()
        self._client = client
        settled = self._hass.loop.call_later(SETTLES_AFTER, self.announce)
        try:
            running = self._hass.state is CoreState.running
            self._change(State.ONLINE if running else State.STARTING)
            self.announce()
            self.connections += 1
            self._refusals = 0
            self.last_error = ""
            solved(self._hass, self._pairing.stage, Problem.REFUSED, Problem.KEY_LOST)
            _LOGGER.debug("Connected to the relay of %s", self._pairing.stage)
            await client.ended.wait()
        finally:
            settled.cancel()
            if self._client is client:
                self._client = None
                self._change(State.OFFLINE)
                client.close()
        _LOGGER.info("The connection to the relay of %s ended", self._pairing.stage)
        if client.taken_over:
            raise TakenOver("another client has connected with its certificate")

    async def _connect(self) -> Client:
        """Return a connection that has subscribed to requests."""
        stage = self._pairing.stage
        will = json_bytes(self.handlers.describe(State.OFFLINE, _now()))
        failure: ConnectError = CannotReach("")
        for port in ports(self._pairing):
            client = Client(
                self._hass,
                self._pairing,
                self._key_file,
                home_client(stage),
                will=(presence_topic(stage), will),
                on_message=self._message,
            )
            try:
                await client.connect(port)
                await client.subscribe(request_topic(stage))
            except CannotReach as err:
                client.close()
                failure = err
                if isinstance(err, Busy):
                    break  # another port leads to the same broker
            except BaseException:
                client.close()
                raise
            else:
                return client
        raise failure

    @callback
    def _message(self, message: Message) -> None:
        self.requests.receive(message, self._send)
        difference = self.clock_difference
        if difference is None:
            return
        if abs(difference) > CLOCK_DIFFERENCE:
            report(self._hass, Problem.CLOCK, self._pairing.stage)
        else:
            solved(self._hass, self._pairing.stage, Problem.CLOCK)

    @callback
    def _send(self, topic: str, payload: bytes, correlation: bytes | None) -> None:
        if self._client is not None:
            self._client.publish(topic, payload, correlation=correlation)

    def _presence(self) -> tuple[str, bytes]:
        return presence_topic(self._pairing.stage), json_bytes(
            self.handlers.describe(self.state, self.since)
        )

    def _connected_with(self) -> dict[str, Any]:
        """Return what the home says about its connection."""
        return {
            "certificate": self._pairing.certificate_id,
            "taken_over": self._take_overs(),
        }

    def _take_overs(self) -> int:
        """Return how often another client has ended the connection of late."""
        now = time.monotonic()
        return sum(now - then < COUNT_TAKE_OVERS for then in self._taken_over)

    def _change(self, state: State) -> None:
        if state is not self.state:
            self.state, self.since = state, _now()

    def _failed(self, err: ConnectError) -> None:
        """Note why there is no connection, and tell the owner what only they can mend."""
        if type(err).__name__ != self.last_error:
            _LOGGER.warning(
                "The relay of %s cannot be used: %s", self._pairing.stage, err
            )
        self.last_error = type(err).__name__
        match err:
            case WrongClock():
                report(self._hass, Problem.CLOCK, self._pairing.stage)
            case TakenOver():
                self._count_take_over()
            case Refused() | Untrusted():
                self._refusals += 1
                if self._refusals >= REFUSALS:
                    report(self._hass, Problem.REFUSED, self._pairing.stage)
            case _:
                self._refusals = 0

    def _count_take_over(self) -> None:
        self._taken_over.append(time.monotonic())
        if self._take_overs() == TAKE_OVERS:
            report(self._hass, Problem.USED_TWICE, self._pairing.stage)

    def diagnostics(self) -> dict[str, Any]:
        """Return what helps to find a fault. Nothing in it is secret."""
        return {
            "connected": self.connected,
            "state": self.state,
            "since": self.since,
            "connections": self.connections,
            "requests": self.requests.handled,
            "late": self.requests.late,
            "clock_difference": self.clock_difference,
            "last_error": self.last_error,
            "locale": self.config.locale,
            "exposed": self.config.exposed,
            "endpoints": self.handlers.endpoints(),
            "events": self.config.events(),
        }


def _now() -> int:
    return int(time.time() * 1000)
