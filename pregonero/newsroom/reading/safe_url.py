"""Where a link really leads: every address of its host is checked before anything is opened (`reachable`).

Whoever opens a `Destination` connects to the very addresses that were checked, so that a name that changes its answer
between check and connection (DNS rebinding) gains nothing.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from pregonero.newsroom.reading.urls import canonical, host_of, port_of
from pregonero.ssrf import is_allowed, open_addresses


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
    ips = open_addresses(host, port)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(address, parts.scheme, host, port, target, ips)


def is_allowed_by_name(link: str) -> bool:
    """Return whether the installation names this link's host and port as one that may be read inside its
    network.
    """
    host, port = host_of(link), port_of(link)
    try:
        ip = str(ip_address(host.strip("[]")))
    except ValueError:
        ip = ""
    return is_allowed(host, port, ip)
