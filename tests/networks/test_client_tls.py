"""The HTTP client over TLS, as with the real networks: the same time limits, and only trusted certificates."""

import datetime as dates
import ipaddress
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pregonero.http_client import ConnectFailed, ResponseLost
from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import Endpoint, NetworkClient
from pregonero.networks.multipart import File
from tests.networks.peers import HANG, answering, drip, drip_body, peer, silent

ENDPOINTS = (Endpoint("GET", "/a", "leer"), Endpoint("POST", "/b", "subir"))
SECONDS = 0.8


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine's own, with its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "prueba")])
    now = dates.datetime.now(dates.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dates.timedelta(hours=1))
        .not_valid_after(now + dates.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.fixture
def secure(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    """As on a machine whose administrator added a certificate of the entity's own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def line_to(address: str, seconds: float = SECONDS) -> NetworkClient:
    return NetworkClient(ApiCredentials("1", "a", address, "secreto", seconds=seconds), ENDPOINTS)


@pytest.mark.usefixtures("trusted")
def test_a_call_is_answered(secure: ssl.SSLContext) -> None:
    with peer(answering("200 OK", b'{"a": 1}'), secure) as server:
        assert line_to(server.address).get(f"{server.address}/a").json() == {"a": 1}


def test_a_server_that_nobody_vouches_for_is_not_spoken_to(secure: ssl.SSLContext) -> None:
    with peer(answering("200 OK", b"{}"), secure) as server:
        with pytest.raises(ConnectFailed):
            line_to(server.address).get(f"{server.address}/a")

        assert server.received == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("behaviour", [silent, drip, drip_body])
def test_a_call_is_over_in_its_time(secure: ssl.SSLContext, behaviour: object) -> None:
    with peer(behaviour, secure) as server:  # type: ignore[arg-type]
        started = time.monotonic()

        with pytest.raises(ResponseLost):
            line_to(server.address).get(f"{server.address}/a")

        assert time.monotonic() - started < HANG


@pytest.mark.usefixtures("trusted")
def test_who_never_ends_the_handshake_was_sent_nothing() -> None:
    with peer(silent) as server:
        address = server.address.replace("http://", "https://")
        started = time.monotonic()

        with pytest.raises(ConnectFailed):
            line_to(address).get(f"{address}/a")

        assert time.monotonic() - started < HANG


@pytest.mark.usefixtures("trusted")
def test_an_upload_that_nobody_reads_is_over_in_its_time(secure: ssl.SSLContext, tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(b"x" * 3_000_000)
    with peer(silent, secure) as server:
        started = time.monotonic()

        with pytest.raises(ResponseLost):
            line_to(server.address, 0.2).post(f"{server.address}/b", files={"source": File(path, "video/mp4")})

        assert time.monotonic() - started < HANG


@pytest.mark.usefixtures("trusted")
def test_connections_are_used_again(secure: ssl.SSLContext) -> None:
    def keep_answering(connection: socket.socket, said: bytes, over: threading.Event) -> None:
        while said and not over.is_set():
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            said = connection.recv(65536)

    with peer(keep_answering, secure) as server:
        for _ in range(5):
            line_to(server.address).get(f"{server.address}/a")

        assert server.connections == 1
