"""Moving over: the entities that Alexa has by another way, taken over with a label."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeassistant.components.alexa import (
    CONF_SMART_HOME,
    CONFIG_SCHEMA,
    SMART_HOME_SCHEMA,
    smart_home,
)
from homeassistant.components.alexa.const import DOMAIN as ALEXA_DOMAIN
from homeassistant.components.alexa.entities import async_get_entities
from homeassistant.components.homeassistant.exposed_entities import (
    async_get_assistant_settings,
)
from homeassistant.config import async_hass_config_yaml
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.helpers.entityfilter import FILTER_SCHEMA

CLOUD = "cloud"
CLOUD_ASSISTANT = f"{CLOUD}.{ALEXA_DOMAIN}"


class Way(StrEnum):
    """The ways by which Alexa can have entities of Home Assistant."""

    YAML = "yaml"
    CLOUD = "cloud"


@dataclass(frozen=True)
class Found:
    """What Alexa has by another way."""

    entities: tuple[str, ...]
    unlabelled: tuple[str, ...]  # those of them that can carry no label
    renamed: tuple[str, ...]  # those of them with a name of their own in YAML


async def async_find(hass: HomeAssistant) -> dict[Way, Found]:
    """Return the ways by which Alexa has entities, without those that have none."""
    try:
        yaml = await async_hass_config_yaml(hass)
    except (HomeAssistantError, OSError):
        yaml = {}
    everything = smart_home.AlexaConfig(hass, SMART_HOME_SCHEMA({}))
    entities = [e.entity_id for e in async_get_entities(hass, everything)]
    found = {}
    for way, exposes, names in (
        (Way.YAML, *_yaml(hass, yaml)),
        (Way.CLOUD, *_cloud(hass, yaml)),
    ):
        exposed = tuple(sorted(filter(exposes, entities)))
        if exposed:
            registry = er.async_get(hass)
            found[way] = Found(
                exposed,
                tuple(e for e in exposed if registry.async_get(e) is None),
                tuple(e for e in exposed if e in names),
            )
    return found


type _Exposes = Callable[[str], bool]


def _yaml(
    hass: HomeAssistant, yaml: dict[str, Any]
) -> tuple[_Exposes, Collection[str]]:
    """Return what `alexa:` exposes, and the entities that it names."""
    section = yaml.get(ALEXA_DOMAIN)
    if not isinstance(section, dict) or CONF_SMART_HOME not in section:
        return _nothing, ()
    try:
        checked = CONFIG_SCHEMA({ALEXA_DOMAIN: section})[ALEXA_DOMAIN]
    except Exception:  # of voluptuous, or of what has replaced it in 2026
        return _nothing, ()
    config = smart_home.AlexaConfig(
        hass, checked[CONF_SMART_HOME] or SMART_HOME_SCHEMA({})
    )
    names = [e for e, own in config.entity_config.items() if CONF_NAME in own]
    return config.should_expose, names


def _cloud(
    hass: HomeAssistant, yaml: dict[str, Any]
) -> tuple[_Exposes, Collection[str]]:
    """Return what Home Assistant Cloud exposes, and the entities that its YAML names."""
    settings = async_get_assistant_settings(hass, CLOUD_ASSISTANT)
    exposed = {e for e, own in settings.items() if own.get("should_expose")}
    section = yaml.get(CLOUD)
    section = section.get(ALEXA_DOMAIN) if isinstance(section, dict) else None
    if not isinstance(section, dict):
        return exposed.__contains__, ()
    own = section.get("entity_config")
    own = own if isinstance(own, dict) else {}
    names = [e for e, one in own.items() if isinstance(one, dict) and CONF_NAME in one]
    try:
        chosen = FILTER_SCHEMA(section.get("filter") or {})
    except Exception:  # see above
        return exposed.__contains__, names
    return (exposed.__contains__ if chosen.empty_filter else chosen), names


def _nothing(_: str) -> bool:
    return False


class LabelUsed(Exception):
    """Something else carries the label already."""


@callback
def async_label(hass: HomeAssistant, name: str, found: Found) -> str:
    """Put a label on the entities and on nothing else, and return its id.

    The label is made if there is none of that name. The error is LabelUsed, with nothing
    changed, if anything else carries it.
    """
    labels, registry = lr.async_get(hass), er.async_get(hass)
    label = labels.async_get_label_by_name(name)
    if label is not None:
        carriers = er.async_entries_for_label(registry, label.label_id)
        if (
            any(entry.entity_id not in found.entities for entry in carriers)
            or dr.async_entries_for_label(dr.async_get(hass), label.label_id)
            or ar.async_entries_for_label(ar.async_get(hass), label.label_id)
        ):
            raise LabelUsed
    else:
        label = labels.async_create(name, icon="mdi:account-voice")
    for entity_id in found.entities:
        if (entry := registry.async_get(entity_id)) is not None:
            registry.async_update_entity(
                entity_id, labels=entry.labels | {label.label_id}
            )
    return label.label_id
