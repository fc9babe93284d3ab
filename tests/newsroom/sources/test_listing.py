"""Parsing listings with CSS selectors, and the presets."""

from pathlib import Path

import pytest

from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.sources.listing import PRESETS, parse_listing, selector_issues

ADDRESS = "https://www.mincit.gov.co/prensa/noticias"


def document(body: bytes, charset: str = "") -> Document:
    return Document(ADDRESS, body, "text/html", charset, "", "", is_unchanged=False)


@pytest.mark.procedure("P-1")
def test_the_preset_parses_the_listing_of_the_ministry(samples: Path) -> None:
    peru, tourism = parse_listing(document((samples / "lista.html").read_bytes()), PRESETS["mincit"])
    assert peru.address == f"{ADDRESS}/comercio/acuerdo-con-peru"
    assert (peru.title, peru.summary, peru.section) == (
        "Acuerdo con Perú: “más mercados”",
        "Entra en vigor.",
        "comercio",
    )
    assert peru.published_at is not None
    assert peru.published_at.isoformat() == "2026-11-21T00:00:00-05:00"
    assert (peru.picture, peru.picture_alt) == (
        "https://www.mincit.gov.co/getmedia/peru.jpg",
        "Dos banderas en una mesa",
    )
    assert tourism.address == f"{ADDRESS}/turismo/a%C3%B1o-del-turismo"
    assert tourism.picture == "https://www.mincit.gov.co/getmedia/turismo.png"


@pytest.mark.procedure("P-1")
def test_a_page_where_no_element_matches_is_refused(samples: Path) -> None:
    with pytest.raises(Malformed, match="Quizá la página cambió"):
        parse_listing(document((samples / "lista.html").read_bytes()), PRESETS["mincit"] | {"item": "article.noticia"})


@pytest.mark.parametrize("body", [b"", b"   ", b"%PDF-1.7", b"<!-- -->", b"\0\0\0"])
def test_a_document_that_is_not_html_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_listing(document(body), PRESETS["mincit"])


@pytest.mark.parametrize("charset", ["", "utf-8", "ISO-8859-1"])
def test_the_charset_of_the_page_is_used(charset: str) -> None:
    encoding = charset or "windows-1252"
    meta = "" if charset else '<meta charset="windows-1252">'
    page = f'{meta}<div class="n"><a href="/a">Año</a><time datetime="2026-05-21">ayer</time></div>'
    selectors = {"item": "div.n", "link": "a", "title": "a", "date": "time"}
    (news,) = parse_listing(document(page.encode(encoding), charset), selectors)
    assert news.title == "Año"
    assert news.published_at is not None


def test_the_first_link_of_an_item_is_its_link() -> None:
    page = b'<ul><li><h3>Uno</h3><a>sin destino</a><a href="/uno">ver</a></li></ul>'
    assert parse_listing(document(page), {"item": "li", "title": "h3"})[0].address == "https://www.mincit.gov.co/uno"


def test_the_presets_are_valid() -> None:
    assert selector_issues(PRESETS["mincit"]) == []


@pytest.mark.parametrize(
    ("selectors", "key"),
    [
        ({}, "missing"),
        ({"item": "a"}, "missing"),
        ({"item": "a[", "title": "b"}, "invalid"),
        ({"item": "a", "title": "b", "autor": "c"}, "unknown"),
    ],
)
def test_selector_issues_reports_invalid_selectors(selectors: dict[str, str], key: str) -> None:
    assert key in {issue.key for issue in selector_issues(selectors)}


CARDS = {"item": "div.c", "title": "h3"}


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    "href",
    ["#", "javascript:void(0)", "javascript :ver(1)", " JavaScript:ver('/n/1')", "mailto:a@x.co", "mailto : a@b.co",
     "data:text/html,x", "data :x", "tel:+57601", "javascript%3Aver(1)", "?", "", " "],
)  # fmt: skip
def test_a_card_whose_link_is_no_address_is_not_news(href: str) -> None:
    card = f'<div class="c"><a href="{href}"><h3>Feria</h3></a></div>'
    with pytest.raises(Malformed, match="encuentra 2 elementos"):
        parse_listing(document((card * 2).encode()), CARDS)
    button = f'<a href="{href}">Compartir</a>'
    body = f'<div class="c">{button}<a href="n/feria mayo.html"><h3>Feria</h3></a></div>'
    (news,) = parse_listing(document(body.encode()), CARDS)
    assert news.address.endswith("/n/feria%20mayo.html")
