"""Meta's Graph through its own SDK, over our line: no default API, no account shared, the token in no address."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings

from pregonero.http_client import ResponseLost
from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import Endpoint, HttpError, NetworkClient
from pregonero.networks.multipart import File

AFTERWARDS_SECONDS = 5.0
UPLOAD_HOSTS = ".facebook.com"


def briefly(access: ApiCredentials) -> ApiCredentials:
    """Return an access for a read that follows a publication: it may fail, and must not hold the worker long."""
    return replace(access, seconds=min(access.seconds, AFTERWARDS_SECONDS))


class Graph:
    """The Graph for one account and one task."""

    def __init__(self, access: ApiCredentials, calls: tuple[Endpoint, ...]) -> None:
        from facebook_business.api import FacebookAdsApi  # noqa: PLC0415 - only a worker pays for it
        from facebook_business.session import FacebookSession  # noqa: PLC0415

        # Given the token, the SDK would write it into every address; our line sends it in a header.
        session = FacebookSession()
        self._line = session.requests = NetworkClient(access, calls, sibling_hosts=UPLOAD_HOSTS)
        session.GRAPH = access.address
        self._api = FacebookAdsApi(session, api_version=settings.GRAPH_VERSION)

    def get(self, id: str, fields: str) -> dict[str, Any]:
        """Read fields of a node."""
        return self._call("GET", (id,), {"fields": fields})

    def list(self, id: str, edge: str, **params: Any) -> list[dict[str, Any]]:
        """Read the first page of an edge of a node."""
        found: list[dict[str, Any]] = self._call("GET", (id, edge), params).get("data") or []
        return found

    def pages(self, id: str, edge: str, *, most: int, **params: Any) -> Iterator[dict[str, Any]]:
        """Read an edge of a node page after page, each only when what is in it is wanted; so many pages at most."""
        for _ in range(most):
            page = self._call("GET", (id, edge), params)
            yield from page.get("data") or []
            paging = page.get("paging") or {}
            if "next" not in paging:
                return
            params["after"] = paging["cursors"]["after"]

    def post(self, *path: str, files: dict[str, File] | None = None, **params: Any) -> dict[str, Any]:
        """Create on an edge of a node, or change a node."""
        return self._call("POST", path, params, files)

    def send(self, address: str, file: File) -> dict[str, Any]:
        """Send a file, from one of its bytes on, to the address that Meta gave for it: the SDK has no call for it."""
        headers = {
            "Authorization": f"OAuth {self._line.credentials.token}", "Content-Type": file.mime,
            "offset": str(file.start), "file_size": str(file.start + file.length), "Content-Length": str(file.length),
        }  # fmt: skip
        said: dict[str, Any] = self._line.post(address, body=file, headers=headers).json()
        return said

    def delete(self, id: str) -> dict[str, Any]:
        """Delete a node; return the answer, `{"success": true}`."""
        return self._call("DELETE", (id,), {})

    def _call(
        self, method: str, path: tuple[str, ...], params: dict[str, Any], files: dict[str, File] | None = None
    ) -> dict[str, Any]:
        from facebook_business.exceptions import FacebookRequestError  # noqa: PLC0415

        try:
            answer = self._api.call(method, path, params=params, files=files).json()
        except FacebookRequestError as error:
            # A no inside a 200; the SDK's own message holds all that was sent, so it goes no further.
            raise HttpError(error.http_status(), error.http_headers(), error.body()) from None
        if not isinstance(answer, dict):
            # The SDK takes any text for a good answer, also what a proxy in between says of itself.
            raise ResponseLost("the response is not what was asked for")
        return answer
