"""Alexa over hearthgate: a home without an address.

Home Assistant holds one outbound connection to the owner's own AWS account. Alexa's
directives come over it, and are carried out by Home Assistant's own Alexa integration.
"""

from __future__ import annotations

from homeassistant.components.alexa.const import DOMAIN as ALEXA_DOMAIN
from homeassistant.components.alexa.smart_home import SMART_HOME_HTTP_ENDPOINT
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.loader import async_get_integration
from homeassistant.setup import async_setup_component
from homeassistant.util.hass_dict import HassKey

from .const import CONF_KEY, CONF_STAGE, DOMAIN
from .exchange import Memory
from .grant import token_store
from .home import Home
from .pairing import Keys, Pairing
from .problems import Problem, report, solved
from .reporting import Reporting

type HearthgateConfigEntry = ConfigEntry[Home]

_MEMORIES: HassKey[dict[str, Memory]] = HassKey(f"{DOMAIN}_memories")


async def async_setup_entry(hass: HomeAssistant, entry: HearthgateConfigEntry) -> bool:
    """Connect a home."""
    stage: str = entry.data[CONF_STAGE]
    data = {k: v for k, v in entry.data.items() if k != CONF_KEY}
    await async_setup_component(hass, ALEXA_DOMAIN, {})
    if has_yaml(hass):
        report(hass, Problem.YAML, stage)
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key=Problem.YAML.value
        )
    key_file = Keys(hass).path(entry.data[CONF_KEY])
    if not await hass.async_add_executor_job(key_file.is_file):
        report(hass, Problem.KEY_LOST, stage)
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key=Problem.KEY_LOST.value
        )
    solved(hass, stage, Problem.YAML, Problem.KEY_LOST, Problem.USED_TWICE)

    pairing = Pairing(**data)
    config = Reporting(hass, dict(entry.options), stage, pairing.endpoint)
    await config.async_initialize()
    await config.async_start()
    integration = await async_get_integration(hass, DOMAIN)
    home = Home(
        hass,
        pairing,
        entry.data[CONF_KEY],
        config,
        str(integration.version),
        hass.data.setdefault(_MEMORIES, {}).setdefault(stage, Memory()),
    )
    entry.runtime_data = home
    entry.async_on_unload(entry.add_update_listener(_options_changed))
    home.start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: HearthgateConfigEntry) -> bool:
    """Disconnect a home."""
    await entry.runtime_data.stop()
    entry.runtime_data.config.async_deinitialize()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: HearthgateConfigEntry) -> None:
    """Delete the key and the tokens of a home that is used no more."""
    await hass.async_add_executor_job(Keys(hass).delete, entry.data[CONF_KEY])
    await token_store(hass, entry.data[CONF_STAGE]).async_remove()
    solved(hass, entry.data[CONF_STAGE])


def has_yaml(hass: HomeAssistant) -> bool:
    """Return whether configuration.yaml sets up Alexa's smart home itself.

    Both would keep what they know of Alexa in the same storage.
    """
    return any(
        resource.canonical == SMART_HOME_HTTP_ENDPOINT
        for resource in hass.http.app.router.resources()
    )


async def _options_changed(hass: HomeAssistant, entry: HearthgateConfigEntry) -> None:
    """Use changed options at once, without a new connection."""
    await entry.runtime_data.config.async_change(dict(entry.options))
    entry.runtime_data.announce()
