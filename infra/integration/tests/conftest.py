"""What the tests share: a broker's authority, a home that is paired, and what it says."""

from base64 import urlsafe_b64encode
import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
import pytest

from custom_components.hearthgate.const import PAIRING_PREFIX


@pytest.fixture(autouse=True)
def _custom(enable_custom_integrations):
    """Let Home Assistant find the integration."""


@pytest.fixture(autouse=True)
def mock_bluetooth_adapters():
    """Replace the plugin's own, which needs packages that nothing here uses."""


class Authority:
    """Signs certificates, as Amazon does."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign("authority", self.key.public_key(), True)

    def _sign(self, name, public_key, is_ca=False, extension=None):
        now = datetime.datetime.now(datetime.UTC)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(is_ca, None), True)
        )
        if extension is not None:
            builder = builder.add_extension(extension, False)
        return builder.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def certify_server(self) -> tuple[str, str]:
        """Return certificate and key of localhost."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        certificate = self._sign("localhost", key.public_key(), extension=name)
        return certificate.public_bytes(serialization.Encoding.PEM).decode(), (
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode()
        )

    def certify(self, public_key) -> str:
        certificate = self._sign("home", public_key)
        return certificate.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


def line(**data) -> str:
    """Return a pairing line."""
    text = urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")
    return PAIRING_PREFIX + text
