"""What Alexa has by another way is taken over with a label, and the options are saved."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hearthgate.const import DOMAIN
from custom_components.hearthgate.moving import Found, Way, async_find
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component

REGISTERED = ("light.hall", "light.kitchen", "lock.door", "switch.pump")
YAML = """
alexa:
  smart_home:
    filter:
      include_domains: [light]
      include_entities: [lock.door]
      exclude_entities: [light.hall]
    entity_config:
      light.kitchen: {name: Ceiling}
      light.hall: {name: Hallway}
      lock.door: {description: x}
"""


@pytest.fixture
async def base(hass, tmp_path):
    hass.config.config_dir = str(tmp_path)
    for domain in ("homeassistant", "http"):
        assert await async_setup_component(hass, domain, {})
    for entity_id in REGISTERED:
        domain, name = entity_id.split(".")
        er.async_get(hass).async_get_or_create(
            domain, "x", name, suggested_object_id=name
        )
    for entity_id in (*REGISTERED, "light.yaml", "weather.home"):
        hass.states.async_set(entity_id, "off")
    return hass


@pytest.fixture
async def entry(base):
    """Return an entry that is not set up, as beside `alexa:` in YAML."""
    entry = MockConfigEntry(domain=DOMAIN, options={"exposed": "assist"})
    entry.add_to_hass(base)
    return entry


@pytest.fixture
async def step(hass, entry):
    """Return what opens a step of the options."""

    async def of(name):
        menu = await hass.config_entries.options.async_init(entry.entry_id)
        assert menu["type"] is FlowResultType.MENU
        assert name in menu["menu_options"]
        return await hass.config_entries.options.async_configure(
            menu["flow_id"], {"next_step_id": name}
        )

    return of


async def test_nothing_is_found(hass, base, entry, tmp_path):
    assert await async_find(hass) == {}
    for text in (
        "",
        "x",
        "alexa: [",
        "alexa: x",
        "alexa: {flash_briefings: }",
        "alexa: {smart_home: {filter: x}}",
        "alexa: {smart_home: {filter: {include_domains: []}, later: 1}}",
        "alexa: {smart_home: {filter: {include_entities: light.gone}}}",
        "cloud: x",
        "cloud: {alexa: {filter: 1}}",
    ):
        (tmp_path / "configuration.yaml").write_text(text)
        assert await async_find(hass) == {}, text
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["menu_options"] == ["entities", "events"]


async def test_yaml(hass, base, tmp_path):
    (tmp_path / "configuration.yaml").write_text(YAML)
    found = await async_find(hass)
    assert found == {
        Way.YAML: Found(
            entities=("light.kitchen", "light.yaml", "lock.door"),
            unlabelled=("light.yaml",),
            renamed=("light.kitchen",),
        )
    }
    (tmp_path / "configuration.yaml").write_text("alexa: {smart_home: }")
    found = await async_find(hass)
    assert found[Way.YAML].entities == (
        *REGISTERED[:2],
        "light.yaml",
        "lock.door",
        "switch.pump",
    )


async def test_cloud(hass, base, tmp_path):
    for entity_id in ("light.hall", "light.yaml", "light.gone"):
        async_expose_entity(hass, "cloud.alexa", entity_id, True)
    async_expose_entity(hass, "cloud.alexa", "lock.door", False)
    expected = Found(("light.hall", "light.yaml"), ("light.yaml",), ())
    assert await async_find(hass) == {Way.CLOUD: expected}
    (tmp_path / "configuration.yaml").write_text("""
cloud:
  alexa:
    filter: {include_entities: [switch.pump]}
    entity_config: {switch.pump: {name: Pump}}
""")
    expected = Found(("switch.pump",), (), ("switch.pump",))
    assert await async_find(hass) == {Way.CLOUD: expected}


async def test_label(hass, entry, step, tmp_path):
    (tmp_path / "configuration.yaml").write_text(YAML)
    registry, labels = er.async_get(hass), lr.async_get(hass)
    other = labels.async_create("Night").label_id
    registry.async_update_entity("light.kitchen", labels={other})
    form = await step("moving")
    configure = hass.config_entries.options.async_configure
    form = await configure(form["flow_id"], {"source": "yaml"})
    assert form["step_id"] == "label"
    assert form["description_placeholders"]["count"] == "3"
    assert form["description_placeholders"]["unlabelled"] == "`light.yaml`"
    assert form["description_placeholders"]["renamed"] == "`light.kitchen`"
    assert not labels.async_get_label_by_name("Alexa")  # nothing yet
    result = await configure(form["flow_id"], {"name": " Alexa "})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"exposed": "label", "label": "alexa"}
    assert labels.async_get_label("alexa").name == "Alexa"
    assert registry.async_get("light.kitchen").labels == {other, "alexa"}
    assert registry.async_get("lock.door").labels == {"alexa"}
    assert registry.async_get("light.hall").labels == set()

    form = await step("moving")  # again, with the label that there is
    form = await configure(form["flow_id"], {"source": "yaml"})
    result = await configure(form["flow_id"], {"name": "alexa"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("carrier", ["entity", "device", "area", None])
async def test_label_that_is_used(hass, entry, step, carrier, tmp_path):
    (tmp_path / "configuration.yaml").write_text(YAML)
    label = lr.async_get(hass).async_create("Alexa").label_id
    registry = er.async_get(hass)
    if carrier == "entity":
        registry.async_update_entity("switch.pump", labels={label})
    elif carrier == "area":
        area = ar.async_get(hass).async_create("Kitchen")
        ar.async_get(hass).async_update(area.id, labels={label})
    elif carrier == "device":
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={("x", "1")}
        )
        dr.async_get(hass).async_update_device(device.id, labels={label})
    form = await step("moving")
    configure = hass.config_entries.options.async_configure
    form = await configure(form["flow_id"], {"source": "yaml"})
    if carrier is None:
        form = await configure(form["flow_id"], {"name": " "})
    else:
        form = await configure(form["flow_id"], {"name": "ALEXA"})
    assert form["errors"] == {"name": "label_used"}
    assert registry.async_get("lock.door").labels == set()
    assert entry.options == {"exposed": "assist"}
    result = await configure(form["flow_id"], {"name": "For Alexa"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_nothing_is_taken_over(hass, entry, step, tmp_path):
    (tmp_path / "configuration.yaml").write_text(YAML)
    form = await step("moving")
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {"source": "nothing"}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"exposed": "assist"}


async def test_events(hass, entry, step):
    client, secret = "amzn1.application-oa2-client.1", "amzn1.oa2-cs.v1.x"
    configure = hass.config_entries.options.async_configure
    form = await step("events")
    for entered, errors in (
        ({"client_id": "amzn1.ask.skill.1"}, {"client_id": "not_a_client"}),
        ({"client_secret": secret}, {"client_id": "not_a_client"}),
        ({"client_id": client}, {"client_secret": "no_secret"}),
        ({"client_id": client, "client_secret": "a b"}, {"client_secret": "no_secret"}),
    ):
        form = await configure(form["flow_id"], entered)
        assert form["errors"] == errors
    await configure(
        form["flow_id"], {"client_id": f" {client} ", "client_secret": f"{secret}\n"}
    )
    both = {"client_id": client, "client_secret": secret}
    assert entry.options == {"exposed": "assist"} | both

    form = await step("events")
    shown = str(form["data_schema"].schema) + str(
        [key.description for key in form["data_schema"].schema]
    )
    assert client in shown
    assert secret not in shown
    await configure(form["flow_id"], {"client_id": client})
    assert entry.options == {"exposed": "assist"} | both

    form = await step("entities")
    await configure(form["flow_id"], {"exposed": "all"})
    assert entry.options == {"exposed": "all"} | both
    form = await step("events")
    await configure(form["flow_id"], {})
    assert entry.options == {"exposed": "all"}
