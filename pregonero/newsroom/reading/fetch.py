"""One GET to the outside, bounded in everything: where it may go, how long it takes, how much comes and of
what kind.

Uses urllib3's connection under our own checks: it connects to the address that was checked, with the host's
name in TLS and in the request; each redirect is checked again. Nothing is sent but the request: no cookies,
no credentials.
"""

import io
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO
from urllib.parse import urljoin

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError
from urllib3.response import BaseHTTPResponse

from pregonero.newsroom.reading.deadline import Deadline
from pregonero.newsroom.reading.encodings import known
from pregonero.newsroom.reading.errors import Malformed, TooLarge, Unreachable, Unreadable
from pregonero.newsroom.reading.safe_url import Destination, destination

MEGABYTE = 1024 * 1024
CHUNK = 64 * 1024
REDIRECTS = 5
CONNECT_SECONDS = 10.0
REDIRECTED = frozenset({301, 302, 303, 307, 308})
UNCHANGED, TOO_MANY, SERVER_FAILED = 304, 429, 500
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


@dataclass(frozen=True)
class Want:
    """What is asked for: its Spanish name, the content types it may have, and its limits in bytes and
    seconds.
    """

    words: str
    kinds: tuple[str, ...]
    limit: int
    seconds: float


PAGE = Want("La página", ("text/html", "application/xhtml+xml"), 8 * MEGABYTE, 20)
FEED = Want("La fuente", ("xml", "rss", "atom", "rdf", "text/", "application/octet-stream"), 5 * MEGABYTE, 20)
PICTURE = Want("La imagen", ("image/", "application/octet-stream"), 20 * MEGABYTE, 30)
VIDEO = Want("El video", ("video/", "application/octet-stream", "application/mp4"), 1024 * MEGABYTE, 300)


@dataclass(frozen=True)
class Fetched:
    """What came: the final address, the body (empty when it went to a file), and what a later reading may
    send back.
    """

    address: str
    body: bytes
    mime: str
    charset: str
    etag: str
    last_modified: str
    unchanged: bool


def fetch(link: str, want: Want, *, etag: str = "", last_modified: str = "") -> Fetched:
    """Return what is at a link. Raises the `Unreadable` that fits; `unchanged` when the site says so."""
    output = io.BytesIO()
    came = fetch_into(output, link, want, etag=etag, last_modified=last_modified)
    return Fetched(**{**vars(came), "body": output.getvalue()})


def fetch_into(output: IO[bytes], link: str, want: Want, *, etag: str = "", last_modified: str = "") -> Fetched:
    """Write what is at a link to a file, as `fetch` does; after an error what was written is void."""
    deadline = Deadline(want.seconds)
    validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    for _ in range(REDIRECTS + 1):
        place = destination(link)
        with _answer(place, validators, deadline, want) as response:
            if response.status in REDIRECTED and response.headers.get("location"):
                link = urljoin(place.address, response.headers["location"])
                continue
            _check_status(response.status, want)
            if response.status != UNCHANGED:
                _check_head(response, want)
                _copy(response, output, want, deadline)
            return _fetched(place.address, response)
    raise Unreadable(f"{want.words} redirige más de {REDIRECTS} veces; revisa el enlace.")


@contextmanager
def _answer(
    place: Destination, validators: dict[str, str], deadline: Deadline, want: Want
) -> Iterator[BaseHTTPResponse]:
    """Open the connection, and turn everything that can go wrong on the way into our words."""
    connection: HTTPConnection | None = None
    try:
        connection = _connect(place, deadline)
        with deadline.cuts(connection.sock):
            connection.request("GET", place.target, headers=_headers(place, validators), preload_content=False)
            yield connection.getresponse()
    except DecodeError as error:
        raise Malformed(f"{want.words} llegó mal comprimida.") from error
    except ssl.SSLError as error:
        raise Unreachable(f"El certificado de «{place.host}» no es válido, o su conexión segura falló.") from error
    except (HTTPError, HTTPException, OSError) as error:
        raise Unreachable(deadline.words(want.words, place.host)) from error
    finally:
        if connection is not None:
            connection.close()


def _connect(place: Destination, deadline: Deadline) -> HTTPConnection:
    """Connect to the first checked address that answers."""
    failure: Exception | None = None
    for ip in place.ips:
        seconds = min(CONNECT_SECONDS, deadline.left())
        connection = (
            HTTPSConnection(ip, place.port, timeout=seconds, server_hostname=place.host.strip("[]"),
                            ssl_context=ssl.create_default_context())
            if place.scheme == "https"
            else HTTPConnection(ip, place.port, timeout=seconds)
        )  # fmt: skip
        try:
            connection.connect()
        except (HTTPError, OSError) as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure or Unreachable(f"«{place.host}» no tiene una dirección.")


def _headers(place: Destination, validators: dict[str, str]) -> dict[str, str]:
    return {
        "Host": place.host_header,
        "User-Agent": f"Pregonero (lector de noticias oficiales; +{settings.PUBLIC_ADDRESS})",
        "Accept": "*/*",
        "Accept-Language": "es-CO, es",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    } | {name: value for name, value in validators.items() if value}


def _check_status(status: int, want: Want) -> None:
    if status in {200, 203, UNCHANGED}:
        return
    if status in {404, 410}:
        raise Unreadable(f"{want.words} no está en esa dirección (respuesta {status}).")
    if status in {401, 403, 451}:
        raise Unreadable(f"El sitio no deja leer ese enlace sin permiso (respuesta {status}).")
    if status == TOO_MANY or status >= SERVER_FAILED:
        raise Unreachable(f"El sitio respondió {status}; se intentará más tarde.")
    raise Unreadable(f"El sitio respondió {status} a ese enlace.")


def _check_head(response: BaseHTTPResponse, want: Want) -> None:
    kind = response.headers.get("content-type", "").lower()
    if kind and not any(wanted in kind for wanted in want.kinds):
        raise Malformed(f"{want.words} es de otro tipo: el sitio entregó «{_sayable(kind)[:60]}».")
    if response.headers.get("content-encoding", "").lower().strip() not in ENCODINGS:
        raise Malformed(f"{want.words} llegó con una compresión que no se pidió.")
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > want.limit:
        raise _too_large(want)


def _copy(response: BaseHTTPResponse, output: IO[bytes], want: Want, deadline: Deadline) -> None:
    written = 0
    while chunk := response.read1(CHUNK):
        written += len(chunk)
        if written > want.limit:
            raise _too_large(want)
        output.write(chunk)
        deadline.check(want.words)
    deadline.check(want.words)


def _too_large(want: Want) -> TooLarge:
    return TooLarge(f"{want.words} pesa más de {want.limit // MEGABYTE} MB, que es el límite; no se leyó.")


def _fetched(address: str, response: BaseHTTPResponse) -> Fetched:
    kind, _, rest = response.headers.get("content-type", "").lower().partition(";")
    charset = known(rest.partition("charset=")[2].strip(" \"';"))
    return Fetched(
        address=address,
        body=b"",
        mime=_sayable(kind.strip()),
        charset=charset,
        etag=_sayable(response.headers.get("etag", ""))[:200],
        last_modified=_sayable(response.headers.get("last-modified", ""))[:100],
        unchanged=response.status == UNCHANGED,
    )


def _sayable(header: str) -> str:
    """Return a header of theirs if it can be kept, shown and sent back as it is."""
    return header if header.isascii() and header.isprintable() else ""
