"""The host of an address that a person wrote, which may be no address at all."""

from urllib.parse import urlsplit


def host_in(address: str) -> str:
    """Return the host of an address in lower case, or an empty string if it has none or is not an address."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
