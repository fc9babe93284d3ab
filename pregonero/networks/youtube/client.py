"""Google's client for YouTube over our line: built from the description in its package, without asking the network."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import NetworkClient
from pregonero.networks.youtube.capabilities import UPLOAD_HOSTS
from pregonero.networks.youtube.endpoints import ENDPOINTS

RESUME_INCOMPLETE = 308


class Http:
    """What Google's client takes for `httplib2.Http`: our line. `opened` learns the address of an upload's session."""

    def __init__(self, access: ApiCredentials, opened: Callable[[str], None] = lambda _: None) -> None:
        self._line = NetworkClient(
            access, ENDPOINTS, sibling_hosts=UPLOAD_HOSTS, accepted_statuses=frozenset({RESUME_INCOMPLETE})
        )
        self._opened = opened

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> tuple[Any, bytes]:
        """Make one call; what is not a yes was raised before Google's client, which would repeat it, sees it."""
        import httplib2  # noqa: PLC0415 - comes with Google's client

        sent = {name.title(): value for name, value in (headers or {}).items()}
        answer = self._line.request(method, uri, body=body, headers=sent)
        about = {name.lower(): value for name, value in answer.headers.items()}
        if "location" in about and method == "POST":
            self._opened(about["location"])
        return httplib2.Response(about | {"status": str(answer.status_code)}), answer.content


def service(access: ApiCredentials) -> Any:
    """Return Google's client for an account's address; each call is given its own `Http`."""
    return _service(access.address)


def videos(access: ApiCredentials) -> Any:
    """Return the part of Google's client that is about videos."""
    return service(access).videos()


def channels(access: ApiCredentials) -> Any:
    """Return the part of Google's client that is about channels."""
    return _service(access.address).channels()


@cache
def _service(address: str) -> Any:
    """Return the client for a base address; its upload address comes from the description, so it is rewritten there."""
    from googleapiclient.discovery import build_from_document  # noqa: PLC0415 - 0.2 s that only a worker pays
    from googleapiclient.discovery_cache import get_static_doc  # noqa: PLC0415

    description = json.loads(get_static_doc("youtube", "v3"))
    description |= {"rootUrl": f"{address.rstrip('/')}/", "baseUrl": f"{address.rstrip('/')}/"}
    description.pop("mtlsRootUrl", None)
    return build_from_document(description, http=_NeverUsed())


class _NeverUsed:
    """The client wants an `http` when it is built; every call is given its account's own."""

    def request(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("a call to YouTube without its account")
