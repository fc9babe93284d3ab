"""Google's client for YouTube, sending through our own HTTP client. It is built from the description in its package."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import NetworkClient
from pregonero.networks.youtube.network import ENDPOINTS, UPLOAD_HOSTS

RESUME_INCOMPLETE = 308


class Http:
    """Our HTTP client with the interface of `httplib2.Http`.

    `on_session` is called with the address of an upload session as soon as Google gives it.
    """

    def __init__(self, credentials: ApiCredentials, on_session: Callable[[str], None] = lambda _: None) -> None:
        self._client = NetworkClient(
            credentials, ENDPOINTS, sibling_hosts=UPLOAD_HOSTS, accepted_statuses=frozenset({RESUME_INCOMPLETE})
        )
        self._on_session = on_session

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> tuple[Any, bytes]:
        """Make one call. Errors are raised here, before Google's client sees them, because it would repeat the call."""
        import httplib2  # noqa: PLC0415 - a dependency of Google's client

        titled = {name.title(): value for name, value in (headers or {}).items()}
        response = self._client.request(method, uri, body=body, headers=titled)
        response_headers = {name.lower(): value for name, value in response.headers.items()}
        if "location" in response_headers and method == "POST":
            self._on_session(response_headers["location"])
        # Google's client reads JSON in every 200: a thumbnail or captions accepted without a body are a 204 for it.
        is_empty = method == "POST" and not response.content.strip() and response.status_code == HTTPStatus.OK
        status = HTTPStatus.NO_CONTENT if is_empty and "location" not in response_headers else response.status_code
        return httplib2.Response(response_headers | {"status": str(int(status))}), response.content


def service(credentials: ApiCredentials) -> Any:
    """Return Google's client for the account's API address. Pass an `Http` to each call."""
    return _service(credentials.address)


def videos(credentials: ApiCredentials) -> Any:
    """Return the `videos` resource of Google's client."""
    return service(credentials).videos()


def channels(credentials: ApiCredentials) -> Any:
    """Return the `channels` resource of Google's client."""
    return _service(credentials.address).channels()


@cache
def _service(address: str) -> Any:
    """Return the client for a base address. The description names the upload address, so it is changed there."""
    from googleapiclient.discovery import build_from_document  # noqa: PLC0415 - takes 0.2 s to import
    from googleapiclient.discovery_cache import get_static_doc  # noqa: PLC0415

    description = json.loads(get_static_doc("youtube", "v3"))
    description |= {"rootUrl": f"{address.rstrip('/')}/", "baseUrl": f"{address.rstrip('/')}/"}
    description.pop("mtlsRootUrl", None)
    return build_from_document(description, http=_NoHttp())


class _NoHttp:
    """Required to build the client, and never used: each call has the `Http` of its account."""

    def request(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("A call to YouTube was made without the Http of an account")
