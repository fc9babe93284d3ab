"""X's SDK for one account, sending through our own HTTP client, and the addresses of its posts."""

from copy import copy
from functools import cache
from typing import Any

from pregonero.networks.base import ApiCredentials, Published
from pregonero.networks.client import NetworkClient
from pregonero.networks.x.network import API_PREFIX, ENDPOINTS


@cache
def _template_client() -> Any:
    from xdk import Client  # noqa: PLC0415 - takes most of a second and 50 MB; only workers call X

    return Client()


def x_client(credentials: ApiCredentials) -> Any:
    """Return the SDK's client for one account, sending through our own HTTP client.

    It is a copy of a client without credentials: building a session and all thirty parts of the SDK for each call took
    a tenth of its processor time.
    """
    client = copy(_template_client())
    client.base_url, client.access_token = credentials.address, credentials.token
    client.session = NetworkClient(credentials, ENDPOINTS)
    for name in ("direct_messages", "media", "posts", "users"):
        setattr(client, name, type(getattr(client, name))(client))
    return client


def post_address(credentials: ApiCredentials, handle: str, id: str) -> str:
    """Return the public address of a post."""
    site = credentials.address.replace(f"://{API_PREFIX}", "://", 1)
    return f"{site}/{handle}/status/{id}"


def conversation_address(credentials: ApiCredentials, thread: str) -> str:
    """Return the address of a private conversation, which only its members can open."""
    return f"{credentials.address.replace(f'://{API_PREFIX}', '://', 1)}/messages/{thread}"


def published_post(credentials: ApiCredentials, id: str) -> Published:
    """Return a post of the account, with its address."""
    return Published(id, post_address(credentials, credentials.handle, id))
