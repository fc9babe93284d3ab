"""Listings, by CSS selectors; the ministry's own comes as a preset."""

from pathlib import Path

import pytest

from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.fetch import Document
from pregonero.newsroom.sources.listing import PRESETS, parse_listing, selector_issues

ADDRESS = "https://www.mincit.gov.co/prensa/noticias"


def fetched(body: bytes, charset: str = "") -> Document:
    return Document(ADDRESS, body, "text/html", charset, "", "", is_unchanged=False)


@pytest.mark.procedure("P-1")
def test_the_ministrys_listing(samples: Path) -> None:
    peru, tourism = parse_listing(fetched((samples / "lista.html").read_bytes()), PRESETS["mincit"])
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
def test_a_page_that_changed_is_said(samples: Path) -> None:
    with pytest.raises(Malformed, match="Quizá la página cambió"):
        parse_listing(fetched((samples / "lista.html").read_bytes()), PRESETS["mincit"] | {"item": "article.noticia"})


@pytest.mark.parametrize("body", [b"", b"   ", b"%PDF-1.7", b"<!-- -->", b"\0\0\0"])
def test_what_is_no_page_is_said(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_listing(fetched(body), PRESETS["mincit"])


@pytest.mark.parametrize("charset", ["", "utf-8", "ISO-8859-1"])
def test_accents_in_the_encoding_that_the_page_says(charset: str) -> None:
    encoding = charset or "windows-1252"
    meta = "" if charset else '<meta charset="windows-1252">'
    page = f'{meta}<div class="n"><a href="/a">Año</a><time datetime="2026-05-21">ayer</time></div>'
    selectors = {"item": "div.n", "link": "a", "title": "a", "date": "time"}
    (news,) = parse_listing(fetched(page.encode(encoding), charset), selectors)
    assert news.title == "Año"
    assert news.published_at is not None


def test_the_first_link_inside_an_item_is_its_link() -> None:
    page = b'<ul><li><h3>Uno</h3><a>sin destino</a><a href="/uno">ver</a></li></ul>'
    assert parse_listing(fetched(page), {"item": "li", "title": "h3"})[0].address == "https://www.mincit.gov.co/uno"


def test_the_preset_is_sound() -> None:
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
def test_bad_selectors_are_said(selectors: dict[str, str], key: str) -> None:
    assert key in {issue.key for issue in selector_issues(selectors)}
