"""The integration in Home Assistant, connected to a real broker: mosquitto.

The test is the function: a client with the rights of both ends, as mosquitto has no
policies here.
"""

import asyncio
import contextlib
from datetime import timedelta
import getpass
import gzip
from hashlib import sha256
import json
import os
import random
import shutil
import socket
import ssl
import subprocess
import time
from unittest.mock import patch

from conftest import line
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from paho.mqtt import client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
import pytest_socket
from test_pairing import requested

from custom_components.hearthgate import (
    client as client_module,
    config_flow,
    home as home_module,
)
from custom_components.hearthgate.client import TakenOver
from custom_components.hearthgate.const import DOMAIN, PAIRING_PREFIX, PROTOCOL
from custom_components.hearthgate.diagnostics import async_get_config_entry_diagnostics
from custom_components.hearthgate.exchange import steady_clock
from homeassistant.components.alexa import smart_home
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntryState,
)
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CoreState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import (
    entity_registry as er,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

PRESENCE = "hearthgate/home/presence"
REQUEST = "hearthgate/home/request"
REPLIES = "hearthgate/home/response/p"


@pytest.fixture
def mosquitto(authority, tmp_path, socket_enabled):
    """Run mosquitto, which wants a certificate of the authority at one of its ports."""
    program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("mosquitto is missing")
        pytest.skip("skipped: mosquitto is missing: install Debian's package mosquitto")
    pytest_socket.socket_allow_hosts(["127.0.0.1", "localhost", "::1"])
    tls, plain = free_port(), free_port()
    server = authority.certify_server()
    for name, text in {
        "ca.pem": authority.pem,
        "server.pem": server[0],
        "server.key": server[1],
        "conf": f"""
user {getpass.getuser()}
per_listener_settings true
listener {tls} 127.0.0.1
cafile {tmp_path}/ca.pem
certfile {tmp_path}/server.pem
keyfile {tmp_path}/server.key
require_certificate true
allow_anonymous true
listener {plain} 127.0.0.1
allow_anonymous true
""",
    }.items():
        (tmp_path / name).write_text(text)
    broker = Mosquitto([program, "-c", str(tmp_path / "conf")], tls, plain)
    broker.start()
    yield broker
    broker.stop()


class Mosquitto:
    """A broker that can be restarted."""

    def __init__(self, command, tls, plain):
        self.command, self.tls, self.plain = command, tls, plain

    def start(self):
        self.process = subprocess.Popen(  # noqa: S603
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 5
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.plain), 1).close()
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.02)
            else:
                return

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def free_port():
    """Return a port below those that the system gives to connections."""
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port


class Function:
    """The other end."""

    def __init__(self, port):
        self.loop = asyncio.get_running_loop()
        self.messages = asyncio.Queue()
        self.presence = asyncio.Queue()
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, "function", protocol=mqtt.MQTTv5
        )
        self.client.on_message = self.came
        self.client.on_connect = lambda *_: self.client.subscribe(
            [(PRESENCE, 0), (REPLIES, 0)]
        )
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def came(self, client, userdata, message):
        payload = message.payload
        if payload[:1] == b"\x1f":
            payload = gzip.decompress(payload)
        queue = self.presence if message.topic == PRESENCE else self.messages
        item = (json.loads(payload), message)
        self.loop.call_soon_threadsafe(queue.put_nowait, item)

    async def state(self, wanted):
        async with asyncio.timeout(15):
            while True:
                presence, _ = await self.presence.get()
                if presence["state"] == wanted:
                    return presence

    async def ask(self, kind, body=None, **changes):
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = REPLIES
        properties.CorrelationData = b"c1"
        request = {
            "kind": kind,
            "id": os.urandom(8).hex(),
            "within": 8000,
            "body": body,
        }
        request |= {"sent": int(steady_clock())} | changes
        self.client.publish(
            REQUEST, json.dumps(request).encode(), properties=properties
        )
        async with asyncio.timeout(10):
            while True:
                reply, message = await self.messages.get()
                assert reply["id"] == request["id"]
                assert message.properties.CorrelationData == b"c1"
                if reply["status"] != 202:
                    return reply

    def end(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
async def function(mosquitto):
    other_end = Function(mosquitto.plain)
    yield other_end
    other_end.end()


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(config_flow, "ATTEMPT_AFTER", 0.01)
    monkeypatch.setattr(home_module, "BACK_OFF_BASE", 0.05)
    monkeypatch.setattr(home_module, "BACK_OFF_MOST", 0.2)


@pytest.fixture
async def base(hass, tmp_path):
    hass.config.config_dir = str(tmp_path)
    for domain in ("homeassistant", "http", "conversation", "intent_script"):
        assert await async_setup_component(
            hass,
            domain,
            {"intent_script": {"HelloIntent": {"speech": {"text": "Hello"}}}},
        )
    hass.states.async_set("light.kitchen", "off", {"friendly_name": "Kitchen"})
    hass.states.async_set("input_boolean.hidden", "off")
    return hass


@pytest.fixture
async def answer(base, authority, mosquitto):
    """Return what makes the answer to a form."""

    def of(form, **changes):
        key = requested(form["description_placeholders"]["request"]).public_key()
        return {
            "answer": line(
                **{
                    "stage": "home",
                    "endpoint": "localhost",
                    "port": mosquitto.tls,
                    "certificate": authority.certify(key),
                    "authority": authority.pem,
                }
                | changes
            )
        }

    return of


@pytest.fixture
async def entry(base, answer):
    """Pair the home."""
    flows = base.config_entries.flow
    form = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await flows.async_configure(form["flow_id"], answer(form))
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await base.async_block_till_done()
    yield result["result"]
    await base.config_entries.async_unload(result["result"].entry_id)


def directive(namespace, name, endpoint=None):
    header = {"namespace": namespace, "name": name, "messageId": "m"}
    body = {"header": header | {"payloadVersion": "3"}, "payload": {}}
    if endpoint:
        body["endpoint"] = {"endpointId": endpoint}
    return {"directive": body}


async def discovered(function):
    reply = await function.ask("directive", directive("Alexa.Discovery", "Discover"))
    assert reply["status"] == 200
    return [e["endpointId"] for e in reply["body"]["event"]["payload"]["endpoints"]]


async def test_requests(hass, entry, function):
    presence = await function.state("online")
    assert presence["exposed"] == "assist"
    assert presence["protocol"] == PROTOCOL
    assert presence["certificate"] == sha256(der(entry)).hexdigest()
    assert presence["taken_over"] == 0

    state = (await function.ask("check"))["body"]
    assert state == presence | {"endpoints": 1}

    calls = []
    hass.services.async_register("light", "turn_on", calls.append)
    on = directive("Alexa.PowerController", "TurnOn", "light#kitchen")
    reply = await function.ask("directive", on)
    assert reply["status"] == 200
    assert reply["body"]["event"]["header"]["name"] == "Response"
    await hass.async_block_till_done()
    assert calls[0].data == {"entity_id": ["light.kitchen"]} or calls[0].data == {
        "entity_id": "light.kitchen"
    }

    said = await function.ask("conversation", {"text": "hello", "language": "en"})
    assert said["status"] == 200
    assert said["body"]["response"]["speech"]["plain"]["speech"]

    request = {"type": "IntentRequest", "intent": {"name": "HelloIntent"}}
    spoken = await function.ask("intent", {"request": request})
    assert spoken["body"]["response"]["outputSpeech"]["text"] == "Hello"
    for name in ("Unheard", "HelloIntent"):
        request = {"type": name, "intent": {"name": name}}
        spoken = await function.ask("intent", {"request": request})
        assert spoken["body"]["response"]["outputSpeech"]["type"] == "PlainText"

    for kind, body, status in (
        ("directive", None, 400),
        ("directive", {}, 400),
        ("directive", {"directive": {"header": {"payloadVersion": "2"}}}, 400),
        ("directive", {"directive": []}, 400),
        ("conversation", {"text": 1}, 400),
        ("conversation", {"text": "x", "agent_id": "conversation.none"}, 400),
        ("intent", {}, 400),
        ("later", {}, 404),
    ):
        reply = await function.ask(kind, body)
        assert (reply["status"], bool(reply["problem"])) == (status, True)


async def test_what_alexa_may_use(hass, entry, function):
    await function.state("online")
    assert await discovered(function) == ["light#kitchen"]
    async_expose_entity(hass, "conversation", "light.kitchen", False)
    async_expose_entity(hass, "conversation", "input_boolean.hidden", True)
    assert await discovered(function) == ["input_boolean#hidden"]

    async def choose(**options):
        flows = hass.config_entries.options
        menu = await flows.async_init(entry.entry_id)
        form = await flows.async_configure(
            menu["flow_id"], {"next_step_id": "entities"}
        )
        return await flows.async_configure(form["flow_id"], options)

    assert (await choose(exposed="label"))["errors"] == {"label": "no_label"}
    await choose(exposed="all")
    while (await function.state("online"))["exposed"] != "all":
        pass
    assert sorted(await discovered(function)) == [
        "input_boolean#hidden",
        "light#kitchen",
    ]

    label = lr.async_get(hass).async_create("Alexa").label_id
    registry = er.async_get(hass)
    registry.async_get_or_create("light", "x", "1", suggested_object_id="labelled")
    hass.states.async_set("light.labelled", "off")
    await choose(exposed="label", label=label)
    assert await discovered(function) == []
    registry.async_update_entity("light.labelled", labels={label})
    assert await discovered(function) == ["light#labelled"]
    assert entry.runtime_data.connections == 1  # the same all the time


async def test_presence(hass, entry, function, mosquitto):
    await function.state("online")
    await hass.config_entries.async_unload(entry.entry_id)
    await function.state("offline")

    hass.set_state(CoreState.starting)
    await hass.config_entries.async_setup(entry.entry_id)
    await function.state("starting")
    on = directive("Alexa.PowerController", "TurnOn", "light#kitchen")
    assert (await function.ask("directive", on))["status"] == 503
    assert (await function.ask("check"))["body"]["state"] == "starting"
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await function.state("online")

    mosquitto.stop()
    mosquitto.start()
    await function.state("online")
    assert entry.runtime_data.connections == 2

    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await function.state("offline")
    assert not entry.runtime_data.connected


def der(entry):
    """Return the home's certificate."""
    certificate = x509.load_pem_x509_certificate(entry.data["certificate"].encode())
    return certificate.public_bytes(serialization.Encoding.DER)


async def test_repeats(hass, entry, function):
    """An alarm tells by it that a home that no one asks is there."""
    first = await function.state("online")
    await function.state("online")  # when the connection has settled
    later = dt_util.utcnow() + timedelta(seconds=home_module.ANNOUNCE_EVERY + 1)
    async_fire_time_changed(hass, later)
    assert await function.state("online") == first
    await hass.config_entries.async_unload(entry.entry_id)
    await function.state("offline")
    async_fire_time_changed(hass, later + timedelta(hours=1))
    await asyncio.sleep(0.1)
    assert function.presence.empty()


async def test_taken_over(hass, entry, function):
    """What a second client with the certificate does is tested with the other end."""
    home = entry.runtime_data
    await function.state("online")
    for times in range(1, home_module.TAKE_OVERS + 1):
        home._failed(TakenOver("another client has connected"))
        home.announce()
        while (await function.state("online"))["taken_over"] != times:
            pass
    assert ir.async_get(hass).async_get_issue(DOMAIN, "used_twice_home")
    passed = time.monotonic() + home_module.COUNT_TAKE_OVERS
    with patch.object(home_module.time, "monotonic", return_value=passed):
        assert home.handlers.check()["taken_over"] == 0


async def test_last_will(hass, entry, function):
    await function.state("online")
    entry.runtime_data._client._mqtt.socket().shutdown(socket.SHUT_RDWR)
    await function.state("offline")
    await function.state("online")


async def test_clock_off(hass, entry, function):
    await function.state("online")
    await function.ask("check", sent=int(steady_clock()) - 3_600_000)
    issues = ir.async_get(hass)
    assert issues.async_get_issue(DOMAIN, "clock_off_home")
    await function.ask("check")
    assert issues.async_get_issue(DOMAIN, "clock_off_home") is None


async def test_yaml_beside_it(hass, base, entry, function):
    await function.state("online")
    await hass.config_entries.async_unload(entry.entry_id)
    await smart_home.async_setup(hass, {"filter": None, "locale": "en-US"})
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, "yaml_alexa_home")
    await function.state("offline")


async def test_key_lost(hass, entry, function):
    await function.state("online")
    key_file = entry.runtime_data._key_file
    await hass.config_entries.async_unload(entry.entry_id)
    key_file.unlink()
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, "key_lost_home")


async def test_pairing_fails(hass, base, answer, authority, mosquitto, tmp_path):
    flows = hass.config_entries.flow
    form = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert form["step_id"] == "user"
    other = type(authority)()
    key = requested(form["description_placeholders"]["request"]).public_key()
    for answered, error in (
        ({"answer": "x"}, "not_a_line"),
        ({"answer": PAIRING_PREFIX + "AAAA"}, "not_a_line"),
        (answer(form, certificate=authority.pem), "other_key"),
        (answer(form, port=free_port()), "cannot_connect"),
        (answer(form, authority=other.pem), "untrusted"),
        (answer(form, certificate=other.certify(key)), "refused"),
    ):
        form = await flows.async_configure(form["flow_id"], answered)
        assert form["type"] is FlowResultType.FORM
        assert form["errors"] == {"answer": error}
    result = await flows.async_configure(form["flow_id"], answer(form))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "hearthgate home"
    form = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    again = await flows.async_configure(form["flow_id"], answer(form))
    assert again["reason"] == "already_configured"
    await hass.config_entries.async_remove(result["result"].entry_id)
    left = [f.name for f in (tmp_path / ".storage").glob("*.key")]
    assert left == ["hearthgate.pending.key"]


async def test_pairing_takes_entities_over(hass, base, answer, tmp_path):
    er.async_get(hass).async_get_or_create(
        "light", "x", "1", suggested_object_id="labelled"
    )
    hass.states.async_set("light.labelled", "off")
    (tmp_path / "configuration.yaml").write_text(
        "alexa: {smart_home: {filter: {include_domains: light}}}"
    )
    flows = hass.config_entries.flow
    form = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    form = await flows.async_configure(form["flow_id"], answer(form))
    assert form["step_id"] == "moving"
    form = await flows.async_configure(form["flow_id"], {"source": "yaml"})
    assert form["step_id"] == "label"
    assert form["description_placeholders"] == {
        "count": "2",
        "entities": "`light.kitchen`, `light.labelled`",
        "unlabelled": "`light.kitchen`",
        "renamed": "-",
    }
    result = await flows.async_configure(form["flow_id"], {"name": "Alexa"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {"exposed": "label", "label": "alexa"}
    assert er.async_get(hass).async_get("light.labelled").labels == {"alexa"}
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(result["result"].entry_id)


async def test_pairing_takes_nothing_over(hass, base, answer, tmp_path):
    (tmp_path / "configuration.yaml").write_text("alexa: {smart_home: }")
    flows = hass.config_entries.flow
    form = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    form = await flows.async_configure(form["flow_id"], answer(form))
    assert form["step_id"] == "moving"
    result = await flows.async_configure(form["flow_id"], {"source": "nothing"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {"exposed": "assist"}
    assert not lr.async_get(hass).async_get_label_by_name("Alexa")
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(result["result"].entry_id)


async def renew(hass, entry, answer):
    """Return what the flow says of the answer to its form."""
    flows = hass.config_entries.flow
    context = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    form = await flows.async_init(DOMAIN, context=context)
    return await flows.async_configure(form["flow_id"], answer(form))


async def test_renewal(hass, entry, function, answer, authority):
    await function.state("online")
    old = entry.runtime_data._key_file
    result = await renew(hass, entry, lambda form: answer(form, stage="other"))
    assert result["reason"] == "other_stage"
    result = await renew(hass, entry, answer)
    assert result["reason"] == "reconfigure_successful"
    while not (entry.state is ConfigEntryState.LOADED and entry.runtime_data.connected):
        await asyncio.sleep(0.01)
    new = entry.runtime_data._key_file
    assert new != old
    assert new.exists()
    assert not old.exists()
    assert (await function.ask("check"))["status"] == 200


async def test_renewal_has_the_only_connection(
    hass, entry, function, answer, monkeypatch
):
    class Slow(client_module.Client):
        async def subscribe(self, topic):
            await asyncio.sleep(0.5)
            await super().subscribe(topic)

    monkeypatch.setattr(config_flow, "Client", Slow)
    monkeypatch.setattr(home_module, "back_off", lambda _: 0.0)
    await function.state("online")
    result = await renew(hass, entry, answer)
    assert result.get("reason") == "reconfigure_successful", result.get("errors")
    await function.state("online")


async def test_renewal_fails(hass, entry, function, answer, authority):
    await function.state("online")
    key_file = entry.runtime_data._key_file
    stranger = type(authority)()
    with patch.object(authority, "certify", stranger.certify):
        result = await renew(hass, entry, answer)
    assert result["errors"] == {"answer": "refused"}
    await function.state("online")
    assert entry.runtime_data._key_file == key_file
    assert (await function.ask("check"))["status"] == 200


@pytest.mark.parametrize("loaded", [True, False])
async def test_renewal_breaks_off(hass, entry, function, answer, monkeypatch, loaded):
    async def breaks(*_):
        raise RuntimeError

    monkeypatch.setattr(config_flow, "probe", breaks)
    await function.state("online")
    if not loaded:
        await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(RuntimeError):
        await renew(hass, entry, answer)
    await hass.async_block_till_done()
    want = ConfigEntryState.LOADED if loaded else ConfigEntryState.NOT_LOADED
    assert entry.state is want


async def test_refused(hass, entry, function, authority):
    await function.state("online")
    key_file = entry.runtime_data._key_file
    await hass.config_entries.async_unload(entry.entry_id)
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    certificate = type(authority)().certify(key.public_key())
    hass.config_entries.async_update_entry(
        entry, data=dict(entry.data) | {"certificate": certificate}
    )
    await hass.config_entries.async_setup(entry.entry_id)
    end = time.monotonic() + 20
    while not ir.async_get(hass).async_get_issue(DOMAIN, "certificate_refused_home"):
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


async def test_diagnostics(hass, entry, function):
    await function.state("online")
    text = json.dumps(await async_get_config_entry_diagnostics(hass, entry))
    assert '"connected": true' in text
    assert '"endpoints": 1' in text
    assert '"granted": false' in text
    for secret in ("BEGIN", "localhost", entry.data["key"]):
        assert secret not in text
    key = entry.runtime_data._key_file.read_text()
    assert "PRIVATE KEY" in key
    assert "PRIVATE" not in json.dumps(dict(entry.data))


@pytest.fixture
async def named(mosquitto, tmp_path, monkeypatch):
    """Have mosquitto at port 443 alone, for those that name IoT Core's protocol."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    context.load_verify_locations(tmp_path / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["x-amzn-mqtt-ca"])
    protocols, pumps = [], set()

    async def pump(reader, writer):
        with contextlib.suppress(OSError):
            while b := await reader.read(1 << 16):
                writer.write(b)
        writer.close()

    async def came(reader, writer):
        protocols.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        if protocols[-1] != "x-amzn-mqtt-ca":
            writer.close()
            return
        far = await asyncio.open_connection("127.0.0.1", mosquitto.plain)
        pumps.add(asyncio.create_task(pump(reader, far[1])))
        pumps.add(asyncio.create_task(pump(far[0], writer)))

    server = await asyncio.start_server(came, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    for module in (home_module, client_module):
        monkeypatch.setattr(module, "ALPN_PORT", port)
    monkeypatch.setattr(home_module, "MQTT_PORT", free_port())  # closed
    yield protocols
    server.close()
    await asyncio.wait_for(asyncio.gather(*pumps), 10)


async def test_port_443(hass, named, entry_without_port, function):
    """A network that lets only 443 out: IoT Core wants its protocol named there."""
    await function.state("online")
    assert (await function.ask("check"))["status"] == 200
    assert set(named) == {"x-amzn-mqtt-ca"}
    assert len(named) == 2  # while it was paired, and since


async def test_throttled(hass, entry, mosquitto, tmp_path, monkeypatch):
    """A broker that takes no connection now is not asked at another port at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    asked = 0

    async def came(reader, writer):
        nonlocal asked
        asked += 1
        await reader.read(1 << 16)
        writer.write(bytes([0x20, 3, 0, 0x9F, 0]))  # "connection rate exceeded"
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(came, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(home_module, "ports", lambda pairing: (port, port))
    with pytest.raises(client_module.Busy):
        await entry.runtime_data._connect()
    assert asked == 1
    server.close()


@pytest.fixture
async def entry_without_port(named, base, answer):
    """Pair the home as `hearthgate pair` does, which names no port."""
    flows = base.config_entries.flow
    form = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await flows.async_configure(form["flow_id"], answer(form, port=None))
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await base.async_block_till_done()
    yield result["result"]
    await base.config_entries.async_unload(result["result"].entry_id)
