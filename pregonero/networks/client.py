"""The HTTP client of the networks, in the place of the sessions of their SDKs (`requests`, `httplib2`).

Those repeat calls, follow redirects, or have no time limit for a whole call. This client does none of that: only the
rules of a delivery repeat a call. It makes only the calls of the network's own table (`Endpoint`); any other is a bug
and raises `EndpointNotAllowed`. No exception contains a secret.
"""

import json as jsons
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from pregonero.deadlines import boottime
from pregonero.http_client import ConnectFailed, HttpClientError, OpenResponse, ResponseLost, open_response
from pregonero.networks.base import ApiCredentials
from pregonero.networks.multipart import File, Multipart
from pregonero.ssrf import Unreadable

UPLOAD_RATE = 1_000_000  # bytes a second: an upload has the call's time, and a second more for each of these
MAX_RESPONSE = 8 * 1024 * 1024  # bytes; the longest response that we ask for is a page of a hundred posts
FIRST_REDIRECT = 300
_IDENTIFIER = r"[^/?#]+"


class HttpError(HttpClientError):
    """The network answered with an error or a redirect."""

    def __init__(self, status: int, headers: Mapping[str, str], body: Any) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body


class EndpointNotAllowed(RuntimeError):
    """A connector tried a call that is not in its table of endpoints. This is a bug; nothing was sent."""


@dataclass(frozen=True)
class Endpoint:
    """A call that a connector may make: its method, its path below the base address, and its purpose."""

    method: str
    path: str  # "/2/tweets/{id}": a name in braces matches one identifier
    why: str

    @property
    def pattern(self) -> str:
        """Return the regular expression that the method and path of this call match."""
        return rf"{self.method} " + re.sub(r"\\\{\w+\\\}", lambda _: _IDENTIFIER, re.escape(self.path))


@dataclass(frozen=True)
class HttpResponse:
    """A network's response, with the attribute names that the SDKs expect of `requests`."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    is_read: bool = True

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the JSON of the body, or `{}` when a write was accepted without one (X's append of media: 204).

        Raises `ResponseLost` when the body cannot be parsed: the outcome is not known. An empty answer to a read is
        such a case: taken for an empty list, it would deny a post that exists.
        """
        if not self.content.strip() and not self.is_read:
            return {}
        try:
            return jsons.loads(self.content)
        except ValueError as error:
            raise ResponseLost("the body of the response is not JSON") from error

    def raise_for_status(self) -> None:
        """Do nothing: the client has already raised `HttpError` for every error."""


ResponseListener = Callable[[ApiCredentials, Endpoint, HttpResponse], None]
response_listeners: list[ResponseListener] = []
"""Called with every response of a network, also those that report an error, before the caller sees it."""


@dataclass
class NetworkClient:
    """The API of one account's network, for one task. The connections are shared, and store no secret."""

    credentials: ApiCredentials
    endpoints: tuple[Endpoint, ...]
    sibling_hosts: str = ""  # a domain, with the leading dot, to whose hosts the network may direct our calls
    accepted_statuses: frozenset[int] = frozenset()  # statuses above 299 that are part of the protocol
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.headers |= {"Authorization": f"Bearer {self.credentials.token}", "User-Agent": "Pregonero"}

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        json: Any = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, File] | None = None,
        **_: Any,
    ) -> HttpResponse:
        """Make one call. Raises `ConnectFailed`, `ResponseLost` or `HttpError`; a redirect is an `HttpError`.

        The arguments are those that the SDKs pass to `requests`; their time limits are ignored.
        """
        method = method.upper()
        endpoint = self._check(method, url)
        encoded, body_headers = _encode(data, json, body, files)
        full_url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url
        response = self._exchange(method, full_url, encoded, self.headers | dict(headers or {}) | body_headers)
        for listener in response_listeners:
            listener(self.credentials, endpoint, response)
        if response.status_code >= FIRST_REDIRECT and response.status_code not in self.accepted_statuses:
            raise HttpError(response.status_code, response.headers, _error_body(response.content))
        return response

    @contextmanager
    def open_stream(self, url: str, params: Mapping[str, Any]) -> Iterator[OpenResponse]:
        """Make a GET whose response does not end, on a connection of its own. Raises what `request` raises."""
        endpoint = self._check("GET", url)
        deadline = boottime() + self.credentials.seconds
        full_url = f"{url}?{urlencode(params)}" if params else url
        with open_response("GET", full_url, deadline=deadline, headers=self.headers, direct=True) as response:
            if response.status >= FIRST_REDIRECT:
                content = response.read(MAX_RESPONSE)
                refusal = HttpResponse(response.status, response.headers, content)
                for listener in response_listeners:
                    listener(self.credentials, endpoint, refusal)
                raise HttpError(response.status, response.headers, _error_body(content))
            yield response

    def get(self, url: str, **options: Any) -> HttpResponse:
        """Make a GET, as `requests` names it."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> HttpResponse:
        """Make a POST, as `requests` names it."""
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Any) -> HttpResponse:
        """Make a PUT, as `requests` names it."""
        return self.request("PUT", url, **options)

    def delete(self, url: str, **options: Any) -> HttpResponse:
        """Make a DELETE, as `requests` names it."""
        return self.request("DELETE", url, **options)

    def _check(self, method: str, url: str) -> Endpoint:
        base, asked = urlsplit(self.credentials.address), urlsplit(url)
        is_own = (asked.scheme, asked.netloc) == (base.scheme, base.netloc)
        is_sibling = bool(self.sibling_hosts) and asked.scheme == "https" and asked.netloc.endswith(self.sibling_hosts)
        path = asked.path.removeprefix(base.path.rstrip("/")) if is_own else asked.path
        match = _pattern_of_all(self.endpoints).fullmatch(f"{method} {path}") if is_own or is_sibling else None
        if match is None or match.lastindex is None:
            raise EndpointNotAllowed(f"{method} {path} is not in the network's table of endpoints")
        return self.endpoints[match.lastindex - 1]

    def _exchange(self, method: str, url: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        seconds = self.credentials.seconds + _length(body, headers) / UPLOAD_RATE
        try:
            with open_response(
                method,
                url,
                deadline=min(boottime() + seconds, self.credentials.until),
                body=body,
                headers=headers,
                public_only=self.credentials.public_only,
            ) as response:
                content = response.read(MAX_RESPONSE)
                return HttpResponse(response.status, response.headers, content, is_read=method == "GET")
        except Unreadable as error:
            raise ConnectFailed("the address of the host is not allowed, or has no answer") from error


def _encode(
    data: Mapping[str, Any] | None, json: Any, body: Any, files: Mapping[str, File] | None
) -> tuple[Any, dict[str, str]]:
    """Return the encoded body and the headers that describe it."""
    if files:
        form = Multipart({name: str(value) for name, value in (data or {}).items()}, files)
        return form, form.headers
    if json is not None:
        return jsons.dumps(json, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
    if data is not None:
        return urlencode(data).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return body, {}


def _length(body: Any, headers: Mapping[str, str]) -> int:
    if isinstance(body, bytes | str):
        return len(body)
    return int(headers.get("Content-Length", 0))


def _error_body(content: bytes) -> Any:
    try:
        return jsons.loads(content)
    except ValueError:
        return {}


@cache
def _pattern_of_all(endpoints: tuple[Endpoint, ...]) -> re.Pattern[str]:
    """Return one expression for all the calls of a table, each in a group whose number is its position."""
    return re.compile("|".join(f"({endpoint.pattern})" for endpoint in endpoints))
