"""Calls to the API of an account's server, and the limits that the server sets."""

import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pregonero.deadlines import boottime
from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import HttpError, NetworkClient
from pregonero.networks.mastodon.network import CAPABILITIES, ENDPOINTS
from pregonero.networks.multipart import File

_LOCK = threading.Lock()
_CONFIGURATIONS: dict[tuple[str, str], tuple[dict[str, Any], float]] = {}


class Api:
    """The API of an account's server."""

    def __init__(self, credentials: ApiCredentials) -> None:
        self._client = NetworkClient(credentials, ENDPOINTS)
        self._base = f"{credentials.address.rstrip('/')}/api"

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a GET."""
        return self._client.get(self._base + path, params=params).json()

    def status_of(self, path: str) -> int:
        """Return the HTTP status of a GET, which says whether a medium is ready."""
        return self._client.get(self._base + path).status_code

    def upload(self, path: str, files: Mapping[str, File], **fields: str) -> Any:
        """Upload files with form fields, and return the JSON of the response."""
        return self._client.post(self._base + path, data=fields, files=files).json()

    def delete(self, path: str) -> None:
        """Make a DELETE."""
        self._client.delete(self._base + path)

    def post(self, path: str, body: Mapping[str, Any], *, key: str) -> Any:
        """Make a POST with an idempotency key, and return the JSON: the server runs repeated calls only once."""
        return self._client.post(self._base + path, json=dict(body), headers={"Idempotency-Key": key}).json()


def server_configuration(credentials: ApiCredentials) -> dict[str, Any]:
    """Return the limits that an account's server sets. They are cached in this process for an hour."""
    key = credentials.address, credentials.remote_id
    with _LOCK:
        configuration, until = _CONFIGURATIONS.get(key, ({}, 0.0))
    if boottime() < until:
        return configuration
    configuration = _instance(Api(credentials)).get("configuration") or {}
    with _LOCK:
        _CONFIGURATIONS[key] = configuration, boottime() + CAPABILITIES.limits["server_limits_seconds"].value
    return configuration


def _instance(api: Api) -> dict[str, Any]:
    try:
        instance: dict[str, Any] = api.get("/v2/instance")
    except HttpError as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            return {}  # an old server or other software: its limits cannot be read
        raise
    return instance
