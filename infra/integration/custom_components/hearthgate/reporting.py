"""State changes, doorbells and new devices, reported to Alexa as they happen.

Home Assistant's own Alexa integration makes and sends the reports. What is here decides
when it does: once Alexa has granted it, and until Alexa refuses it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from http import HTTPStatus
import json
import logging
from typing import Any

import aiohttp

from homeassistant.components.alexa import state_report
from homeassistant.components.alexa.entities import async_get_entities
from homeassistant.components.alexa.errors import NoTokenAvailable
from homeassistant.components.homeassistant.exposed_entities import (
    async_listen_entity_updates,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started

from .alexa_config import ASSISTANT, AlexaConfig
from .grant import AcceptGrantFailed, Auth, gateway_of
from .problems import Problem, report, solved

_LOGGER = logging.getLogger(__name__)

SYNC_AFTER = 1.0  # seconds without a further change
SEND_WITHIN = 10.0  # seconds
RETRY_AFTER = 60.0  # seconds after the first failure, then twice as long each time
RETRY_MOST = 3600.0  # seconds
FAILURES = 3  # in a row, until the owner hears of it

REFUSALS = {  # what Amazon answers until the skill is enabled again
    "INSUFFICIENT_PERMISSION_EXCEPTION",
    "INVALID_ACCESS_TOKEN_EXCEPTION",
    "SKILL_DISABLED_EXCEPTION",
    "SKILL_NOT_FOUND_EXCEPTION",
}

type _Send = Callable[
    [HomeAssistant, AlexaConfig, list[str]],
    Coroutine[Any, Any, aiohttp.ClientResponse],
]

_reporter: ContextVar[Reporting | None] = ContextVar("reporter", default=None)


class Reporting(AlexaConfig):
    """The configuration of an entry that reports to Alexa, if it may."""

    def __init__(
        self, hass: HomeAssistant, options: dict[str, str], stage: str, endpoint: str
    ) -> None:
        """Prepare; async_start begins to report."""
        super().__init__(hass, options)
        self._stage = stage
        self._iot_endpoint = endpoint
        self._auth: Auth | None = None
        self._closed = False
        self._failures = 0
        self._paused = False
        self._sync_lock = asyncio.Lock()
        self._known: dict[str, str] = {}
        self._removed: set[str] = set()
        self._timers: dict[str, CALLBACK_TYPE] = {}
        self._listeners: list[CALLBACK_TYPE] = []
        self.refusal = ""

    @property
    def endpoint(self) -> str:
        """Return Alexa's event gateway."""
        return gateway_of(self._iot_endpoint, self.hass.config.country)

    @property
    def supports_auth(self) -> bool:
        """Return that a grant is answered here, be it with a refusal."""
        return True

    @property
    def reports_states(self) -> bool:
        """Return whether Alexa has given the right to report."""
        return self._auth is not None and self._auth.granted

    async def async_start(self) -> None:
        """Begin to report when Home Assistant has started, if Alexa has granted it."""
        _watch.addFilter(_note_refusal)
        self._closed = False
        client_id = self.options.get(CONF_CLIENT_ID)
        client_secret = self.options.get(CONF_CLIENT_SECRET)
        if not client_id or not client_secret:
            solved(self.hass, self._stage, Problem.EVENTS)
            return
        self._auth = Auth(self.hass, self._stage, client_id, client_secret)
        await self._auth.async_load_preferences()
        self.refusal = self._auth.refusal
        if self.refusal:
            report(self.hass, Problem.EVENTS, self._stage)
        if self.reports_states:
            self._on_deinitialize.append(async_at_started(self.hass, self._started))

    async def async_change(self, options: dict[str, str]) -> None:
        """Use other options."""
        before = self.options
        self.options = options
        if any(
            before.get(key) != options.get(key)
            for key in (CONF_CLIENT_ID, CONF_CLIENT_SECRET)
        ):
            self.async_deinitialize()
            self._auth = None
            await self.async_start()
        else:
            self._schedule_sync()

    @callback
    def async_deinitialize(self) -> None:
        """Stop reporting."""
        super().async_deinitialize()
        self._closed = True
        self._stop()

    @callback
    def async_invalidate_access_token(self) -> None:
        """Have the next report ask for a new token."""
        if self._auth is not None:
            self._auth.async_invalidate_access_token()

    async def async_get_access_token(self) -> str:
        """Return a token for the event gateway."""
        _reporter.set(self)
        if self._auth is None or self._paused:
            raise NoTokenAvailable
        try:
            token = await self._auth.async_get_access_token()
        except (aiohttp.ClientError, KeyError, TypeError, ValueError) as err:
            raise NoTokenAvailable from err
        if token is None:
            raise NoTokenAvailable
        return token

    async def async_accept_grant(self, code: str) -> str:
        """Take the right to report, or say why that cannot be."""
        if self._auth is None:
            raise AcceptGrantFailed("Home Assistant has no client id for Alexa events")
        try:
            token = await self._auth.async_do_auth(code)
        except (aiohttp.ClientError, KeyError, TypeError, ValueError) as err:
            raise AcceptGrantFailed("Login with Amazon cannot be understood") from err
        if token is None:
            raise AcceptGrantFailed("Login with Amazon does not accept the grant")
        self._stop()
        self._known = {}
        self.refusal = ""
        await self._begin()
        return token

    async def set_authorized(self, authorized: bool) -> None:
        """Pause when no report gets through; a directive changes nothing."""
        if not authorized and self.is_reporting_states:
            self._retry_later()

    async def _started(self, _: HomeAssistant) -> None:
        self._known = self._describe()
        await self._begin()

    async def _begin(self, _: Any = None) -> None:
        """Report from now on."""
        self._paused = False
        try:
            await self.async_enable_proactive_mode()
        except NoTokenAvailable:
            self._retry_later()
            return
        if self._closed:
            self._stop()
            return
        self._schedule_sync()
        self._failures = 0
        solved(self.hass, self._stage, Problem.EVENTS)
        if self._listeners:
            return
        listen = self.hass.bus.async_listen
        self._listeners = [
            async_listen_entity_updates(self.hass, ASSISTANT, self._schedule_sync),
            listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._entity_changed),
            listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._schedule_sync),
            listen(ar.EVENT_AREA_REGISTRY_UPDATED, self._schedule_sync),
        ]

    @callback
    def _stop(self) -> None:
        """Report no more."""
        if self._unsub_proactive_report is not None:
            self._unsub_proactive_report()
            self._unsub_proactive_report = None
        while self._listeners:
            self._listeners.pop()()
        while self._timers:
            self._timers.popitem()[1]()

    @callback
    def _retry_later(self) -> None:
        """Try again after a while; a report until then fails at once."""
        if self._closed:
            return
        self._stop()
        self._paused = True
        delay = min(RETRY_MOST, RETRY_AFTER * 2**self._failures)
        self._failures += 1
        if self._failures >= FAILURES:
            report(self.hass, Problem.EVENTS, self._stage)
        self._after(delay, "begin", self._begin)

    @callback
    def refused(self, code: str) -> None:
        """Report no more until the skill is enabled again, as Alexa demands."""
        if code not in REFUSALS or self._auth is None or self.refusal:
            return
        self.refusal = code
        _LOGGER.warning("Alexa takes no events of %s: %s", self._stage, code)
        self._stop()
        report(self.hass, Problem.EVENTS, self._stage)
        self.hass.async_create_task(self._auth.async_forget(code), eager_start=False)

    @callback
    def _entity_changed(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Note which entities have gone for good."""
        data = event.data
        if data["action"] == "remove":
            self._removed.add(data["entity_id"])
        elif data["action"] == "update" and "old_entity_id" in data:
            self._removed.add(data["old_entity_id"])
        self._schedule_sync()

    @callback
    def _schedule_sync(self, _: Any = None) -> None:
        if self.is_reporting_states:
            self._after(SYNC_AFTER, "sync", self._sync)

    async def _sync(self, _: Any) -> None:
        """Report which endpoints are new, changed or gone."""
        async with self._sync_lock:
            now = self._describe()
            self._removed -= now.keys()
            removed = self._removed.copy()
            changed = [e for e, said in now.items() if self._known.get(e) != said]
            gone = [
                entity_id
                for entity_id in self._known
                if entity_id not in now
                and (entity_id in removed or not self.should_expose(entity_id))
            ]
            if await self._sent(state_report.async_send_add_or_update_message, changed):
                self._known.update({e: now[e] for e in changed})
            if await self._sent(state_report.async_send_delete_message, gone):
                for entity_id in gone:
                    del self._known[entity_id]
                self._removed -= removed

    def _describe(self) -> dict[str, str]:
        """Return the endpoints that a discovery would find, by their entities."""
        return {
            entity.entity_id: json.dumps(entity.serialize_discovery(), sort_keys=True)
            for entity in async_get_entities(self.hass, self)
            if self.should_expose(entity.entity_id)
        }

    async def _sent(self, send: _Send, entity_ids: list[str]) -> bool:
        """Send a report about entities, if there are any; return whether it was taken.

        One entity that Alexa rejects must not cost her the others: what she rejects as a
        whole is sent by halves, and a single one is not sent again until it changes.
        """
        if not entity_ids:
            return True
        for last in (False, True):
            try:
                async with asyncio.timeout(SEND_WITHIN):
                    response = await send(self.hass, self, entity_ids)
                    text = await response.text()
            except NoTokenAvailable:
                self._retry_later()
                return False
            except (TimeoutError, aiohttp.ClientError) as err:
                _LOGGER.warning("Alexa's event gateway cannot be reached: %r", err)
                return False
            if response.status in (HTTPStatus.OK, HTTPStatus.ACCEPTED):
                return True
            code = _code(text)
            if response.status == HTTPStatus.BAD_REQUEST:
                if (half := len(entity_ids) // 2) == 0:
                    _LOGGER.warning("Alexa rejects %s: %s", entity_ids[0], code)
                    return True
                halves = entity_ids[:half], entity_ids[half:]
                return all([await self._sent(send, one) for one in halves])
            if code != "INVALID_ACCESS_TOKEN_EXCEPTION" or last:
                _LOGGER.warning("Alexa takes no report: %s %s", response.status, code)
                self.refused(code)
                return False
            self.async_invalidate_access_token()
        return False

    @callback
    def _after(
        self, delay: float, name: str, do: Callable[[Any], Coroutine[Any, Any, None]]
    ) -> None:
        """Do something later, in place of what was to be done under that name."""
        if cancel := self._timers.pop(name, None):
            cancel()

        async def due(now: Any) -> None:
            self._timers.pop(name, None)
            await do(now)

        self._timers[name] = async_call_later(self.hass, delay, due)

    def events(self) -> dict[str, Any]:
        """Return what helps to find a fault of reporting. Nothing in it is secret."""
        return {
            "configured": self._auth is not None,
            "granted": self.reports_states,
            "reporting": self.is_reporting_states,
            "gateway": self.endpoint,
            "refusal": self.refusal,
        }


def _code(text: str) -> str:
    """Return the code of an error of the event gateway, "" if it has none."""
    try:
        code = json.loads(text)["payload"]["code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return code if isinstance(code, str) else ""


_watch = logging.getLogger(state_report.__name__)


def _note_refusal(record: logging.LogRecord) -> bool:
    """Note that Alexa refused a change or a doorbell's press.

    Home Assistant's sender returns nothing and logs what Alexa answered: the entity, the
    code and a description. Which configuration it sent for is in the context, as it has
    asked that one for a token.
    """
    match record.args, _reporter.get():
        case (_, str(code), _), Reporting() as reporter:
            reporter.refused(code)
    return True
