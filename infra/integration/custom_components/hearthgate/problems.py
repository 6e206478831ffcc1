"""What the owner can repair, as issues of Home Assistant."""

from __future__ import annotations

from enum import StrEnum

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


class Problem(StrEnum):
    """A problem that the owner can solve."""

    YAML = "yaml_alexa"
    REFUSED = "certificate_refused"
    USED_TWICE = "used_twice"
    CLOCK = "clock_off"
    KEY_LOST = "key_lost"
    EVENTS = "events_refused"


@callback
def report(hass: HomeAssistant, problem: Problem, stage: str) -> None:
    """Show a problem of a stage."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{problem}_{stage}",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=problem,
        translation_placeholders={"stage": stage},
    )


@callback
def solved(hass: HomeAssistant, stage: str, *problems: Problem) -> None:
    """Show problems of a stage no longer; default: none of them."""
    for problem in problems or tuple(Problem):
        ir.async_delete_issue(hass, DOMAIN, f"{problem}_{stage}")
