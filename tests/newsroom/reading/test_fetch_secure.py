"""Downloads over TLS: they connect to the checked address and require a certificate of the link's host."""

import datetime as dates
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from pregonero.newsroom.reading.errors import Unreachable
from pregonero.newsroom.reading.fetch import PAGE_LIMITS, fetch
from tests.networks.peers import Peer, answering, drip, drip_body, peer
from tests.newsroom.reading.test_destination import answer_names

NAME = "sede.test"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate for the name of the website and its private key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dates.datetime.now(dates.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dates.timedelta(hours=1))
        .not_valid_after(now + dates.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.fixture
def secure(certificate: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> ssl.SSLContext:
    """Return the TLS context of the server; its name and another one resolve to this machine, which is allowed."""
    answer_names(monkeypatch, {NAME: [["127.0.0.1"]], "otra.test": [["127.0.0.1"]]})
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.0/8"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    """Trust the certificate, as if the administrator of the machine had added it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def at(server: Peer, name: str = NAME) -> str:
    return server.address.replace("127.0.0.1", name) + "/noticia"


@pytest.mark.usefixtures("trusted")
def test_the_certificate_is_checked_against_the_host_name_of_the_link(secure: ssl.SSLContext) -> None:
    asked: list[str | None] = []
    secure.sni_callback = lambda _socket, name, _context: asked.append(name)
    with peer(answering("200 OK", b"<title>Buena</title>", "Content-Type: text/html"), secure) as server:
        assert fetch(at(server), PAGE_LIMITS).body == b"<title>Buena</title>"
        assert f"Host: {NAME}".encode() in server.received[0]
    assert asked == [NAME]


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_is_refused(secure: ssl.SSLContext) -> None:
    with peer(answering("200 OK", b"x"), secure) as server:
        with pytest.raises(Unreachable, match="certificado"):
            fetch(at(server, "otra.test"), PAGE_LIMITS)
        assert server.received == []


def test_a_certificate_without_a_trusted_issuer_is_refused(secure: ssl.SSLContext) -> None:
    with peer(answering("200 OK", b"x"), secure) as server:
        with pytest.raises(Unreachable, match="certificado"):
            fetch(at(server), PAGE_LIMITS)
        assert server.received == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("behaviour", [drip, drip_body])
def test_a_slow_site_over_tls_is_interrupted_at_the_time_limit(secure: ssl.SSLContext, behaviour: object) -> None:
    with (
        peer(behaviour, secure) as server,  # type: ignore[arg-type]
        pytest.raises(Unreachable, match="tardó más de 0,6 segundos"),
    ):
        fetch(at(server), replace(PAGE_LIMITS, seconds=0.6))


@pytest.mark.usefixtures("trusted")
def test_a_tls_handshake_that_does_not_end_is_interrupted(settings: Settings) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.0/8"]
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(Unreachable, match="tardó más de"):
        fetch(f"https://127.0.0.1:{mute.getsockname()[1]}/", replace(PAGE_LIMITS, seconds=0.5))
