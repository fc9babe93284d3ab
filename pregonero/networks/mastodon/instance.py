"""What an account's own server takes, as it says: asked once, and known to this process for a while."""

import threading
from http import HTTPStatus
from typing import Any

from pregonero.deadlines import boottime
from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import HttpError
from pregonero.networks.mastodon.api import Api
from pregonero.networks.mastodon.capabilities import CAPABILITIES

_LOCK = threading.Lock()
_KNOWN: dict[tuple[str, str], tuple[dict[str, Any], float]] = {}


def configuration_of(access: ApiCredentials) -> dict[str, Any]:
    """Return the limits that the server sets: what a post and its files may have there."""
    name = access.address, access.remote_id
    with _LOCK:
        known, until = _KNOWN.get(name, ({}, 0.0))
    if boottime() < until:
        return known
    known = _instance(Api(access)).get("configuration") or {}
    with _LOCK:
        _KNOWN[name] = known, boottime() + CAPABILITIES.limits["server_limits_seconds"].value
    return known


def _instance(api: Api) -> dict[str, Any]:
    try:
        found: dict[str, Any] = api.get("/v2/instance")
    except HttpError as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            return {}  # an older server, or one of another make: it sets no limits that can be read
        raise
    return found
