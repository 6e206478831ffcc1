"""Carries out what Alexa asks: one handler a kind of request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
import logging
from typing import Any

import voluptuous as vol

from homeassistant.components.alexa import intent as alexa_intent, smart_home
from homeassistant.components.alexa.entities import async_get_entities
from homeassistant.const import __version__ as HA_VERSION
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.helpers import intent

from .const import PROTOCOL, Kind, State, Status
from .exchange import Reply, Request
from .grant import AcceptGrantFailed
from .reporting import Reporting

_LOGGER = logging.getLogger(__name__)

_CONVERSATION = vol.Schema(
    {
        vol.Required("text"): str,
        vol.Optional("conversation_id"): str,
        vol.Optional("language"): str,
        vol.Optional("agent_id"): str,
    }
)


class Handlers:
    """Answers requests with what Home Assistant does."""

    def __init__(
        self,
        hass: HomeAssistant,
        config: Reporting,
        version: str,
        state: Callable[[], tuple[State, int]],
        connection: Callable[[], dict[str, Any]],
    ) -> None:
        """Remember what the handlers need.

        State returns the home's, and since when; connection returns what else the home
        says about its connection.
        """
        self._hass = hass
        self._config = config
        self._version = version
        self._state = state
        self._connection = connection
        self._handlers: dict[str, Callable[[Any], Awaitable[Reply]]] = {
            Kind.DIRECTIVE: self._directive,
            Kind.CONVERSATION: self._conversation,
            Kind.INTENT: self._intent,
        }

    async def carry_out(self, request: Request) -> Reply:
        """Return the answer to a request."""
        if request.kind == Kind.CHECK:
            return Reply(status=Status.DONE, body=self.check())
        if (handler := self._handlers.get(request.kind)) is None:
            return Reply(
                status=Status.NOT_KNOWN,
                problem="The integration hearthgate does not know this kind of request;"
                " install its newest version",
            )
        if self._hass.state is not CoreState.running:
            return Reply(
                status=Status.NOT_READY,
                problem="Home Assistant is starting or shutting down",
            )
        if not isinstance(request.body, dict):
            return Reply(
                status=Status.NOT_UNDERSTOOD, problem="The request has no body"
            )
        return await handler(request.body)

    def describe(self, state: State, since: int) -> dict[str, Any]:
        """Return what the home says about itself."""
        return {
            "state": state,
            "since": since,
            "version": self._version,
            "protocol": PROTOCOL,
            "home_assistant": HA_VERSION,
            "exposed": self._config.exposed,
            "endpoints": 0,
        } | self._connection()

    def check(self) -> dict[str, Any]:
        """Return it with the number of endpoints."""
        return self.describe(*self._state()) | {"endpoints": self.endpoints()}

    def endpoints(self) -> int:
        """Return how many endpoints a discovery would find."""
        return sum(
            self._config.should_expose(entity.entity_id)
            for entity in async_get_entities(self._hass, self._config)
        )

    async def _directive(self, body: dict[str, Any]) -> Reply:
        try:
            version = body["directive"]["header"]["payloadVersion"]
        except (KeyError, TypeError):
            version = None
        if version != "3":
            return Reply(
                status=Status.NOT_UNDERSTOOD,
                problem="The body is not a Smart Home message of version 3",
            )
        answer = await smart_home.async_handle_message(
            self._hass, self._config, body, context=Context()
        )
        event = answer["event"]
        match body["directive"]["header"]["namespace"], event["header"]["name"]:
            case "Alexa.Authorization", "ErrorResponse":
                event["header"]["namespace"] = AcceptGrantFailed.namespace
                event["payload"]["type"] = AcceptGrantFailed.error_type
            case "Alexa.Discovery", "Discover.Response":
                if not self._config.reports_states:
                    _declare_silent(event["payload"]["endpoints"])
        return Reply(status=Status.DONE, body=answer)

    async def _conversation(self, body: dict[str, Any]) -> Reply:
        if "conversation" not in self._hass.config.components:
            return Reply(
                status=Status.NOT_KNOWN,
                problem="Home Assistant's integration conversation is not set up",
            )
        from homeassistant.components import conversation  # noqa: PLC0415 - set up by now

        try:
            said = _CONVERSATION(body)
        except vol.Invalid as err:
            return Reply(status=Status.NOT_UNDERSTOOD, problem=str(err))
        agent = said.get("agent_id")
        if agent and conversation.async_get_agent_info(self._hass, agent) is None:
            return Reply(
                status=Status.NOT_UNDERSTOOD,
                problem=f"Home Assistant has no conversation agent {agent}",
            )
        result = await conversation.async_converse(
            self._hass,
            text=said["text"],
            conversation_id=said.get("conversation_id"),
            context=Context(),
            language=said.get("language"),
            agent_id=agent,
        )
        return Reply(status=Status.DONE, body=result.as_dict())

    async def _intent(self, body: dict[str, Any]) -> Reply:
        if not isinstance(asked := body.get("request"), dict) or "type" not in asked:
            return Reply(
                status=Status.NOT_UNDERSTOOD,
                problem="The body is not a request of a custom skill",
            )
        try:
            answer = await alexa_intent.async_handle_message(self._hass, body)
        except alexa_intent.UnknownRequest as err:
            answer = self._complain(body, str(err))
        except intent.UnknownIntent:
            answer = self._complain(
                body, "This intent is not yet configured within Home Assistant."
            )
        except intent.InvalidSlotInfo:
            answer = self._complain(
                body, "Invalid slot information received for this intent."
            )
        except intent.IntentError:
            _LOGGER.exception("An intent of Alexa failed")
            answer = self._complain(body, "Error handling intent.")
        return Reply(status=Status.DONE, body=answer)

    def _complain(self, body: dict[str, Any], sentence: str) -> dict[str, Any]:
        """Return an answer that speaks, as Home Assistant's own view does."""
        return alexa_intent.intent_error_response(self._hass, body, sentence)


def _declare_silent(endpoints: list[dict[str, Any]]) -> None:
    """Declare that endpoints report no changes: Home Assistant always says they do."""
    for endpoint in endpoints:
        for capability in endpoint["capabilities"]:
            for declares in (capability, capability.get("properties", {})):
                if "proactivelyReported" in declares:
                    declares["proactivelyReported"] = False
