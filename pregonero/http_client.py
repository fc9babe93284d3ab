"""One HTTP request to the outside, with a deadline for the whole of it: used for the networks' APIs and for web pages.

It does not repeat a request nor follow a redirect: the caller decides. An exception contains no secret.

HttpClientError
├── ConnectFailed       nothing was sent
│   └── TlsFailed       the certificate is not valid, or the handshake failed
└── ResponseLost        something was sent and no whole response came: the request may have had its effect
    ├── BodyTooLarge    the body has more bytes than the caller accepts
    └── BodyUndecodable the body is not compressed as its header says
"""

import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3
from urllib3.exceptions import DecodeError, HTTPError, SSLError
from urllib3.response import BaseHTTPResponse, HTTPResponse

from pregonero.deadlines import (
    CALL,
    CHUNK,
    CONNECT_SECONDS,
    PublicHTTP,
    PublicHTTPS,
    TimedHTTP,
    TimedHTTPS,
    boottime,
)

MAX_RETRY_AFTER = 86_400.0  # seconds
_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")
CONNECTIONS_PER_HOST = 256  # kept open in a process: as many as the simultaneous calls of a full batch


class HttpClientError(Exception):
    """The request ended without a whole response."""


class ConnectFailed(HttpClientError):
    """Nothing was sent: the name has no address, no host answers, or no secure channel could be made."""


class TlsFailed(ConnectFailed):
    """The certificate of the host is not valid, or the TLS handshake failed."""


class ResponseLost(HttpClientError):
    """Something was sent and no whole response came: the request may have had its effect."""


class BodyTooLarge(ResponseLost):
    """The body has more bytes than the caller accepts; the rest was not read."""


class BodyUndecodable(ResponseLost):
    """The body is not compressed as its header says."""


@dataclass
class OpenResponse:
    """A response whose body is not read yet; it is read inside the context of `open_response`."""

    status: int
    headers: urllib3.HTTPHeaderDict
    _raw: BaseHTTPResponse

    def drop_unknown_encodings(self) -> list[str]:
        """Leave in Content-Encoding only what can be decompressed, and return the labels that were taken out.

        Object stores and proxies write labels there that are no compression, such as "aws-chunked" or "utf-8".
        """
        labels = [label.strip().lower() for label in self.headers.get("content-encoding", "").split(",")]
        known = [label for label in labels if label in HTTPResponse.CONTENT_DECODERS]
        if known:
            self.headers["content-encoding"] = ", ".join(known)
        else:
            self.headers.discard("content-encoding")
        return [label for label in labels if label and label not in known]

    def chunks(self, limit: int) -> Iterator[bytes]:
        """Yield the decompressed body. Raises `BodyTooLarge` after `limit` bytes, or another `ResponseLost`."""
        size = 0
        while True:
            with _mapped_errors():
                chunk = self._raw.read1(CHUNK)
            if not chunk:
                return
            size += len(chunk)
            if size > limit:
                raise BodyTooLarge(f"the body has more than {limit} bytes")
            yield chunk

    def lines(self, *, silence_seconds: float, limit: int) -> Iterator[bytes]:
        """Yield the lines of a body that does not end, without their ends, as they arrive; empty lines too.

        Raises `ResponseLost` after a silence of `silence_seconds`, and `BodyTooLarge` for a line over `limit` bytes.
        """
        pending = b""
        while True:
            CALL.deadline = boottime() + silence_seconds
            with _mapped_errors():
                chunk = self._raw.read1(CHUNK)
            if not chunk:
                return
            *lines, pending = (pending + chunk).split(b"\n")
            if len(pending) > limit:
                raise BodyTooLarge(f"a line has more than {limit} bytes")
            yield from (line.rstrip(b"\r") for line in lines)

    def abort(self) -> None:
        """End the connection: a read that waits in another thread ends at once."""
        with suppress(OSError, RuntimeError, ValueError):  # it is closed already
            self._raw.shutdown()

    def read(self, limit: int) -> bytes:
        """Return the decompressed body. Raises `BodyTooLarge` after `limit` bytes, or another `ResponseLost`."""
        return b"".join(self.chunks(limit))


@contextmanager
def open_response(
    method: str,
    url: str,
    *,
    deadline: float,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    public_only: bool = False,
    direct: bool = False,
) -> Iterator[OpenResponse]:
    """Make one request and yield its response. `deadline` is a moment of `boottime`, for the body too.

    `public_only` refuses hosts inside private networks (`ssrf`). `direct` uses a connection of its own instead of the
    process's pool, and no proxy.
    Raises `HttpClientError`, and with `public_only` also `ssrf.NotPublic` and `ssrf.Unreachable`.
    """
    scheme, host = urlsplit(url)[:2]
    pool = _new_pool(scheme, "", public_only) if direct else _shared_pool(scheme, host, public_only)
    CALL.deadline, CALL.sent = deadline, False
    with _mapped_errors():
        seconds = CALL.seconds_left()
        raw = pool.urlopen(
            method,
            url,
            body=body,
            headers=dict(headers or {}),
            retries=False,
            redirect=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds),
        )
    try:
        yield OpenResponse(raw.status, raw.headers, raw)
    finally:
        raw.close()  # without effect on a connection whose body was read whole: it is back in the pool already
        raw.release_conn()
        if direct:
            pool.clear()


@contextmanager
def _mapped_errors() -> Iterator[None]:
    """Raise the errors of the HTTP library as `HttpClientError`; their text is omitted, since it may have a secret."""
    try:
        yield
    except DecodeError as error:
        raise BodyUndecodable(type(error).__name__) from error
    except (HTTPError, HTTPException, OSError) as error:
        if CALL.sent:
            raise ResponseLost(type(error).__name__) from error
        is_tls = isinstance(error, SSLError | ssl.SSLError)
        raise (TlsFailed if is_tls else ConnectFailed)(type(error).__name__) from error


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a `Retry-After` header asks to wait, or None without one that can be read.

    The header has seconds or an HTTP date (RFC 9110, 10.2.3). A date is measured from the answer's own `Date`, so that
    the server's clock and ours may differ. The wait is never negative, and a day at most: then the server is asked
    again.
    """
    text = headers.get("retry-after", "").strip()
    seconds = number_of_seconds(text)
    if seconds is None:
        until = _http_date(text)
        if until is None:
            return None
        answered = _http_date(headers.get("date", "")) or datetime.now(UTC)
        seconds = (until - answered).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def number_of_seconds(text: str) -> float | None:
    """Return a header's decimal number, such as 120 or 1.5, or None for any other text."""
    return float(text) if _DECIMAL.fullmatch(text.strip()) else None


def _http_date(text: str) -> datetime | None:
    """Return the instant of an HTTP date in any of its three forms, or None for any other text."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


_POOLS_LOCK = threading.Lock()
_POOLS: dict[tuple[str, str, bool], urllib3.PoolManager] = {}


def _shared_pool(scheme: str, host: str, public_only: bool) -> urllib3.PoolManager:
    """Return the connections to a host that all threads and accounts of this process share."""
    pool = _POOLS.get((scheme, host, public_only))
    if pool is None:
        proxy = "" if proxy_bypass(host) else getproxies().get(scheme, "")
        with _POOLS_LOCK:
            pool = _POOLS.setdefault((scheme, host, public_only), _new_pool(scheme, proxy, public_only))
    return pool


def _new_pool(scheme: str, proxy: str, public_only: bool) -> urllib3.PoolManager:
    options: dict[str, Any] = {"maxsize": CONNECTIONS_PER_HOST}
    if scheme == "https":
        options["ssl_context"] = _trusted_certificates()
    manager = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
    # Through a proxy the peer is the proxy itself: its administrator decides which addresses it reaches.
    checks_address = public_only and not proxy
    manager.pool_classes_by_scheme = (
        {"http": PublicHTTP, "https": PublicHTTPS} if checks_address else {"http": TimedHTTP, "https": TimedHTTPS}
    )
    return manager


def _trusted_certificates() -> ssl.SSLContext:
    """Return the certificates of the machine (an entity's proxy may need one) and those of certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
