"""One GET of a public web page, feed or file, with limits on its address, time, size and content type.

Each redirect is checked again like the first link. No credentials are sent, and only the cookies that the same site
has set in the same download. A label of the server that says nothing (a type of object stores, an encoding that does
not exist) is ignored: the bytes decide.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import Message
from http.cookiejar import CookieJar
from typing import IO
from urllib.parse import urljoin
from urllib.request import Request

from django.conf import settings

from pregonero.deadlines import boottime
from pregonero.http_client import (
    BodyTooLarge,
    BodyUndecodable,
    HttpClientError,
    OpenResponse,
    ResponseLost,
    TlsFailed,
    open_response,
    retry_after_seconds,
)
from pregonero.newsroom.reading import waits
from pregonero.newsroom.reading.challenge_pages import CHALLENGE, CHALLENGE_STATUSES, START_BYTES, is_challenge_response
from pregonero.newsroom.reading.charsets import page_charset
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import AskedToWait, Malformed, Missing, TooLarge, Unreachable, Unreadable
from pregonero.newsroom.reading.urls import canonical_link, host_of

MEGABYTE = 1024 * 1024
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OK_STATUSES = frozenset({200, 203})
NOT_MODIFIED, TOO_MANY_REQUESTS, SERVER_ERROR = 304, 429, 500
# Real compressions; one that the HTTP library cannot undo is refused. Any other label means nothing.
COMPRESSIONS = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress"})
# What object stores and old servers call a file of which they know nothing.
GENERIC_TYPES = ("octet-stream", "download", "unknown", "application/binary", "application/x-binary", "text/plain")


@dataclass(frozen=True)
class FetchLimits:
    """Limits of a download. `name` starts the Spanish error messages.

    A content type must contain one of the texts, or be one of the generic ones.
    """

    name: str
    content_types: tuple[str, ...]
    max_bytes: int
    seconds: float
    missing: str = ""  # the sentence of a 404, if it is not the general one


PAGE_LIMITS = FetchLimits(
    "La página",
    ("text/html", "application/xhtml+xml"),
    8 * MEGABYTE,
    20,
    missing="Esa página no existe en la sede. Revisa el enlace.",
)
FEED_LIMITS = FetchLimits("La fuente", ("xml", "rss", "atom", "rdf", "text/"), 5 * MEGABYTE, 20)
PICTURE_LIMITS = FetchLimits("La imagen", ("image/",), 20 * MEGABYTE, 30)
VIDEO_LIMITS = FetchLimits("El video", ("video/", "application/mp4"), 1024 * MEGABYTE, 300)


def fetch(link: str, limits: FetchLimits, *, etag: str = "", last_modified: str = "") -> Document:
    """Download a link. Raises an `Unreadable`."""
    output = io.BytesIO()
    document = fetch_into(output, link, limits, etag=etag, last_modified=last_modified)
    return replace(document, body=output.getvalue())


def fetch_into(
    output: IO[bytes], link: str, limits: FetchLimits, *, etag: str = "", last_modified: str = ""
) -> Document:
    """Download a link to a file. Raises an `Unreadable`; then what the file contains is not valid."""
    deadline = boottime() + limits.seconds
    cookies, fragment = CookieJar(), ""
    is_conditional = bool(etag or last_modified)
    for _ in range(MAX_REDIRECTS + 1):
        address, _, own_fragment = canonical_link(link).partition("#")
        fragment = own_fragment or fragment  # a redirect keeps the fragment, as in browsers
        headers = _headers(etag, last_modified) | _cookie_header(cookies, address)
        with _response(address, headers, deadline, limits) as response:
            if response.status in REDIRECTS and response.headers.get("location"):
                _store_cookies(cookies, address, response)
                link = urljoin(address, response.headers["location"])
                continue
            _check_challenge(response)
            _check_wait(address, response)
            _check_status(response.status, limits, is_conditional=is_conditional)
            if response.status != NOT_MODIFIED:
                _check_headers(response, limits)
                for chunk in response.chunks(limits.max_bytes):
                    output.write(chunk)
            return _document(f"{address}#{fragment}" if fragment else address, response)
    raise Unreadable(f"{limits.name} redirige más de {MAX_REDIRECTS} veces; revisa el enlace.")


@contextmanager
def _response(address: str, headers: dict[str, str], deadline: float, limits: FetchLimits) -> Iterator[OpenResponse]:
    """Open the connection; raise every network error as an `Unreadable` with a Spanish sentence."""
    host = host_of(address)
    try:
        with open_response(
            "GET", address, deadline=deadline, headers=headers, public_only=True, direct=True
        ) as response:
            yield response
    except BodyTooLarge as error:
        raise _too_large(limits) from error
    except BodyUndecodable as error:
        raise Malformed(f"{limits.name} llegó mal comprimida.") from error
    except TlsFailed as error:
        raise Unreachable(f"El certificado de «{host}» no es válido, o su conexión segura falló.") from error
    except (HttpClientError, OSError) as error:
        if boottime() >= deadline:
            seconds = f"{limits.seconds:g}".replace(".", ",")
            problem = f"{limits.name} tardó más de {seconds} segundos en llegar; se intentará más tarde."
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


def _cookie_header(cookies: CookieJar, address: str) -> dict[str, str]:
    request = Request(address)  # noqa: S310  it is not opened: the jar reads its address
    cookies.add_cookie_header(request)
    value = _printable(request.get_header("Cookie", "") or "")
    return {"Cookie": value} if value else {}


def _store_cookies(cookies: CookieJar, address: str, response: OpenResponse) -> None:
    """Store the cookies that a site sets in a redirect: they last for this download only."""
    set_by_site = Message()
    for line in response.headers.getlist("set-cookie"):
        set_by_site["Set-Cookie"] = line
    cookies.extract_cookies(_Answer(set_by_site), Request(address))  # type: ignore[arg-type]  # noqa: S310


@dataclass(frozen=True)
class _Answer:
    """The part of an answer that the standard library's jar reads."""

    headers: Message

    def info(self) -> Message:
        return self.headers


def _check_challenge(response: OpenResponse) -> None:
    """Raise `Malformed` if the response is a challenge page, which only a browser passes. Waiting does not help."""
    if response.status not in CHALLENGE_STATUSES:
        return
    response.drop_unknown_encodings()
    try:
        start = next(response.chunks(PAGE_LIMITS.max_bytes), b"")
    except ResponseLost:
        start = b""  # a refusal without its body is still a refusal, and may say how long to wait
    if is_challenge_response(response.status, response.headers, start[:START_BYTES]):
        raise Malformed(CHALLENGE)


def _check_wait(address: str, response: OpenResponse) -> None:
    """Raise `AskedToWait` if the site is busy and says for how long (`Retry-After`, seconds or a date)."""
    if response.status != TOO_MANY_REQUESTS and response.status < SERVER_ERROR:
        return
    seconds = retry_after_seconds(response.headers)
    if not seconds:
        return
    wait = timedelta(seconds=seconds)
    waits.remember(address, wait)
    why = "recibe demasiadas consultas" if response.status == TOO_MANY_REQUESTS else "no atiende por ahora"
    raise AskedToWait(
        f"El sitio {why} (respuesta {response.status}) y pide esperar {waits.wait_label(wait)}.", wait=wait
    )


def _check_status(status: int, limits: FetchLimits, *, is_conditional: bool) -> None:
    if status in OK_STATUSES or (status == NOT_MODIFIED and is_conditional):
        return
    if status == NOT_MODIFIED:
        raise Unreachable(f"{limits.name} llegó vacía: el sitio respondió 304 sin que se le preguntara si cambió.")
    if status in {404, 410}:
        raise Missing(limits.missing or f"{limits.name} ya no está en esa dirección.")
    if status in {401, 403, 451}:
        raise Unreadable("El sitio no deja leer ese enlace sin permiso.")
    if status == TOO_MANY_REQUESTS or status >= SERVER_ERROR:
        raise Unreachable(f"El sitio respondió {status}; se intentará más tarde.")
    raise Unreadable(f"El sitio respondió {status} a ese enlace.")


def _check_headers(response: OpenResponse, limits: FetchLimits) -> None:
    content_type = response.headers.get("content-type", "").lower()
    accepted_types = (*limits.content_types, *GENERIC_TYPES)
    if "/" in content_type and not any(accepted in content_type for accepted in accepted_types):
        raise Malformed(f"{limits.name} es de otro tipo: el sitio entregó «{_printable(content_type)[:60]}».")
    if COMPRESSIONS.intersection(response.drop_unknown_encodings()):
        raise Malformed(f"{limits.name} llegó con una compresión que no se pidió.")
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > limits.max_bytes:
        raise _too_large(limits)


def _too_large(limits: FetchLimits) -> TooLarge:
    return TooLarge(f"{limits.name} pesa más de {limits.max_bytes // MEGABYTE} MB, que es el límite; no se leyó.")


def _document(address: str, response: OpenResponse) -> Document:
    content_type, _, parameters = response.headers.get("content-type", "").lower().partition(";")
    return Document(
        address=address,
        body=b"",
        mime=_printable(content_type.strip()),
        charset=page_charset(parameters.partition("charset=")[2].strip(" \"';")),
        etag=_printable(response.headers.get("etag", ""))[:200],
        last_modified=_printable(response.headers.get("last-modified", ""))[:100],
        is_unchanged=response.status == NOT_MODIFIED,
    )


def _printable(header: str) -> str:
    """Return a header that can be stored, shown and sent back unchanged; any other gives ""."""
    return header if header.isascii() and header.isprintable() else ""
