"""Feeds of many real websites; skipped where the folder of shared data is missing."""

import os
from pathlib import Path

import pytest

from pregonero.newsroom.reading.dates import parse_date
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Unreadable
from pregonero.newsroom.sources.feed import parse_feed
from pregonero.newsroom.sources.listing import PRESETS, parse_listing

CHECKOUT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("PREGONERO_SHARED_DATA") or CHECKOUT.parent / "shared" / "data")
FEEDS = sorted(
    path for path in (SHARED / "feeds").rglob("*") if path.suffix in {".xml", ".rss", ".atom", ".opml", ".html"}
)

pytestmark = pytest.mark.skipif(not FEEDS, reason=f"no hay datos compartidos en {SHARED} (PREGONERO_SHARED_DATA)")


def document(path: Path) -> Document:
    return Document("https://sede.gov.co/", path.read_bytes(), "", "", "", "", is_unchanged=False)


def test_every_shared_feed_is_parsed_or_refused_with_a_reason() -> None:
    refused = {}
    for path in FEEDS:
        try:
            items = parse_feed(document(path))
        except Unreadable as error:
            refused[path.relative_to(SHARED / "feeds").as_posix()] = error.message
        else:
            assert all(item.title and item.address.startswith("http") for item in items)
    assert "entidades" in refused["defusedxml/xmltestdata/xmlbomb.xml"]
    feeds = [name for name in refused if not name.endswith((".opml", ".html")) and not name.startswith("defusedxml/")]
    # A feed with an external DTD, one in JSON, and an XML document that is not a feed.
    assert sorted(feeds) == [
        "feedparser/wellformed/rdf/doctype_contains_entity_decl.xml",
        "gofeed/parser/universal/unknown_feed.xml",
        "miniflux/xml/testdata/iso88591.xml",
    ]


def test_the_dates_of_official_sites_are_parsed() -> None:
    rows = (SHARED / "official" / "formatos_de_fecha.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for text, expected, _source in (row.split("\t") for row in rows):
        found = parse_date(text)
        if expected.startswith("?"):
            assert found is None
            continue
        assert found is not None, text
        wanted = parse_date(expected)
        assert found == wanted, text


def test_the_preset_parses_the_reconstructed_listing_of_the_ministry() -> None:
    items = parse_listing(document(SHARED / "official" / "reconstruida_lista_noticias.html"), PRESETS["mincit"])
    assert [item.section for item in items] == ["industria", "comercio", "turismo"]
    assert all(item.published_at is not None for item in items)
