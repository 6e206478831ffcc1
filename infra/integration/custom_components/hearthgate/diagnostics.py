"""Diagnostics: what helps to find a fault, without what identifies the home."""

from __future__ import annotations

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant

from . import HearthgateConfigEntry
from .const import CONF_AUTHORITY, CONF_CERTIFICATE, CONF_ENDPOINT, CONF_KEY

TO_REDACT = {
    CONF_AUTHORITY,
    CONF_CERTIFICATE,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_ENDPOINT,
    CONF_KEY,
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: HearthgateConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of a home."""
    return {
        "data": async_redact_data(dict(entry.data), TO_REDACT),
        "options": async_redact_data(dict(entry.options), TO_REDACT),
        "home": entry.runtime_data.diagnostics(),
    }
