"""Checks that a host is on the public Internet: an address that other people write must not lead into this machine or
the entity's private network (SSRF).

All the addresses of the host are checked, and the connection uses those same addresses: a name that changes its
address after the check (DNS rebinding) gains nothing.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

from pregonero.errors import Refused

# Not public, or tunnels that contain an IPv4 address, whatever the standard library's list says.
CLOSED = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
NAT64 = ip_network("64:ff9b::/96")


class Unreadable(Refused):
    """An address could not be read; the message says why and what to do, in Spanish."""

    code = "unreadable"


class Unreachable(Unreadable):
    """The host did not answer, or not in time: it may answer later."""


class NotPublic(Unreadable):
    """The host is inside a private network, and the settings do not allow it by name."""


def open_addresses(host: str, port: int) -> tuple[str, ...]:
    """Return all the addresses of a host, if each is public or allowed. Raises `NotPublic` or `Unreachable`."""
    ips = _resolve(host.strip("[]"), port)
    for ip in ips:
        if not is_public(ip) and not is_allowed(host, port, ip):
            raise NotPublic(
                f"«{host}» está en una red interna y no se abre. Si debe leerse, la Oficina de Sistemas la "
                "permite por nombre en la configuración."
            )
    return ips


def is_public(ip: str) -> bool:
    """Return whether an address is on the public Internet."""
    found = _inner(ip_address(ip))
    closed = any(found in block for block in CLOSED if block.version == found.version)
    return not closed and found.is_global and not found.is_multicast and not found.is_reserved


def is_allowed(host: str, port: int, ip: str) -> bool:
    """Return whether the settings allow this host and port, or this address."""
    return any(_names(entry, host, port, ip) for entry in settings.PRIVATE_ADDRESSES_ALLOWED)


def _resolve(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"No existe el sitio «{host}», o su nombre no responde ahora.") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    # An IPv6 address may contain an IPv4 address: mapped, or with the well-known prefix of NAT64.
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in NAT64:
            return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _names(entry: str, host: str, port: int, ip: str) -> bool:
    """Return whether a setting ("host:port", an address or a CIDR block) matches this host and port, or address."""
    try:
        block = ip_network(entry, strict=False)
    except ValueError:
        name, _, number = entry.rpartition(":")
        return number == str(port) and name.lower().strip("[]") in {host.strip("[]"), ip}
    return bool(ip) and _inner(ip_address(ip)) in block
