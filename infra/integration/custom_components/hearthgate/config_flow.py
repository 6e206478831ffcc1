"""Pairing, its renewal, and the options."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    LabelSelector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
)

from .client import Client, ConnectError, Refused, Untrusted, WrongClock
from .const import (
    CONF_ANSWER,
    CONF_EXPOSED,
    CONF_KEY,
    CONF_LABEL,
    DOMAIN,
    Exposed,
    home_client,
    request_topic,
)
from .home import ports
from .pairing import Keys, Pairing, PairingError, parse

ATTEMPTS = 3  # of the first connection: a new certificate needs a moment
ATTEMPT_AFTER = 2.0  # seconds

_ANSWER = vol.Schema(
    {vol.Required(CONF_ANSWER): TextSelector(TextSelectorConfig(multiline=True))}
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


class HearthgateConfigFlow(ConfigFlow, domain=DOMAIN):
    """Pairs this house with a stage of hearthgate."""

    VERSION = 1

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
                    return self.async_create_entry(
                        title=f"hearthgate {pairing.stage}",
                        data=await self._adopt(pairing),
                        options={CONF_EXPOSED: Exposed.ASSIST.value},
                    )
        return await self._form("user", errors, user_input)

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
                if problem := await probe(self.hass, pairing):
                    errors = {CONF_ANSWER: problem}
                else:
                    old = entry.data[CONF_KEY]
                    data = await self._adopt(pairing)
                    result = self.async_update_reload_and_abort(entry, data=data)
                    await self.hass.async_add_executor_job(Keys(self.hass).delete, old)
                    return result
        return await self._form("reconfigure", errors, user_input)

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


class HearthgateOptionsFlow(OptionsFlow):
    """Which entities Alexa may use."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for them."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input[CONF_EXPOSED] != Exposed.LABEL or user_input.get(CONF_LABEL):
                return self.async_create_entry(data=user_input)
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
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self.config_entry.options
            ),
            errors=errors,
        )
