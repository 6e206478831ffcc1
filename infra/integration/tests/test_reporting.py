"""State changes, doorbells and new devices reach Alexa once, while it takes them."""

import datetime
import json
import logging
import stat

import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.hearthgate import reporting as reporting_module
from custom_components.hearthgate.const import EVENT_GATEWAYS, Status
from custom_components.hearthgate.exchange import Request
from custom_components.hearthgate.grant import gateway_of, token_store
from custom_components.hearthgate.handlers import Handlers
from custom_components.hearthgate.reporting import Reporting
from homeassistant.components.alexa.auth import LWA_TOKEN_URI
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.storage import Store
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

CLIENT = {
    "client_id": "amzn1.application-oa2-client.0123",
    "client_secret": "amzn1.oa2-cs.v1.SECRET",
}
GATEWAY = EVENT_GATEWAYS["eu-west-1"]
SECRETS = ("SECRET", "ACCESS-", "REFRESH-")


class Amazon:
    """Login with Amazon and the event gateway."""

    def __init__(self, mock):
        self.mock = mock
        self.tokens = 0
        self.lasts = 3600
        mock.post(LWA_TOKEN_URI, side_effect=self.login)
        mock.post(GATEWAY, status=202)

    async def login(self, method, url, data):
        self.tokens += 1
        return self.answers(
            url,
            {
                "access_token": f"ACCESS-{self.tokens}",
                "refresh_token": f"REFRESH-{self.tokens}",
                "expires_in": self.lasts,
            },
        )

    def answers(self, url, body, status=200):
        from pytest_homeassistant_custom_component.test_util.aiohttp import (  # noqa: PLC0415
            AiohttpClientMockResponse,
        )

        return AiohttpClientMockResponse("post", url, status=status, json=body)

    def refuses(self, url, status, code=""):
        """Have an address answer with an error from now on."""
        self.mock.clear_requests()
        body = {"payload": {"code": code, "description": "no"}}
        for address in (LWA_TOKEN_URI, GATEWAY):
            if address == url:
                self.mock.post(address, status=status, json=body)
            elif address == LWA_TOKEN_URI:
                self.mock.post(address, side_effect=self.login)
            else:
                self.mock.post(address, status=202)

    def logins(self):
        """Return what Login with Amazon was asked."""
        return [c[2] for c in self.mock.mock_calls if str(c[1]) == LWA_TOKEN_URI]

    def events(self):
        """Return what came to the event gateway, and forget it."""
        found = [
            (c[2]["event"], c[3]["Authorization"])
            for c in self.mock.mock_calls
            if str(c[1]) == GATEWAY
        ]
        self.mock.mock_calls.clear()
        return found

    def names(self):
        return [event["header"]["name"] for event, _ in self.events()]


@pytest.fixture
def amazon(aioclient_mock):
    return Amazon(aioclient_mock)


@pytest.fixture
async def home(hass, amazon, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    hass.config.config_dir = str(tmp_path)
    await hass.config.async_update(country="DE", language="en")
    for domain in ("homeassistant", "http", "alexa"):
        assert await async_setup_component(hass, domain, {})
    registry = er.async_get(hass)
    for domain, name, device_class in (
        ("light", "kitchen", None),
        ("event", "bell", "doorbell"),
        ("switch", "pump", None),
    ):
        registry.async_get_or_create(
            domain,
            "x",
            name,
            suggested_object_id=name,
            original_device_class=device_class,
        )
    hass.states.async_set("light.kitchen", "off")
    hass.states.async_set("switch.pump", "off")
    hass.states.async_set("event.bell", "unknown", {"device_class": "doorbell"})
    for exposed in ("light.kitchen", "event.bell"):
        async_expose_entity(hass, "conversation", exposed, True)
    async_expose_entity(hass, "conversation", "switch.pump", False)
    made = []

    async def make(options=CLIENT):
        config = Reporting(
            hass, dict(options), "home", "a-ats.iot.eu-west-1.amazonaws.com"
        )
        await config.async_initialize()
        await config.async_start()
        await hass.async_block_till_done()
        made.append(config)
        return config

    yield make
    for config in made:
        config.async_deinitialize()
    await hass.async_block_till_done()
    logged = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.name.startswith(("homeassistant.", "custom_components."))
    ]
    for secret in SECRETS:
        assert not [message for message in logged if secret in message]
        assert not [config for config in made if secret in json.dumps(config.events())]


async def ask(config, namespace, name, payload, endpoint=None):
    handlers = Handlers(config.hass, config, "1.0.0", lambda: ("online", 0), dict)
    header = {"namespace": namespace, "name": name, "messageId": "m"}
    body = {"header": header | {"payloadVersion": "3"}, "payload": payload}
    if endpoint:
        body["endpoint"] = {"endpointId": endpoint}
    reply = await handlers.carry_out(
        Request(kind="directive", id="1", sent=0, within=8000, body={"directive": body})
    )
    assert reply.status is Status.DONE
    return reply.body["event"]


async def grant(config):
    payload = {
        "grant": {"type": "OAuth2.AuthorizationCode", "code": "GRANT"},
        "grantee": {"type": "BearerToken", "token": "x"},
    }
    return await ask(config, "Alexa.Authorization", "AcceptGrant", payload)


async def later(hass, seconds):
    async_fire_time_changed(
        hass, dt_util.utcnow() + datetime.timedelta(seconds=seconds)
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def granted(hass, amazon, config):
    assert (await grant(config))["header"]["name"] == "AcceptGrant.Response"
    await later(hass, 2)
    assert amazon.logins()
    assert amazon.names() == ["AddOrUpdateReport"]


def declared(event):
    """Return what the endpoints of a discovery say about reporting."""
    return {
        found
        for endpoint in event["payload"]["endpoints"]
        for capability in endpoint["capabilities"]
        for found in (
            capability.get("proactivelyReported"),
            capability.get("properties", {}).get("proactivelyReported"),
        )
        if found is not None
    }


async def test_without_credentials(hass, amazon, home):
    config = await home({})
    event = await grant(config)
    assert event["header"]["namespace"] == "Alexa.Authorization"
    assert event["header"]["name"] == "ErrorResponse"
    assert event["payload"]["type"] == "ACCEPT_GRANT_FAILED"
    found = await ask(config, "Alexa.Discovery", "Discover", {"scope": {}})
    assert declared(found) == {False}
    hass.states.async_set("light.kitchen", "on")
    await later(hass, 2)
    assert not amazon.mock.mock_calls


async def test_changes(hass, amazon, home):
    config = await home()
    assert declared(
        await ask(config, "Alexa.Discovery", "Discover", {"scope": {}})
    ) == {False}
    await granted(hass, amazon, config)
    found = await ask(config, "Alexa.Discovery", "Discover", {"scope": {}})
    assert True in declared(found)

    hass.states.async_set("light.kitchen", "on")
    await hass.async_block_till_done()
    hass.states.async_set("light.kitchen", "on", {"restored": True})  # not significant
    hass.states.async_set("switch.pump", "on")  # not exposed
    await hass.async_block_till_done()
    ((event, bearer),) = amazon.events()
    assert event["header"]["name"] == "ChangeReport"
    assert event["endpoint"]["endpointId"] == "light#kitchen"
    assert event["endpoint"]["scope"] == {"type": "BearerToken", "token": "ACCESS-1"}
    assert bearer == "Bearer ACCESS-1"
    properties = event["payload"]["change"]["properties"]
    assert [p["value"] for p in properties if p["name"] == "powerState"] == ["ON"]

    hass.states.async_set(
        "event.bell", dt_util.utcnow().isoformat(), {"device_class": "doorbell"}
    )
    await hass.async_block_till_done()
    ((event, _),) = amazon.events()
    assert event["header"]["namespace"] == "Alexa.DoorbellEventSource"
    assert event["header"]["name"] == "DoorbellPress"
    assert event["endpoint"]["endpointId"] == "event#bell"


async def test_a_directive_changes_nothing(hass, amazon, home):
    config = await home()
    await granted(hass, amazon, config)
    for _ in range(3):
        await ask(config, "Alexa", "ReportState", {}, "light#kitchen")
    await granted(hass, amazon, config)  # the skill was enabled again
    hass.states.async_set("light.kitchen", "on")
    await hass.async_block_till_done()
    assert amazon.names() == ["ChangeReport"]


async def test_refresh(hass, amazon, home):
    config = await home()
    amazon.lasts = 200  # seconds, below what Home Assistant keeps in reserve
    await granted(hass, amazon, config)
    hass.states.async_set("light.kitchen", "on")
    await hass.async_block_till_done()
    (asked,) = amazon.logins()
    assert asked["grant_type"] == "refresh_token"
    assert asked["client_secret"] == CLIENT["client_secret"]
    ((event, bearer),) = amazon.events()
    assert event["header"]["name"] == "ChangeReport"
    assert bearer == f"Bearer ACCESS-{amazon.tokens}"


async def test_restart(hass, amazon, home, tmp_path):
    await granted(hass, amazon, first := await home())
    first.async_deinitialize()
    hass.states.async_set("light.kitchen", "on")
    await later(hass, 2)
    assert amazon.names() == []
    file = tmp_path / ".storage" / "hearthgate.home.alexa_auth"
    if file.exists():  # the test kit keeps storage in memory
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    config = await home()
    assert config.reports_states
    hass.states.async_set("light.kitchen", "off")
    await later(hass, 2)
    assert amazon.names() == ["ChangeReport"]
    other = await home(CLIENT | {"client_id": "amzn1.application-oa2-client.other"})
    assert not other.reports_states


async def test_start_without_internet(hass, amazon, home):
    await granted(hass, amazon, first := await home())
    first.async_deinitialize()
    await first._auth._async_update_preferences(None, None, "2020-01-01T00:00:00Z")
    amazon.refuses(LWA_TOKEN_URI, 503)
    config = await home()
    assert config.reports_states
    assert not config.is_reporting_states
    async_expose_entity(hass, "conversation", "switch.pump", True)
    amazon.refuses(None, 0)
    await later(hass, 61)
    await later(hass, 64)
    assert config.is_reporting_states
    ((event, _),) = amazon.events()
    assert event["header"]["name"] == "AddOrUpdateReport"
    assert [e["endpointId"] for e in event["payload"]["endpoints"]] == ["switch#pump"]


async def test_one_entity_is_rejected(hass, amazon, home):
    config = await home()
    await granted(hass, amazon, config)

    async def gateway(method, url, data):
        bad = "switch#pump" in json.dumps(data)
        error = {"payload": {"code": "INVALID_REQUEST_EXCEPTION", "description": "no"}}
        return amazon.answers(url, error, 400) if bad else amazon.answers(url, {}, 202)

    amazon.mock.clear_requests()
    amazon.mock.post(GATEWAY, side_effect=gateway)
    registry = er.async_get(hass)
    for name in ("a", "b", "pump", "y", "z"):
        registry.async_get_or_create("switch", "x", name, suggested_object_id=name)
        hass.states.async_set(f"switch.{name}", "off")
        async_expose_entity(hass, "conversation", f"switch.{name}", True)
    await later(hass, 2)
    sizes = [
        len(event["payload"]["endpoints"])
        for event, _ in amazon.events()
        if event["header"]["name"] == "AddOrUpdateReport"
    ]
    assert sizes == [5, 2, 1, 1, 3]  # the pump was there first
    registry.async_update_entity("switch.a", icon="mdi:pump")
    await later(hass, 4)
    assert amazon.names() == []


async def test_a_change_that_cannot_be_understood(hass, amazon, home):
    config = await home()
    await granted(hass, amazon, config)
    amazon.mock.clear_requests()
    amazon.mock.post(GATEWAY, status=502, text="<html>bad gateway</html>")
    async_expose_entity(hass, "conversation", "switch.pump", True)
    await later(hass, 2)
    assert amazon.names() == ["AddOrUpdateReport"]
    assert config.is_reporting_states
    amazon.refuses(None, 0)
    er.async_get(hass).async_update_entity("light.kitchen", icon="mdi:lamp")
    await later(hass, 4)
    assert amazon.names() == ["AddOrUpdateReport"]  # the one that was not taken


async def test_tokens_of_yaml(hass, amazon, home):
    await Store(hass, 1, "alexa_auth").async_save(
        {"access_token": None, "refresh_token": "REFRESH-0", "expire_time": None}
    )
    config = await home()
    assert config.is_reporting_states
    assert [asked["refresh_token"] for asked in amazon.logins()] == ["REFRESH-0"]
    kept = await token_store(hass, "home").async_load()
    assert kept["refresh_token"] == "REFRESH-1"
    assert kept["client_id"] == CLIENT["client_id"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "SKILL_DISABLED_EXCEPTION"),
        (403, "INSUFFICIENT_PERMISSION_EXCEPTION"),
        (404, "SKILL_NOT_FOUND_EXCEPTION"),
        (401, "INVALID_ACCESS_TOKEN_EXCEPTION"),
    ],
)
@pytest.mark.parametrize("by", ["change", "doorbell", "exposure"])
async def test_refused(hass, amazon, home, status, code, by):
    config = await home()
    await granted(hass, amazon, config)
    amazon.refuses(GATEWAY, status, code)
    if by == "change":
        hass.states.async_set("light.kitchen", "on")
    elif by == "doorbell":
        state = dt_util.utcnow().isoformat()
        hass.states.async_set("event.bell", state, {"device_class": "doorbell"})
    else:
        async_expose_entity(hass, "conversation", "switch.pump", True)
    await later(hass, 2)
    assert 1 <= len(amazon.names()) <= 2  # once more with a new token
    assert ir.async_get(hass).async_get_issue("hearthgate", "events_refused_home")
    assert not config.reports_states
    assert config.events()["refusal"] == code
    hass.states.async_set("light.kitchen", "on", {"brightness": 7})
    await later(hass, 4000)
    await ask(config, "Alexa", "ReportState", {}, "light#kitchen")
    assert amazon.names() == []
    assert not (await token_store(hass, "home").async_load())["refresh_token"]

    config.async_deinitialize()
    ir.async_delete_issue(hass, "hearthgate", "events_refused_home")  # by a restart
    config = await home()
    assert ir.async_get(hass).async_get_issue("hearthgate", "events_refused_home")

    amazon.refuses(None, 0)
    await granted(hass, amazon, config)
    assert not ir.async_get(hass).async_get_issue("hearthgate", "events_refused_home")
    assert (await token_store(hass, "home").async_load()).get("refusal") is None


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_not_refused(hass, amazon, home, status):
    config = await home()
    await granted(hass, amazon, config)
    amazon.refuses(GATEWAY, status, "THROTTLING_EXCEPTION")
    hass.states.async_set("light.kitchen", "on")
    await later(hass, 2)
    assert amazon.names() == ["ChangeReport"]
    assert config.is_reporting_states
    assert not ir.async_get(hass).async_get_issue("hearthgate", "events_refused_home")


async def test_login_fails(hass, amazon, home):
    config = await home()
    amazon.refuses(LWA_TOKEN_URI, 400)
    event = await grant(config)
    assert event["payload"]["type"] == "ACCEPT_GRANT_FAILED"
    assert not config.is_reporting_states

    amazon.refuses(None, 0)
    amazon.lasts = 200
    await granted(hass, amazon, config)
    amazon.refuses(LWA_TOKEN_URI, 503)
    hass.states.async_set("light.kitchen", "on")
    await hass.async_block_till_done()
    assert not config.is_reporting_states
    assert config.reports_states  # it has the right, and cannot use it now
    hass.states.async_set("light.kitchen", "off")
    reply = await ask(config, "Alexa", "ReportState", {}, "light#kitchen")
    assert reply["header"]["name"] == "StateReport"
    issues = ir.async_get(hass)
    assert not issues.async_get_issue("hearthgate", "events_refused_home")
    await later(hass, 61)
    await later(hass, 61 + 121)
    assert issues.async_get_issue("hearthgate", "events_refused_home")
    assert len(amazon.logins()) == 3

    amazon.refuses(None, 0)
    await later(hass, reporting_module.RETRY_MOST)
    assert config.is_reporting_states
    assert not issues.async_get_issue("hearthgate", "events_refused_home")


async def test_exposure(hass, amazon, home):
    config = await home()
    await granted(hass, amazon, config)
    registry = er.async_get(hass)

    async def reported():
        await later(hass, 2)
        return [
            (
                event["header"]["name"],
                [e["endpointId"] for e in event["payload"]["endpoints"]],
            )
            for event, _ in amazon.events()
            if event["header"]["namespace"] == "Alexa.Discovery"
        ]

    async_expose_entity(hass, "conversation", "switch.pump", True)
    async_expose_entity(hass, "conversation", "light.kitchen", False)
    assert await reported() == [
        ("AddOrUpdateReport", ["switch#pump"]),
        ("DeleteReport", ["light#kitchen"]),
    ]
    async_expose_entity(hass, "conversation", "light.kitchen", True)
    assert await reported() == [("AddOrUpdateReport", ["light#kitchen"])]
    registry.async_update_entity("light.kitchen", icon="mdi:lamp")
    assert await reported() == []
    hass.states.async_set("light.kitchen", "off", {"friendly_name": "Ceiling"})
    registry.async_update_entity("light.kitchen", name="Ceiling")
    assert await reported() == [("AddOrUpdateReport", ["light#kitchen"])]
    hass.states.async_remove("light.kitchen")  # for now: its integration is reloaded
    registry.async_update_entity("switch.pump", icon="mdi:pump")
    assert await reported() == []
    registry.async_remove("switch.pump")
    hass.states.async_remove("switch.pump")
    assert await reported() == [("DeleteReport", ["switch#pump"])]
    hass.states.async_set("light.kitchen", "off")
    registry.async_update_entity("light.kitchen", new_entity_id="light.cellar")
    hass.states.async_remove("light.kitchen")
    hass.states.async_set("light.cellar", "off")
    assert await reported() == [
        ("AddOrUpdateReport", ["light#cellar"]),
        ("DeleteReport", ["light#kitchen"]),
    ]
    await config.async_change(CLIENT | {"exposed": "label", "label": "none"})
    assert [name for name, _ in await reported()] == ["DeleteReport"]
    await config.async_change({"exposed": "assist"})
    assert not config.is_reporting_states
    assert not config.reports_states


@pytest.mark.parametrize(
    ("endpoint", "country", "region"),
    [
        ("a-ats.iot.us-east-1.amazonaws.com", "DE", "us-east-1"),
        ("a-ats.iot.us-west-2.amazonaws.com", "US", "us-west-2"),
        ("a-ats.iot.eu-central-1.amazonaws.com", "DE", "eu-west-1"),
        ("broker.test", "US", "us-east-1"),
        ("broker.test", "JP", "us-west-2"),
        ("broker.test", "GB", "eu-west-1"),
        ("broker.test", None, "eu-west-1"),
    ],
)
def test_gateway(endpoint, country, region):
    assert gateway_of(endpoint, country) == EVENT_GATEWAYS[region]
