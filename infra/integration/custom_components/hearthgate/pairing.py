"""The key of this house, and the two lines that pairing exchanges.

The private key is made here and never leaves: it is in a file of .storage that only
Home Assistant's user can read, and neither in the config entry nor in any message.
All functions but parse and line_of block: call them in the executor.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
import binascii
from dataclasses import asdict, dataclass
import json
import os
from pathlib import Path
import re
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR

from .const import DOMAIN, PAIRING_PREFIX, SIGNING_REQUEST_PREFIX

_STAGE = re.compile(r"[a-z][a-z0-9-]{0,62}(_[a-z0-9]{1,62})?")  # and one of its homes
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_MAX_LINE = 32 * 1024


class PairingError(Exception):
    """A pairing line that cannot be used; the argument is a key of the translations."""


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """What the integration needs to connect. Nothing in it is secret."""

    stage: str
    endpoint: str
    certificate: str
    authority: str
    port: int | None = None

    @property
    def certificate_id(self) -> str:
        """Return the id that AWS IoT Core gives the certificate: its SHA-256."""
        certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        return certificate.fingerprint(hashes.SHA256()).hex()

    def as_dict(self) -> dict[str, Any]:
        """Return it as the config entry has it."""
        return {k: v for k, v in asdict(self).items() if v is not None}


def parse(line: str) -> Pairing:
    """Return the pairing of a line, however it was wrapped on its way."""
    line = "".join(line.split())
    if len(line) > _MAX_LINE or not line.startswith(PAIRING_PREFIX):
        raise PairingError("not_a_line")
    text = line.removeprefix(PAIRING_PREFIX)
    try:
        data = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        pairing = Pairing(
            **{
                k: data[k]
                for k in ("stage", "endpoint", "certificate", "authority", "port")
                if k in data
            }
        )
        x509.load_pem_x509_certificate(pairing.certificate.encode())
        x509.load_pem_x509_certificates(pairing.authority.encode())
        port = pairing.port if pairing.port is not None else 1
        if not (
            _STAGE.fullmatch(pairing.stage)
            and _HOST.fullmatch(pairing.endpoint)
            and type(port) is int
            and 0 < port < 65536
        ):
            raise PairingError("not_a_line")
    except (
        binascii.Error,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        RecursionError,
    ) as err:
        raise PairingError("not_a_line") from err
    return pairing


def line_of(request: bytes) -> str:
    """Return the line with a certificate signing request."""
    return SIGNING_REQUEST_PREFIX + urlsafe_b64encode(request).decode().rstrip("=")


class Keys:
    """The key files of this house."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Remember the folder; nothing is read or written."""
        self._folder = Path(hass.config.path(STORAGE_DIR))

    def path(self, key_id: str) -> Path:
        """Return the file of a key that belongs to an entry."""
        return self._folder / f"{DOMAIN}.{key_id}.key"

    def request(self) -> str:
        """Return the line that asks for a certificate.

        The key behind it stays the same until it is paired, so that an answer fits
        even if the dialog was closed, or Home Assistant restarted, in between.
        """
        request = (
            x509.CertificateSigningRequestBuilder()
            .subject_name(
                x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
            )
            .sign(self._pending(), hashes.SHA256())
        )
        return line_of(request.public_bytes(serialization.Encoding.DER))

    def fits(self, pairing: Pairing) -> bool:
        """Return whether the certificate was made for the pending key."""
        certificate = x509.load_pem_x509_certificate(pairing.certificate.encode())
        return _spki(certificate.public_key()) == _spki(self._pending().public_key())

    def adopt(self) -> str:
        """Make the pending key one of an entry, and return its id."""
        digest = hashes.Hash(hashes.SHA256())
        digest.update(_spki(self._pending().public_key()))
        key_id = digest.finalize().hex()[:16]
        os.replace(self.pending_path, self.path(key_id))
        return key_id

    def delete(self, key_id: str) -> None:
        """Delete the key of an entry that has gone."""
        self.path(key_id).unlink(missing_ok=True)

    @property
    def pending_path(self) -> Path:
        """Return the file of the key that is not paired yet."""
        return self._folder / f"{DOMAIN}.pending.key"

    def _pending(self) -> ec.EllipticCurvePrivateKey:
        try:
            key = serialization.load_pem_private_key(
                self.pending_path.read_bytes(), None
            )
            if isinstance(key, ec.EllipticCurvePrivateKey):
                return key
        except (FileNotFoundError, ValueError):
            pass
        key = ec.generate_private_key(ec.SECP256R1())
        self._write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return key

    def _write(self, text: bytes) -> None:
        """Write the pending key whole or not at all, readable by no one else."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        new = self.pending_path.with_suffix(".new")
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        os.replace(new, self.pending_path)


def _spki(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded
