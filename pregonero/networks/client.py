"""The line to a network that every SDK speaks over: one call, one answer, within its time, no secret in what fails.

It takes the place of the SDKs' own sessions (`requests`, `httplib2`), which repeat, follow redirects, or
have no limit for a whole call. Nothing here repeats: only the rules of a delivery do. Only the calls of the
network's own table go out (`Call`): a call that is not written there is a bug, and stops here.
"""

import json as jsons
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3

from pregonero.deadlines import CALL, OpenHTTP, OpenHTTPS, TimedHTTP, TimedHTTPS, boottime
from pregonero.networks.base import ApiCredentials
from pregonero.networks.multipart import File, Multipart

CONNECT_SECONDS = 10.0
UPLOAD_RATE = 1_000_000  # bytes a second: an upload has the call's time, and a second more for each of these
MAX_ANSWER = 8 * 1024 * 1024  # bytes; the longest answer we ask for is a page of a hundred posts
CONNECTIONS = 256  # kept open per host and process: as many calls as a full wave has in the air, several at once
REDIRECTION = 300
_IDENTIFIER = r"[^/?#]+"


class HttpClientError(Exception):
    """A call did not end in a good answer. Holds nothing that may not be shown."""


class ConnectFailed(HttpClientError):
    """Nothing was sent: no address, nobody there, no secure channel."""


class ResponseLost(HttpClientError):
    """Something was sent, and no whole answer came: it may have been taken."""


class HttpError(HttpClientError):
    """The network answered, and not with a yes."""

    def __init__(self, status: int, headers: Mapping[str, str], body: Any) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body


class EndpointNotAllowed(RuntimeError):
    """A connector tried a call that its table of calls does not hold: a bug, and nothing was sent."""


@dataclass(frozen=True)
class Endpoint:
    """A call that a connector may make: its method, its path below the base address, and what for."""

    method: str
    path: str  # "/2/tweets/{id}": what stands in braces is one identifier
    why: str

    @property
    def pattern(self) -> str:
        """Return the regular expression that the method and path of this call match."""
        return rf"{self.method} " + re.sub(r"\\\{\w+\\\}", lambda _: _IDENTIFIER, re.escape(self.path))


@dataclass(frozen=True)
class HttpResponse:
    """A network's answer, with the names that the SDKs expect of `requests`."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body's JSON; raises `Lost` when it cannot be read: what it said is not known."""
        try:
            return jsons.loads(self.content)
        except ValueError as error:
            raise ResponseLost("unreadable answer") from error

    def raise_for_status(self) -> None:
        """Do nothing: whatever is not a yes was raised as `Refusal` before any SDK saw it."""


ResponseListener = Callable[[ApiCredentials, Endpoint, HttpResponse], None]
response_listeners: list[ResponseListener] = []
"""Called with every response of a network, also those that report an error, before the caller sees it."""


@dataclass
class NetworkClient:
    """One account's line, for one task. The connections under it are shared, and carry no secret."""

    access: ApiCredentials
    calls: tuple[Endpoint, ...]
    sibling_hosts: str = ""  # a domain, with the leading dot, whose hosts the network may send us to
    passes: frozenset[int] = frozenset()  # statuses above 299 that are part of the protocol
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.headers |= {"Authorization": f"Bearer {self.access.token}", "User-Agent": "Pregonero"}

    def request(
        self, method: str, url: str, *, params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None, json: Any = None, body: Any = None,
        headers: Mapping[str, str] | None = None, files: Mapping[str, File] | None = None, **_: Any,
    ) -> HttpResponse:  # fmt: skip
        """Make one call. Raises `NoConnection`, `Lost` or `Refusal`; a redirection is a refusal.

        The arguments are those that the SDKs give to `requests`; of those about time limits no notice is taken.
        """
        method = method.upper()
        call = self._check(method, url)
        sent, about = _encode(data, json, body, files)
        full = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url
        answer = self._exchange(method, full, sent, self.headers | dict(headers or {}) | about)
        for listener in response_listeners:
            listener(self.access, call, answer)
        if answer.status_code >= REDIRECTION and answer.status_code not in self.passes:
            raise HttpError(answer.status_code, answer.headers, _said(answer.content))
        return answer

    def get(self, url: str, **options: Any) -> HttpResponse:
        """Make a GET, as `requests` names it."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> HttpResponse:
        """Make a POST, as `requests` names it."""
        return self.request("POST", url, **options)

    def delete(self, url: str, **options: Any) -> HttpResponse:
        """Make a DELETE, as `requests` names it."""
        return self.request("DELETE", url, **options)

    def _check(self, method: str, url: str) -> Endpoint:
        base, asked = urlsplit(self.access.address), urlsplit(url)
        ours = (asked.scheme, asked.netloc) == (base.scheme, base.netloc)
        sibling = bool(self.sibling_hosts) and asked.scheme == "https" and asked.netloc.endswith(self.sibling_hosts)
        path = asked.path.removeprefix(base.path.rstrip("/")) if ours else asked.path
        found = _allowed(self.calls).fullmatch(f"{method} {path}") if ours or sibling else None
        if found is None or found.lastindex is None:
            raise EndpointNotAllowed(f"{method} {path}")
        return self.calls[found.lastindex - 1]

    def _exchange(self, method: str, url: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        seconds = self.access.seconds + _length(body, headers) / UPLOAD_RATE
        with _timed(min(boottime() + seconds, self.access.until)):
            raw = _pool(*urlsplit(url)[:2], self.access.public_only).urlopen(
                method, url, body=body, headers=headers, retries=False, redirect=False, preload_content=False,
                timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds),
            )  # fmt: skip
            content = raw.read(MAX_ANSWER + 1)
            if len(content) > MAX_ANSWER:
                raw.close()
                raise ResponseLost("answer too long")
        return HttpResponse(raw.status, raw.headers, content)


def head_of(address: str, *, seconds: float) -> tuple[int, Mapping[str, str]]:
    """Return how an address of our own answers, by its head alone. Raises `NoConnection` or `Lost`."""
    with _timed(boottime() + seconds):
        raw = _pool(*urlsplit(address)[:2], public_only=False).urlopen(
            "GET", address, retries=False, redirect=False, preload_content=False,
            timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds),
        )  # fmt: skip
        raw.close()  # the file itself is not read
    return raw.status, raw.headers


@contextmanager
def _timed(deadline: float) -> Iterator[None]:
    CALL.deadline, CALL.sent = deadline, False
    try:
        yield
    except (urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
        raise (ResponseLost if CALL.sent else ConnectFailed)(type(error).__name__) from error


def _encode(
    data: Mapping[str, Any] | None, json: Any, body: Any, files: Mapping[str, File] | None
) -> tuple[Any, dict[str, str]]:
    """Return the body and the headers that tell its kind."""
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


def _said(content: bytes) -> Any:
    try:
        return jsons.loads(content)
    except ValueError:
        return {}


@cache
def _allowed(calls: tuple[Endpoint, ...]) -> re.Pattern[str]:
    """Return one expression for all the calls of a table, each in a group of its own, by its place."""
    return re.compile("|".join(f"({call.pattern})" for call in calls))


_MAKING_POOLS = threading.Lock()
_POOLS: dict[tuple[str, str, bool], urllib3.PoolManager] = {}


def _pool(scheme: str, host: str, public_only: bool) -> urllib3.PoolManager:
    """Return the connections to a host, shared by all threads and accounts."""
    found = _POOLS.get((scheme, host, public_only))
    if found is None:
        with _MAKING_POOLS:
            found = _POOLS.setdefault((scheme, host, public_only), _new_pool(scheme, host, public_only))
    return found


def _new_pool(scheme: str, host: str, public_only: bool) -> urllib3.PoolManager:
    options: dict[str, Any] = {"maxsize": CONNECTIONS}
    if scheme == "https":
        options["ssl_context"] = _trust()
    proxy = "" if proxy_bypass(host) else getproxies().get(scheme, "")
    manager = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
    # Through a proxy the other end is the proxy: what it may reach is for whoever runs it.
    guarded = public_only and not proxy
    manager.pool_classes_by_scheme = (
        {"http": OpenHTTP, "https": OpenHTTPS} if guarded else {"http": TimedHTTP, "https": TimedHTTPS}
    )
    return manager


def _trust() -> ssl.SSLContext:
    """Return the machine's own certificates (an entity's proxy may need one) and the well-known ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
