"""Which entities Alexa may use, and in which language."""

from __future__ import annotations

from typing import Any, cast

from homeassistant.components.alexa.config import AbstractConfig
from homeassistant.components.alexa.entities import async_get_entities
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.start import async_at_started

from .const import CONF_EXPOSED, CONF_LABEL, Exposed

ASSISTANT = "conversation"  # as Home Assistant's page of exposed entities calls Assist
KEEPS_NAMES = 2  # what Home Assistant's store calls that
DEFAULT_LOCALE = "en-US"
_LOCALES = {
    "ar": ("ar-SA",),
    "de": ("de-DE",),
    "en": ("en-US", "en-AU", "en-CA", "en-GB", "en-IN"),
    "es": ("es-ES", "es-MX", "es-US"),
    "fr": ("fr-FR", "fr-CA"),
    "hi": ("hi-IN",),
    "it": ("it-IT",),
    "ja": ("ja-JP",),
    "nl": ("nl-NL",),
    "pt": ("pt-BR",),
}


def locale_of(language: str, country: str | None) -> str:
    """Return the locale of Alexa that is nearest to a language and a country."""
    language, _, region = language.partition("-")
    known = _LOCALES.get(language.lower(), (DEFAULT_LOCALE,))
    for wanted in (region, country):
        if wanted and f"{language}-{wanted.upper()}" in known:
            return f"{language}-{wanted.upper()}"
    return known[0]


class AlexaConfig(AbstractConfig):
    """The configuration of an entry, as Home Assistant's Alexa asks for it.

    Everything is looked up when it is asked for, so that a change in Home Assistant
    shows in the next discovery.
    """

    def __init__(self, hass: HomeAssistant, options: dict[str, str]) -> None:
        """Start with these options."""
        super().__init__(hass)
        self.options = options

    async def async_initialize(self) -> None:
        """Load what is stored, and keep the names that Alexa knows."""
        await super().async_initialize()
        store: Any = self._store
        if getattr(store, "entity_settings_version", KEEPS_NAMES) < KEEPS_NAMES:
            self._on_deinitialize.append(async_at_started(self.hass, self._keep_names))

    async def _keep_names(self, _: HomeAssistant) -> None:
        """Make names of before 2026 aliases, as `alexa:` in YAML does.

        Home Assistant puts a device's name in front of an entity's since then, and has
        those who expose an entity say once that its name stays.
        """
        store, registry = cast(Any, self._store), cast(Any, er)
        for entity in async_get_entities(self.hass, self):
            if self.should_expose(entity.entity_id):
                registry.async_preserve_compat_name_as_alias(
                    self.hass, entity.entity_id
                )
        await store.async_set_entity_settings_version(KEEPS_NAMES)

    @property
    def endpoint(self) -> str | None:
        """Return no event gateway: here states are not reported to Alexa."""
        return None

    @property
    def locale(self) -> str:
        """Return the language of the names of modes and the like."""
        return locale_of(self.hass.config.language, self.hass.config.country)

    @callback
    def user_identifier(self) -> str:
        """Return no user: there is one per home."""
        return ""

    @property
    def reports_states(self) -> bool:
        """Return whether Alexa gets changes of states without asking."""
        return False

    @property
    def exposed(self) -> Exposed:
        """Return which entities Alexa may use."""
        return Exposed(self.options.get(CONF_EXPOSED, Exposed.ASSIST))

    @callback
    def should_expose(self, entity_id: str) -> bool:
        """Return whether Alexa may use an entity."""
        match self.exposed:
            case Exposed.ASSIST:
                return async_should_expose(self.hass, ASSISTANT, entity_id)
            case Exposed.LABEL:
                return self._labelled(entity_id)
            case Exposed.ALL:
                entry = er.async_get(self.hass).async_get(entity_id)
                return entry is None or not _auxiliary(entry)

    def _labelled(self, entity_id: str) -> bool:
        """Return whether the entity, its device or its area has the label."""
        label = self.options.get(CONF_LABEL)
        entry = er.async_get(self.hass).async_get(entity_id)
        if not label or entry is None:
            return False
        if label in entry.labels:
            return True
        if _auxiliary(entry):
            return False
        device = entry.device_id and dr.async_get(self.hass).async_get(entry.device_id)
        if device and label in device.labels:
            return True
        area_id = entry.area_id or (device.area_id if device else None)
        area = area_id and ar.async_get(self.hass).async_get_area(area_id)
        return bool(area and label in area.labels)


def _auxiliary(entry: er.RegistryEntry) -> bool:
    """Return whether an entity is not meant to be used by hand."""
    return entry.entity_category is not None or entry.hidden_by is not None
