"""The steps that take over what Alexa has by another way: of pairing and of the options."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig

from .const import CONF_EXPOSED, CONF_LABEL, CONF_SOURCE, Exposed
from .moving import Found, LabelUsed, Way, async_find, async_label

NOTHING = "nothing"  # to take over
LABEL_NAME = "Alexa"


class MovingSteps(ABC, ConfigEntryBaseFlow):
    """The steps that take over what Alexa has by another way."""

    _found: dict[Way, Found]
    _way: Way

    async def async_step_moving(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask from where to take the entities over."""
        if user_input is not None:
            if user_input[CONF_SOURCE] == NOTHING:
                return await self._moved({})
            self._way = Way(user_input[CONF_SOURCE])
            return await self.async_step_label()
        self._found = await async_find(self.hass)
        choices = [NOTHING, *(way.value for way in self._found)]
        return self.async_show_form(
            step_id="moving",
            data_schema=vol.Schema(
                {
                    vol.Required(CONF_SOURCE, default=NOTHING): SelectSelector(
                        SelectSelectorConfig(
                            options=choices, translation_key=CONF_SOURCE
                        )
                    )
                }
            ),
        )

    async def async_step_label(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the entities, and label them once that is confirmed."""
        found = self._found[self._way]
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                if not (name := user_input[CONF_NAME].strip()):
                    raise LabelUsed  # noqa: TRY301
                label = async_label(self.hass, name, found)
            except LabelUsed:
                errors = {CONF_NAME: "label_used"}
            else:
                return await self._moved(
                    {CONF_EXPOSED: Exposed.LABEL.value, CONF_LABEL: label}
                )
        return self.async_show_form(
            step_id="label",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_NAME, default=LABEL_NAME): str}),
                user_input,
            ),
            description_placeholders={
                "count": str(len(found.entities)),
                "entities": _listed(found.entities),
                "unlabelled": _listed(found.unlabelled),
                "renamed": _listed(found.renamed),
            },
            errors=errors,
        )

    @abstractmethod
    async def _moved(self, options: dict[str, Any]) -> ConfigFlowResult:
        """End the flow with these options."""


def _listed(entities: tuple[str, ...]) -> str:
    return ", ".join(f"`{entity_id}`" for entity_id in entities) or "-"
