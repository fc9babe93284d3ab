"""Downloads: their limits, and the Spanish message of each failure."""

import gzip
import select
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest
from pytest_django import Settings

from pregonero.newsroom.reading.errors import Malformed, Missing, NotPublic, TooLarge, Unreachable, Unreadable
from pregonero.newsroom.reading.fetch import (
    FEED_LIMITS,
    MEGABYTE,
    PAGE_LIMITS,
    PICTURE_LIMITS,
    VIDEO_LIMITS,
    FetchLimits,
    fetch,
)
from tests.newsroom.website import Behaviour, Website, answering, running, streaming

RSS = "application/rss+xml"


def test_fetch_returns_the_body_and_the_headers(site: Website) -> None:
    link = site.put(
        "/x", "hola", 'text/html; charset="UTF-8"', ETag='"a1"', Last_Modified="Tue, 24 Nov 2026 10:00:00 GMT"
    )
    document = fetch(link, PAGE_LIMITS)
    assert (document.address, document.body, document.mime, document.charset, document.etag) == (
        link,
        b"hola",
        "text/html",
        "utf-8",
        '"a1"',
    )
    assert not document.is_unchanged
    assert "Pregonero" in site.requests[0][1]["user-agent"]


@pytest.mark.parametrize(("said", "kept"), [("UTF-8", "utf-8"), ("punycode", ""), ("x\x01y", ""), ("", "")])
def test_only_charsets_of_pages_are_accepted(site: Website, said: str, kept: str) -> None:
    assert fetch(site.put("/x", "hola", f"text/html; charset={said}"), PAGE_LIMITS).charset == kept


def test_headers_that_cannot_be_stored_are_dropped(site: Website) -> None:
    document = fetch(site.put("/x", "hola", ETag='"a\x00b"', Last_Modified="ma\xf1ana"), PAGE_LIMITS)
    assert (document.etag, document.last_modified) == ("", "")


def test_an_unchanged_document_is_not_downloaded_again(site: Website) -> None:
    link = site.put("/x", "hola", ETag='"a1"')
    again = fetch(link, PAGE_LIMITS, etag='"a1"')
    assert again.is_unchanged
    assert again.body == b""


def test_compressed_bodies_are_decompressed(site: Website) -> None:
    link = site.put("/x", gzip.compress(b"hola" * 1000), Content_Encoding="gzip")
    assert fetch(link, PAGE_LIMITS).body == b"hola" * 1000


@pytest.mark.procedure("P-1")
def test_a_redirect_to_a_private_address_is_refused(site: Website, inner: Website) -> None:
    with pytest.raises(NotPublic, match="red interna"):
        fetch(site.redirect("/x", inner.at("/secreto")), PAGE_LIMITS)
    assert inner.requests == []


def test_a_redirect_to_another_scheme_is_refused(site: Website) -> None:
    with pytest.raises(Malformed, match="https"):
        fetch(site.redirect("/x", "file:///etc/passwd"), PAGE_LIMITS)


def test_redirects_are_followed_up_to_the_limit(site: Website) -> None:
    site.put("/fin", "hola")
    site.redirect("/medio", "/fin")
    assert fetch(site.redirect("/x", "/medio"), PAGE_LIMITS).address == site.at("/fin")
    with pytest.raises(Unreadable, match="redirige más de 5"):
        fetch(site.redirect("/vuelta", "/vuelta"), PAGE_LIMITS)


def test_a_cookie_set_in_a_redirect_is_sent_to_that_site_in_the_same_download_only(site: Website) -> None:
    def ask_for_cookie(request: BaseHTTPRequestHandler) -> None:
        has_cookie = request.headers.get("Cookie") == "sesion=a1; otra=b2"
        request.send_response(200 if has_cookie else 302)
        if not has_cookie:
            request.send_header("Location", "/x")
            request.send_header("Set-Cookie", "sesion=a1; Path=/; HttpOnly")
            request.send_header("Set-Cookie", "otra=b2")
        request.send_header("Content-Type", "text/html")
        request.end_headers()

    site.pages["/x"] = ask_for_cookie
    fetch(site.at("/x"), PAGE_LIMITS)
    fetch(site.at("/x"), PAGE_LIMITS)
    assert [headers.get("cookie") for _, headers in site.requests] == [None, "sesion=a1; otra=b2"] * 2


def test_a_cookie_is_not_sent_to_another_host(site: Website, settings: Settings) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.0/8", "::1"]
    elsewhere = site.put("/fin", "hola").replace("127.0.0.1", "localhost")
    site.pages["/x"] = answering(b"", "text/plain", {"Location": elsewhere, "Set-Cookie": "sesion=a1"}, status=302)

    assert fetch(site.at("/x"), PAGE_LIMITS).address == elsewhere

    assert [headers.get("cookie") for _, headers in site.requests] == [None, None]


@pytest.mark.procedure("P-1")
def test_a_body_over_the_limit_is_not_read_to_its_end(site: Website) -> None:
    site.pages["/x"] = streaming(b" " * MEGABYTE, 200, RSS)
    with pytest.raises(TooLarge, match="5 MB"):
        fetch(site.at("/x"), FEED_LIMITS)


def test_a_declared_size_over_the_limit_is_refused_at_once(site: Website) -> None:
    site.pages["/x"] = streaming(b"", 0, RSS, {"Content-Length": str(200 * MEGABYTE)})
    with pytest.raises(TooLarge):
        fetch(site.at("/x"), FEED_LIMITS)


def test_a_decompression_bomb_is_refused(site: Website) -> None:
    bomb = gzip.compress(b"\0" * (200 * MEGABYTE))
    assert len(bomb) < MEGABYTE
    with pytest.raises(TooLarge):
        fetch(site.put("/x", bomb, RSS, Content_Encoding="gzip"), FEED_LIMITS)


def test_damaged_compression_is_refused(site: Website) -> None:
    with pytest.raises(Malformed, match="comprimida"):
        fetch(site.put("/x", b"no es gzip", Content_Encoding="gzip"), PAGE_LIMITS)
    with pytest.raises(Malformed, match="compresión"):
        fetch(site.put("/y", b"no se pidio", Content_Encoding="compress"), PAGE_LIMITS)


def dripping(where: str) -> Behaviour:
    """Return a handler that sends one byte every 0.05 s until the client closes the connection."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        head = b"HTTP/1.0 200 OK\r\n" + (b"Content-Type: text/html\r\n\r\n" if where == "body" else b"")
        request.wfile.write(head)
        gone: list[object] = []
        while not gone:
            request.wfile.write(b"x")
            gone, _, _ = select.select([request.connection], [], [], 0.05)  # readable: the client has closed it

    return behave


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_slow_site_is_interrupted_at_the_time_limit(site: Website, where: str) -> None:
    site.pages["/x"] = dripping(where)
    began = time.monotonic()
    with pytest.raises(Unreachable, match="tardó más de 0,4 segundos"):
        fetch(site.at("/x"), replace(PAGE_LIMITS, seconds=0.4))
    assert time.monotonic() - began < 30


def test_an_incomplete_body_is_refused(site: Website) -> None:
    site.pages["/x"] = streaming(b"hola", 1, "text/html", {"Content-Length": "100"})
    with pytest.raises(Unreachable, match="se cortó"):
        fetch(site.at("/x"), PAGE_LIMITS)


def test_a_refused_connection_is_unreachable(settings: Settings) -> None:
    with running() as gone:
        settings.PRIVATE_ADDRESSES_ALLOWED = [gone.authority]
    with pytest.raises(Unreachable, match="No hubo conexión"):
        fetch(gone.at("/x"), PAGE_LIMITS)


@pytest.mark.parametrize(
    ("status", "family", "words"),
    [
        (404, Missing, "no existe"), (410, Missing, "no existe"), (403, Unreadable, "permiso"),
        (500, Unreachable, "más tarde"), (503, Unreachable, "más tarde"), (429, Unreachable, "más tarde"),
        (418, Unreadable, "418"),
    ],
)  # fmt: skip
def test_each_error_status_has_its_own_error_and_message(
    site: Website, status: int, family: type[Unreadable], words: str
) -> None:
    site.pages["/x"] = answering(b"", "text/html", {}, status=status)
    with pytest.raises(family, match=words) as caught:
        fetch(site.at("/x"), PAGE_LIMITS)
    assert type(caught.value) is family


def test_another_content_type_is_refused(site: Website) -> None:
    with pytest.raises(Malformed, match="application/pdf"):
        fetch(site.put("/x", b"%PDF-1.7", "application/pdf"), PAGE_LIMITS)


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    "label", ["aws-chunked", "UTF-8", "utf8", "none", "binary", "7bit", "iso-8859-1", "x", "gzi p"]
)
def test_an_encoding_that_is_no_compression_is_ignored(site: Website, label: str) -> None:
    assert fetch(site.put("/x", "<p>señal", Content_Encoding=label), PAGE_LIMITS).body == "<p>señal".encode()


def test_a_compression_beside_another_label_is_undone(site: Website) -> None:
    for label in ("aws-chunked,gzip", "gzip, identity", "GZIP, utf-8"):
        link = site.put("/x", gzip.compress(b"<p>hola"), Content_Encoding=label)
        assert fetch(link, PAGE_LIMITS).body == b"<p>hola"


def test_a_compression_that_was_not_asked_for_is_refused(site: Website) -> None:
    with pytest.raises(Malformed, match="compresión"):
        fetch(site.put("/x", b"\x1f\x9d", Content_Encoding="compress"), PAGE_LIMITS)


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("limits", [PAGE_LIMITS, FEED_LIMITS, PICTURE_LIMITS, VIDEO_LIMITS])
@pytest.mark.parametrize(
    "kind",
    ["binary/octet-stream", "application/octet-stream", "application/x-download", "application/force-download",
     "application/unknown", "application/x-binary", "text/plain", "jpg", ""],
)  # fmt: skip
def test_a_type_that_says_nothing_is_accepted(site: Website, limits: FetchLimits, kind: str) -> None:
    assert fetch(site.put("/x", b"\xff\xd8", kind), limits).body == b"\xff\xd8"


@pytest.mark.parametrize("kind", ["text/html", "application/json", "application/pdf"])
def test_a_picture_of_another_type_is_refused(site: Website, kind: str) -> None:
    with pytest.raises(Malformed, match="otro tipo"):
        fetch(site.put("/x", "hola", kind), PICTURE_LIMITS)


def test_a_304_that_nobody_asked_for_is_an_error(site: Website) -> None:
    site.pages["/x"] = answering(b"", "text/html", {}, status=304)
    with pytest.raises(Unreachable, match="304"):
        fetch(site.at("/x"), PAGE_LIMITS)
    assert fetch(site.at("/x"), PAGE_LIMITS, etag='"a1"').is_unchanged


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_cookie_wall_is_passed(site: Website, status: int) -> None:
    """Each cookie is asked for in its own redirect to the same page, and one of them on a page beside it."""

    def wall(request: BaseHTTPRequestHandler) -> None:
        sent = request.headers.get("Cookie", "")
        missing = next((name for name in ("visto", "idioma", "acepta") if f"{name}=1" not in sent), None)
        request.send_response(status if missing else 200)
        if missing:
            request.send_header("Location", "http://" + request.headers["Host"] + "/x")
            request.send_header("Set-Cookie", f"{missing}=1; Path=/; SameSite=Lax; Max-Age=3600")
            request.send_header("Set-Cookie", "vieja=; Max-Age=0")
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        request.wfile.write(b"" if missing else b"<p>hola")

    site.pages["/x"] = wall
    assert fetch(site.at("/x"), PAGE_LIMITS).body == b"<p>hola"
    assert "vieja" not in site.requests[-1][1]["cookie"]
