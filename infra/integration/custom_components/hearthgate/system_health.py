"""What the page of the system's health shows."""

from __future__ import annotations

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from . import HearthgateConfigEntry
from .const import DOMAIN


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the information."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the state of each home."""
    entries: list[HearthgateConfigEntry] = hass.config_entries.async_loaded_entries(
        DOMAIN
    )
    return {entry.title: entry.runtime_data.state for entry in entries}
