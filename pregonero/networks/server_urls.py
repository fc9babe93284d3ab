"""Addresses of servers of open networks. A person writes them, so they must be public and use https.

Only the installation's own setting (`PRIVATE_ADDRESSES_ALLOWED`) opens another: a laboratory on this machine.
"""

from urllib.parse import urlsplit

from pregonero.errors import Refused
from pregonero.ssrf import is_allowed, open_addresses

PORTS = {"https": 443, "http": 80}


class BadServer(Refused):
    """The server cannot be used; the message says why, in Spanish."""

    code = "bad_server"


def server_address(written: str) -> str:
    """Return the normal form of a server's address: scheme, host and port. Raises `BadServer`."""
    text = written.strip()
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError as error:
        raise BadServer("Eso no es la dirección de un servidor.") from error
    if parts.scheme not in PORTS or not host or not host.isascii() or parts.username is not None:
        raise BadServer("Escribe el servidor así: https://social.ejemplo.org")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise BadServer("Escribe solo el servidor, sin la página: https://social.ejemplo.org")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + ("" if port in {None, PORTS[parts.scheme]} else f":{port}")


def check_server(server: str) -> None:
    """Raise unless a server is public and uses https, or the settings allow it by name."""
    if not server:
        return
    parts = urlsplit(server)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    ips = open_addresses(host, port)
    if parts.scheme != "https" and not all(is_allowed(host, port, ip) for ip in ips):
        raise BadServer(f"«{host}» debe hablarse por https: por ella pasan las credenciales de la cuenta.")
