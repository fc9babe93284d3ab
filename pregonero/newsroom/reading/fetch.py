"""One GET of a public web page, feed or file, with limits on its address, time, size and content type.

Each redirect is checked again like the first link. No credentials are sent, and only the cookies that the same site
has set in a redirect of the same reading.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from urllib.parse import urljoin

from django.conf import settings

from pregonero.deadlines import boottime
from pregonero.http_client import (
    BodyTooLarge,
    BodyUndecodable,
    HttpClientError,
    OpenResponse,
    TlsFailed,
    open_response,
)
from pregonero.newsroom.reading.encodings import known
from pregonero.newsroom.reading.errors import Malformed, TooLarge, Unreachable, Unreadable
from pregonero.newsroom.reading.urls import canonical, host_of

MEGABYTE = 1024 * 1024
REDIRECTS = 5
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
    deadline = boottime() + want.seconds
    cookies: dict[str, dict[str, str]] = {}  # by host
    for _ in range(REDIRECTS + 1):
        address = canonical(link)
        own_cookies = cookies.setdefault(host_of(address), {})
        headers = _headers(etag, last_modified)
        if own_cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in own_cookies.items())
        with _response(address, headers, deadline, want) as response:
            if response.status in REDIRECTED and response.headers.get("location"):
                _store_cookies(own_cookies, response)
                link = urljoin(address, response.headers["location"])
                continue
            _check_status(response.status, want)
            if response.status != UNCHANGED:
                _check_head(response, want)
                for chunk in response.chunks(want.limit):
                    output.write(chunk)
            return _fetched(address, response)
    raise Unreadable(f"{want.words} redirige más de {REDIRECTS} veces; revisa el enlace.")


@contextmanager
def _response(address: str, headers: dict[str, str], deadline: float, want: Want) -> Iterator[OpenResponse]:
    """Open the connection, and raise everything that can go wrong as an `Unreadable` with a Spanish sentence."""
    host = host_of(address)
    try:
        with open_response(
            "GET", address, deadline=deadline, headers=headers, public_only=True, direct=True
        ) as response:
            yield response
    except BodyTooLarge as error:
        raise _too_large(want) from error
    except BodyUndecodable as error:
        raise Malformed(f"{want.words} llegó mal comprimida.") from error
    except TlsFailed as error:
        raise Unreachable(f"El certificado de «{host}» no es válido, o su conexión segura falló.") from error
    except (HttpClientError, OSError) as error:
        if boottime() >= deadline:
            seconds = f"{want.seconds:g}".replace(".", ",")
            problem = f"{want.words} tardó más de {seconds} segundos en llegar; se intentará más tarde."
        else:
            problem = f"No hubo conexión con «{host}», o se cortó a la mitad; se intentará más tarde."
        raise Unreachable(problem) from error


def _headers(etag: str, last_modified: str) -> dict[str, str]:
    headers = {
        "User-Agent": f"Pregonero (lector de noticias oficiales; +{settings.PUBLIC_ADDRESS})",
        "Accept": "*/*",
        "Accept-Language": "es-CO, es",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return headers | {name: value for name, value in validators.items() if value}


def _store_cookies(cookies: dict[str, str], response: OpenResponse) -> None:
    """Store the cookies that a site sets in a redirect, without their attributes: they last for this reading only."""
    for line in response.headers.getlist("set-cookie"):
        name, _, value = line.partition(";")[0].strip().partition("=")
        if name and _sayable(name + value):
            cookies[name] = value


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


def _check_head(response: OpenResponse, want: Want) -> None:
    kind = response.headers.get("content-type", "").lower()
    if kind and not any(wanted in kind for wanted in want.kinds):
        raise Malformed(f"{want.words} es de otro tipo: el sitio entregó «{_sayable(kind)[:60]}».")
    if response.headers.get("content-encoding", "").lower().strip() not in ENCODINGS:
        raise Malformed(f"{want.words} llegó con una compresión que no se pidió.")
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > want.limit:
        raise _too_large(want)


def _too_large(want: Want) -> TooLarge:
    return TooLarge(f"{want.words} pesa más de {want.limit // MEGABYTE} MB, que es el límite; no se leyó.")


def _fetched(address: str, response: OpenResponse) -> Fetched:
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
