"""Links that the installation allows by name though they lead inside its own network."""

from ipaddress import ip_address

from pregonero.newsroom.reading.urls import host_of, port_of
from pregonero.ssrf import is_allowed


def is_allowed_by_name(link: str) -> bool:
    """Return whether the settings name this link's host and port as one that may be read inside the network."""
    host, port = host_of(link), port_of(link)
    try:
        ip = str(ip_address(host.strip("[]")))
    except ValueError:
        ip = ""
    return is_allowed(host, port, ip)
