"""The calls of Bluesky's protocol (XRPC) over our line: a name, and JSON or a file."""

from typing import Any

from pregonero.networks.base import ApiCredentials
from pregonero.networks.bluesky.endpoints import ENDPOINTS
from pregonero.networks.client import NetworkClient
from pregonero.networks.multipart import File


class Xrpc:
    """An account's server, for one task. Without `secret`, the calls go as anybody's: the server asks for no more."""

    def __init__(self, access: ApiCredentials, *, secret: bool = True) -> None:
        self._line = NetworkClient(access, ENDPOINTS)
        self._base = f"{access.address.rstrip('/')}/xrpc"
        if not secret:
            del self._line.headers["Authorization"]

    def get(self, name: str, **params: str) -> Any:
        """Ask for something."""
        return self._line.get(f"{self._base}/{name}", params=params).json()

    def post(self, name: str, json: Any) -> Any:
        """Have something done."""
        return self._line.post(f"{self._base}/{name}", json=json).json()

    def end_session(self) -> None:
        """End the session whose token this is; the server answers nothing."""
        self._line.post(f"{self._base}/com.atproto.server.deleteSession")

    def upload(self, file: File) -> Any:
        """Leave a file at the server, read as it is sent; returns how a post names it."""
        headers = {"Content-Type": file.mime, "Content-Length": str(file.length)}
        return self._line.post(f"{self._base}/com.atproto.repo.uploadBlob", body=file, headers=headers).json()["blob"]
