"""Pairing, its renewal, and the options."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    LabelSelector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .client import Client, ConnectError, Refused, Untrusted, WrongClock
from .const import (
    CONF_ANSWER,
    CONF_EXPOSED,
    CONF_KEY,
    CONF_LABEL,
    DOMAIN,
    LOGIN_CLIENT_PREFIX,
    Exposed,
    home_client,
    request_topic,
)
from .home import ports
from .moving import async_find
from .moving_flow import MovingSteps
from .pairing import Keys, Pairing, PairingError, parse

ATTEMPTS = 3  # of the first connection: a new certificate needs a moment
ATTEMPT_AFTER = 2.0  # seconds

_ANSWER = vol.Schema(
    {vol.Required(CONF_ANSWER): TextSelector(TextSelectorConfig(multiline=True))}
)

_EVENTS = vol.Schema(
    {
        vol.Optional(CONF_CLIENT_ID): TextSelector(),
        vol.Optional(CONF_CLIENT_SECRET): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD)
        ),
    }
)


async def probe(hass: HomeAssistant, pairing: Pairing) -> str | None:
    """Connect once with the pending key; return what is wrong, None if nothing is."""
    problem = None
    for attempt in range(ATTEMPTS):
        if attempt:
            await asyncio.sleep(ATTEMPT_AFTER)
        for port in ports(pairing):
            client = Client(
                hass, pairing, Keys(hass).pending_path, home_client(pairing.stage)
            )
            try:
                await client.connect(port)
                await client.subscribe(request_topic(pairing.stage))
            except WrongClock:
                return "clock_off"
            except Untrusted:
                return "untrusted"
            except Refused:
                problem = "refused"
            except ConnectError:
                problem = problem or "cannot_connect"
            else:
                await client.disconnect()
                return None
            finally:
                client.close()
    return problem


class HearthgateConfigFlow(MovingSteps, ConfigFlow, domain=DOMAIN):
    """Pairs this house with a stage of hearthgate."""

    VERSION = 1
    _pairing: Pairing

    @staticmethod
    @callback
    def async_get_options_flow(config_entry: ConfigEntry) -> HearthgateOptionsFlow:
        """Return the flow of the options."""
        return HearthgateOptionsFlow()

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the line of this house, and take the answer."""
        errors: dict[str, str] = {}
        if user_input is not None:
            pairing, errors = await self._check(user_input[CONF_ANSWER])
            if pairing is not None:
                await self.async_set_unique_id(pairing.stage)
                self._abort_if_unique_id_configured()
                if problem := await probe(self.hass, pairing):
                    errors = {CONF_ANSWER: problem}
                else:
                    self._pairing = pairing
                    if await async_find(self.hass):
                        return await self.async_step_moving()
                    return await self._moved({})
        return await self._form("user", errors, user_input)

    async def _moved(self, options: dict[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(
            title=f"hearthgate {self._pairing.stage}",
            data=await self._adopt(self._pairing),
            options={CONF_EXPOSED: Exposed.ASSIST.value} | options,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Replace key and certificate of a home that is paired."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            pairing, errors = await self._check(user_input[CONF_ANSWER])
            if pairing is not None:
                await self.async_set_unique_id(pairing.stage)
                self._abort_if_unique_id_mismatch(reason="other_stage")
                if problem := await self._probe_alone(entry, pairing):
                    errors = {CONF_ANSWER: problem}
                else:
                    old = entry.data[CONF_KEY]
                    data = await self._adopt(pairing)
                    result = self.async_update_reload_and_abort(entry, data=data)
                    await self.hass.async_add_executor_job(Keys(self.hass).delete, old)
                    return result
        return await self._form("reconfigure", errors, user_input)

    async def _probe_alone(self, entry: ConfigEntry, pairing: Pairing) -> str | None:
        """Probe while the home is disconnected, and connect it again if it fails.

        Only one connection may have the home's client id: the home would come back,
        and end the probe's.
        """
        if entry.state is not ConfigEntryState.LOADED:
            return await probe(self.hass, pairing)
        entries = self.hass.config_entries
        await entries.async_unload(entry.entry_id)
        problem: str | None = "cannot_connect"  # until the probe has ended
        try:
            problem = await probe(self.hass, pairing)
        finally:
            if problem:
                entries.async_schedule_reload(entry.entry_id)
        return problem

    async def _form(
        self, step: str, errors: dict[str, str], entered: Mapping[str, Any] | None
    ) -> ConfigFlowResult:
        line = await self.hass.async_add_executor_job(Keys(self.hass).request)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(_ANSWER, entered),
            description_placeholders={"request": line},
            errors=errors,
        )

    async def _check(self, line: str) -> tuple[Pairing | None, dict[str, str]]:
        """Return the pairing of a line, or what is wrong with it."""
        try:
            pairing = parse(line)
        except PairingError as err:
            return None, {CONF_ANSWER: str(err)}
        if not await self.hass.async_add_executor_job(Keys(self.hass).fits, pairing):
            return None, {CONF_ANSWER: "other_key"}
        return pairing, {}

    async def _adopt(self, pairing: Pairing) -> dict[str, Any]:
        """Return the data of an entry, whose key is kept from now on."""
        key_id = await self.hass.async_add_executor_job(Keys(self.hass).adopt)
        return pairing.as_dict() | {CONF_KEY: key_id}


class HearthgateOptionsFlow(MovingSteps, OptionsFlow):
    """What Alexa may use, and whether Home Assistant reports changes to it."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what can be changed."""
        steps = ["entities", "events"]
        if await async_find(self.hass):
            steps.append("moving")
        return self.async_show_menu(step_id="init", menu_options=steps)

    async def async_step_entities(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which entities Alexa may use."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input[CONF_EXPOSED] != Exposed.LABEL or user_input.get(CONF_LABEL):
                return self._save({CONF_LABEL: None} | user_input)
            errors = {CONF_LABEL: "no_label"}
        schema = vol.Schema(
            {
                vol.Required(
                    CONF_EXPOSED, default=Exposed.ASSIST.value
                ): SelectSelector(
                    SelectSelectorConfig(
                        options=[e.value for e in Exposed], translation_key=CONF_EXPOSED
                    )
                ),
                vol.Optional(CONF_LABEL): LabelSelector(),
            }
        )
        return self.async_show_form(
            step_id="entities",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self.config_entry.options
            ),
            errors=errors,
        )

    async def async_step_events(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for what is needed to report changes to Alexa; nothing ends it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            client_id = user_input.get(CONF_CLIENT_ID, "").strip()
            secret = user_input.get(CONF_CLIENT_SECRET, "").strip()
            if not secret and client_id == self.config_entry.options.get(
                CONF_CLIENT_ID
            ):
                secret = self.config_entry.options.get(CONF_CLIENT_SECRET, "")
            if not client_id and not secret:
                return self._save({CONF_CLIENT_ID: None, CONF_CLIENT_SECRET: None})
            if not client_id.startswith(LOGIN_CLIENT_PREFIX):
                errors = {CONF_CLIENT_ID: "not_a_client"}
            elif not secret or any(c.isspace() for c in secret):
                errors = {CONF_CLIENT_SECRET: "no_secret"}
            else:
                return self._save(
                    {CONF_CLIENT_ID: client_id, CONF_CLIENT_SECRET: secret}
                )
        known = {CONF_CLIENT_ID: self.config_entry.options.get(CONF_CLIENT_ID)}
        return self.async_show_form(
            step_id="events",
            data_schema=self.add_suggested_values_to_schema(
                _EVENTS, user_input or known
            ),
            errors=errors,
        )

    async def _moved(self, options: dict[str, Any]) -> ConfigFlowResult:
        return self._save(options)

    def _save(self, changes: dict[str, Any]) -> ConfigFlowResult:
        """Save the options with these changes; None removes one."""
        options = dict(self.config_entry.options) | changes
        return self.async_create_entry(
            data={k: v for k, v in options.items() if v is not None}
        )
