"""Servers of a manual of visual identity, started in the test: FTP and FTPS (pyftpdlib), SFTP (asyncssh), and liars."""

import asyncio
import datetime as dt
import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import ThreadedFTPServer

from pregonero.newsroom.brand.transports.base import Login

USER, PASSWORD = "marca", "clave-del-manual"


def pdf(*, pages: int = 1, script: str = "", compressed: bool = False) -> bytes:
    """Return a PDF of blank pages, with a script that runs when it opens if asked for."""
    document, output = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        document.add_blank_page()
    if script:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=script)
    streams = pikepdf.ObjectStreamMode.generate if compressed else pikepdf.ObjectStreamMode.disable
    document.save(output, deterministic_id=True, object_stream_mode=streams)
    return output.getvalue()


PDF = pdf()


@dataclass
class Server:
    """A server that runs: where it is, and its folder."""

    protocol: str
    port: int
    root: Path
    key: str = ""
    logins: list[str] = field(default_factory=list)

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    def login(self, **changes: Any) -> Login:
        values: dict[str, Any] = {
            "protocol": self.protocol,
            "host": "127.0.0.1",
            "port": self.port,
            "username": USER,
            "password": PASSWORD,
            "server_key": self.key,
        }
        return Login(**values | changes)

    def put(self, path: str, content: bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


@contextmanager
def ftp_server(root: Path, *, mlsd: bool = True, certificate: Path | None = None) -> Iterator[Server]:
    """Run an FTP server over a folder; without MLSD it is as an old one, with a certificate it speaks FTPS."""
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, str(root), perm="elr")
    base: type[Any] = TLS_FTPHandler if certificate else FTPHandler
    without = {name: known for name, known in base.proto_cmds.items() if mlsd or name not in {"MLSD", "MLST"}}
    options: dict[str, Any] = {"authorizer": authorizer, "proto_cmds": without, "auth_failed_timeout": 0.1}
    if certificate:
        options |= {"certfile": str(certificate), "tls_control_required": True, "tls_data_required": True}
    handler = type("Handler", (base,), options)
    server = ThreadedFTPServer(("127.0.0.1", 0), handler)
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            server.serve_forever(timeout=0.05, blocking=False)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Server("FTPS" if certificate else "FTP", server.address[1], root)
    finally:
        is_over.set()
        thread.join(10)
        server.close_all()


@contextmanager
def sftp_server(root: Path) -> Iterator[Server]:
    """Run an SFTP server over a folder; `logins` collects the passwords that reached it."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    logins: list[str] = []

    class Doorman(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            logins.append(password)
            return (username, password) == (USER, PASSWORD)

    def files(channel: Any) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root).encode())

    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        asyncssh.create_server(Doorman, "127.0.0.1", 0, server_host_keys=[key], sftp_factory=files)
    )
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    fingerprint = key.convert_to_public().get_fingerprint("sha256")
    try:
        yield Server("SFTP", listening.get_port(), root, fingerprint, logins)
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def self_signed(folder: Path) -> tuple[Path, str]:
    """Return a certificate with its key, that no authority vouches for, and its fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ftp.mincit.example")])
    now = dt.datetime.now(dt.UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - dt.timedelta(1)).not_valid_after(now + dt.timedelta(9))
    certificate = built.sign(key, hashes.SHA256())
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "ftps.pem"
    file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none) + certificate.public_bytes(pem))
    return file, certificate.fingerprint(hashes.SHA256()).hex(":").upper()


Answers = dict[str, Callable[[], Iterator[bytes]]]


@contextmanager
def lying_server(answers: Answers, greeting: Callable[[], Iterator[bytes]] | None = None) -> Iterator[Server]:
    """Run an FTP server that sends what a test says: the data of each command, by its name, or a greeting."""
    listening = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            try:
                connected, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=_talk, args=(connected, answers, greeting, is_over), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield Server("FTP", listening.getsockname()[1], Path("/"))
    finally:
        is_over.set()
        listening.close()


def _talk(
    connected: socket.socket,
    answers: Answers,
    greeting: Callable[[], Iterator[bytes]] | None,
    is_over: threading.Event,
) -> None:
    """Speak just enough FTP: sign in, PASV, and the transfers of the test."""
    with connected, socket.create_server(("127.0.0.1", 0)) as data_port:
        try:
            for sent in greeting() if greeting else iter([b"220 hola\r\n"]):
                connected.sendall(sent)
                if is_over.is_set():
                    return
            for line in connected.makefile("rb"):
                command = line.decode("latin-1").split()[0].upper()
                if command in answers:
                    _send(connected, data_port, answers[command](), is_over)
                else:
                    connected.sendall(_answer(command, data_port.getsockname()[1]))
        except OSError:
            return  # the client left


def _answer(command: str, port: int) -> bytes:
    known = {
        "USER": "331 y",
        "PASS": "230 y",
        "PWD": '257 "/"',
        "CWD": "250 y",
        "TYPE": "200 y",
        "EPSV": f"229 y (|||{port}|)",
        "PASV": f"227 y (10,0,0,7,{port >> 8},{port & 255})",
    }
    return f"{known.get(command, '502 no')}\r\n".encode()


def _send(
    connected: socket.socket, data_port: socket.socket, sending: Iterator[bytes], is_over: threading.Event
) -> None:
    connected.sendall(b"150 va\r\n")
    data, _ = data_port.accept()
    with data:
        for sent in sending:
            if is_over.is_set():
                return
            data.sendall(sent)
    connected.sendall(b"226 listo\r\n")
