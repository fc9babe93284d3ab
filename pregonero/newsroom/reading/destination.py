"""Where a link really leads: every address of its host is checked before anything is opened.

Sources are other people's words: a feed, a redirect or a name server must not make this machine talk to
itself or to the entity's inner network (SSRF). Whoever opens a `Destination` connects to the very addresses
that were checked, so that a name that changes its answer between check and connection (DNS rebinding) gains
nothing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

from pregonero.newsroom.reading.address import canonical, host_of, port_of
from pregonero.newsroom.reading.unreadable import NotPublic, Unreachable

# Not public, or a way around (tunnels that carry an IPv4 address inside), whatever the standard library's
# list says.
CLOSED = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "::/96", "64:ff9b:1::/48", "100::/64",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
        "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Destination:
    """A link whose host was resolved and found open: `ips` are the only addresses to connect to."""

    address: str
    scheme: str
    host: str
    port: int
    target: str
    ips: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """Return the host as the request names it."""
        return urlsplit(self.address).netloc


def destination(link: str) -> Destination:
    """Resolve a link's host and check ALL its addresses. Raises `NotPublic`, `Unreachable` or `Malformed`."""
    address = canonical(link)
    parts, host, port = urlsplit(address), host_of(address), port_of(address)
    ips = _resolve(host.strip("[]"), port)
    for ip in ips:
        if not is_public(ip) and not _is_allowed(host, port, ip):
            raise NotPublic(
                f"«{host}» está en una red interna y no se abre. Si debe leerse, la Oficina de Sistemas la "
                "permite por nombre en la configuración."
            )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(address, parts.scheme, host, port, target, ips)


def is_public(ip: str) -> bool:
    """Return whether an address belongs to the open Internet."""
    found = _inner(ip_address(ip))
    closed = any(found in block for block in CLOSED if block.version == found.version)
    return not closed and found.is_global and not found.is_multicast and not found.is_reserved


def is_allowed_by_name(link: str) -> bool:
    """Return whether the installation names this link's host and port as one that may be read inside its
    network.
    """
    host, port = host_of(link), port_of(link)
    try:
        ip = str(ip_address(host.strip("[]")))
    except ValueError:
        ip = ""
    return _is_allowed(host, port, ip)


def _resolve(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"No existe el sitio «{host}», o su nombre no responde ahora.") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    # An IPv4 address may come dressed as IPv6: mapped, or through the well-known prefix of NAT64.
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in NAT64:
            return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _is_allowed(host: str, port: int, ip: str) -> bool:
    return any(_names(entry, host, port, ip) for entry in settings.PRIVATE_ADDRESSES_ALLOWED)


def _names(entry: str, host: str, port: int, ip: str) -> bool:
    """Return whether "host:port", an address or a CIDR block names this host, port or address."""
    try:
        block = ip_network(entry, strict=False)
    except ValueError:
        name, _, number = entry.rpartition(":")
        return number == str(port) and name.lower().strip("[]") in {host.strip("[]"), ip}
    return bool(ip) and _inner(ip_address(ip)) in block
