"""The calls of Mastodon's API over our line."""

from collections.abc import Mapping
from typing import Any

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import NetworkClient
from pregonero.networks.mastodon.endpoints import ENDPOINTS
from pregonero.networks.multipart import File


class Api:
    """An account's server, for one task."""

    def __init__(self, access: ApiCredentials) -> None:
        self._line = NetworkClient(access, ENDPOINTS)
        self._base = f"{access.address.rstrip('/')}/api"

    def get(self, path: str, **params: Any) -> Any:
        """Read something."""
        return self._line.get(self._base + path, params=params).json()

    def status_of(self, path: str) -> int:
        """Return the status of an answer, which says whether something is ready."""
        return self._line.get(self._base + path).status_code

    def upload(self, path: str, files: Mapping[str, File], **fields: str) -> Any:
        """Send a file, and what goes with it."""
        return self._line.post(self._base + path, data=fields, files=files).json()

    def delete(self, path: str) -> None:
        """Delete something."""
        self._line.delete(self._base + path)

    def post(self, path: str, about: Mapping[str, Any], *, key: str) -> Any:
        """Have something done once, however often it is asked with this key."""
        return self._line.post(self._base + path, json=dict(about), headers={"Idempotency-Key": key}).json()
