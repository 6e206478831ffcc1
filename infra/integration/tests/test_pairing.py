"""The key of the house, and the lines of pairing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
import json
import stat

from conftest import line
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
import pytest

from custom_components.hearthgate.const import PAIRING_PREFIX, SIGNING_REQUEST_PREFIX
from custom_components.hearthgate.pairing import Keys, Pairing, PairingError, parse


@pytest.fixture
def keys(hass, tmp_path):
    hass.config.config_dir = str(tmp_path)
    return Keys(hass)


def requested(text):
    """Return the signing request of a line."""
    text = text.removeprefix(SIGNING_REQUEST_PREFIX)
    return x509.load_der_x509_csr(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


async def test_the_key_stays_until_it_is_paired(keys, authority, tmp_path):
    first, second = requested(keys.request()), requested(keys.request())
    assert first.is_signature_valid
    assert first.subject.rfc4514_string() == "CN=hearthgate"
    assert isinstance(first.public_key().curve, ec.SECP256R1)
    assert first.public_key() == second.public_key()
    assert [f.name for f in (tmp_path / ".storage").iterdir()] == [
        "hearthgate.pending.key"
    ]
    assert stat.S_IMODE(keys.pending_path.stat().st_mode) == 0o600

    answer = parse(
        line(
            stage="home",
            endpoint="x.iot.test",
            certificate=authority.certify(first.public_key()),
            authority=authority.pem,
        )
    )
    assert keys.fits(answer)
    key_id = keys.adopt()
    assert not keys.pending_path.exists()
    assert stat.S_IMODE(keys.path(key_id).stat().st_mode) == 0o600
    assert requested(keys.request()).public_key() != first.public_key()
    assert not keys.fits(answer)
    keys.delete(key_id)
    keys.delete(key_id)
    assert not keys.path(key_id).exists()


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff\xfe"])
async def test_a_broken_key_is_replaced(keys, content):
    keys.request()
    keys.pending_path.write_bytes(content)
    assert requested(keys.request()).is_signature_valid


async def test_parse(authority):
    good = {
        "stage": "home",
        "endpoint": "x.iot.test",
        "certificate": authority.pem,
        "authority": authority.pem,
    }
    assert parse(line(**good)) == Pairing(**good)
    assert parse(line(**good, port=8884)).port == 8884
    assert parse(line(**(good | {"stage": "home_cabin"}))).stage == "home_cabin"
    text = line(**good)
    assert parse(f"  {text[:40]}\n{text[40:]}\n") == Pairing(**good)
    assert parse(line(**good, later="unknown")) == Pairing(**good)
    assert "port" not in parse(text).as_dict()
    bad = [
        "",
        "hgcsr1.AAAA",
        PAIRING_PREFIX,
        PAIRING_PREFIX + "%%%",
        PAIRING_PREFIX + "é",
        PAIRING_PREFIX + "A" * 40_000,
        text[:-10],
        PAIRING_PREFIX + urlsafe_b64encode(b"[1]").decode(),
        PAIRING_PREFIX + urlsafe_b64encode(b"[" * 9_000).decode(),
        PAIRING_PREFIX + urlsafe_b64encode(json.dumps("x").encode()).decode(),
        *(line(**{k: v for k, v in good.items() if k != gone}) for gone in good),
        *(line(**(good | {k: wrong})) for k in good for wrong in (1, None, "", "\n")),
        *(line(**(good | {"stage": s})) for s in ("Home/#", "home_", "_a", "a_b_c")),
        line(**(good | {"endpoint": "a b"})),
        *(line(**good, port=p) for p in (0, -1, 65536, "8883", True)),
    ]
    for wrong in bad:
        with pytest.raises(PairingError, match="not_a_line"):
            parse(wrong)
