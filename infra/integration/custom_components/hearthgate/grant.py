"""The right to report to Alexa: its tokens, and to which gateway it leads."""

from __future__ import annotations

import re
from typing import Any

from homeassistant.components.alexa import auth as alexa_auth
from homeassistant.components.alexa.const import (
    STORAGE_ACCESS_TOKEN,
    STORAGE_REFRESH_TOKEN,
)
from homeassistant.components.alexa.errors import AlexaError
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN, EVENT_GATEWAYS

CONF_REFUSAL = "refusal"

_ENDPOINT_REGION = re.compile(r"\.iot\.([a-z0-9-]+)\.amazonaws\.com")
_FAR_EAST = ("JP", "AU")
_AMERICA = ("US", "CA", "MX", "BR")


def gateway_of(endpoint: str, country: str | None) -> str:
    """Return the event gateway of a home.

    A skill's region is that of its function, in which the home's endpoint is too. The
    country decides for an endpoint that names no region of Alexa's.
    """
    found = _ENDPOINT_REGION.search(endpoint)
    if found and found[1] in EVENT_GATEWAYS:
        return EVENT_GATEWAYS[found[1]]
    if country in _FAR_EAST:
        return EVENT_GATEWAYS["us-west-2"]
    return EVENT_GATEWAYS["us-east-1" if country in _AMERICA else "eu-west-1"]


class AcceptGrantFailed(AlexaError):
    """The right to report cannot be used."""

    namespace = "Alexa.Authorization"
    error_type = "ACCEPT_GRANT_FAILED"


class Auth(alexa_auth.Auth):
    """The tokens of one entry, which only Home Assistant's user can read."""

    def __init__(
        self, hass: HomeAssistant, stage: str, client_id: str, client_secret: str
    ) -> None:
        """Prepare; nothing is read."""
        super().__init__(hass, client_id, client_secret)
        self._store = token_store(hass, stage)

    @property
    def granted(self) -> bool:
        """Return whether Alexa has given the right to report."""
        return bool(self._prefs and self._prefs[STORAGE_REFRESH_TOKEN])

    @property
    def refusal(self) -> str:
        """Return with which code Alexa refused a report; "" if it did not."""
        code: str = (self._prefs or {}).get(CONF_REFUSAL, "")
        return code

    async def async_do_auth(self, accept_grant_code: str) -> str | None:
        """Get tokens for a grant; None if Login with Amazon gives none."""
        before, self._prefs = self._prefs, self._none()
        try:
            return await super().async_do_auth(accept_grant_code)
        finally:
            if not self.granted:
                self._prefs = before

    async def async_load_preferences(self) -> None:
        """Load the tokens: those of the same client only.

        A home that comes from `alexa:` in configuration.yaml has its tokens there, and
        uses them on: the skill need not be enabled again.
        """
        kept = await self._store.async_load()
        if kept is None:
            kept = await Store[dict[str, Any]](
                self.hass, alexa_auth.STORAGE_VERSION, alexa_auth.STORAGE_KEY
            ).async_load()
        if kept and kept.get(CONF_CLIENT_ID, self.client_id) == self.client_id:
            self._prefs = kept | {CONF_CLIENT_ID: self.client_id}
        else:
            self._prefs = self._none()

    async def async_forget(self, refusal: str) -> None:
        """Forget the tokens, which Alexa takes no longer."""
        self._prefs = self._none() | {CONF_REFUSAL: refusal}
        await self._store.async_save(self._prefs)

    def _none(self) -> dict[str, Any]:
        """Return what there is before a grant."""
        return {
            STORAGE_ACCESS_TOKEN: None,
            STORAGE_REFRESH_TOKEN: None,
            alexa_auth.STORAGE_EXPIRE_TIME: None,
            CONF_CLIENT_ID: self.client_id,
        }


def token_store(hass: HomeAssistant, stage: str) -> Store[dict[str, Any]]:
    """Return where the tokens of a stage are."""
    return Store(
        hass,
        alexa_auth.STORAGE_VERSION,
        f"{DOMAIN}.{stage}.{alexa_auth.STORAGE_KEY}",
        private=True,
    )
