"""Parsing valid and invalid feeds."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed, Unreadable
from pregonero.newsroom.sources.base import Item
from pregonero.newsroom.sources.feed import parse_feed

ADDRESS = "https://www.mincit.gov.co/rss/noticias"
ITEM = "<item><title>{0}</title><link>https://mincit.gov.co/{0}</link><pubDate>{1}</pubDate></item>"


def document(body: bytes, charset: str = "") -> Document:
    return Document(ADDRESS, body, "text/xml", charset, "", "", is_unchanged=False)


def read(text: str, declaration: str = "") -> list[Item]:
    return parse_feed(
        document(f'<?xml version="1.0"?>{declaration}<rss version="2.0"><channel>{text}</channel></rss>'.encode())
    )


@pytest.mark.procedure("P-1")
def test_rss_2_is_parsed(samples: Path) -> None:
    coffee, wheel = parse_feed(document((samples / "sede.rss").read_bytes()))
    assert coffee.address == "https://www.mincit.gov.co/prensa/noticias/comercio/exportaciones-de-cafe"
    assert coffee.title == 'Exportaciones de café crecen "como nunca"'
    assert coffee.summary == "El café lideró las exportaciones."
    assert (coffee.guid, coffee.section) == ("cafe-1", "Comercio")
    assert coffee.picture == "https://www.mincit.gov.co/fotos/cafe.jpg"
    assert coffee.published_at is not None
    assert coffee.published_at.isoformat() == "2026-11-24T08:15:00-05:00"
    assert wheel.address == "https://www.mincit.gov.co/prensa/noticias/industria/rueda-en-pasto/"
    assert wheel.published_at is not None
    assert wheel.published_at.isoformat() == "2026-11-21T00:00:00-05:00"


@pytest.mark.procedure("P-1")
def test_atom_is_parsed(samples: Path) -> None:
    (news,) = parse_feed(document((samples / "sede.atom").read_bytes()))
    assert news.address == "https://www.mincit.gov.co/prensa/noticias/turismo/artesanias"
    assert (news.title, news.guid) == ("Turismo & artesanías", "urn:sede:turismo-1")
    assert news.published_at is not None
    assert news.published_at.isoformat() == "2026-11-24T08:00:00-05:00"


def test_rss_1_in_latin_1_is_parsed(samples: Path) -> None:
    (news,) = parse_feed(document((samples / "sede.rdf").read_bytes()))
    assert news.title == "Señal de la industria"
    assert news.published_at is not None
    assert news.published_at.isoformat() == "2026-11-20T00:00:00-05:00"


@pytest.mark.procedure("P-1")
def test_dates_in_five_formats_are_parsed() -> None:
    forms = [
        "Tue, 24 Nov 2026 00:00:00 -0500",
        "2026-11-24T05:00:00Z",
        "24 noviembre 2026",
        "24/11/2026",
        "24 de nov. de 2026",
    ]
    items = read("".join(ITEM.format(number, form) for number, form in enumerate(forms)))
    assert {item.published_at.isoformat() for item in items if item.published_at} == {"2026-11-24T00:00:00-05:00"}
    assert len(items) == len(forms)


def test_an_item_with_an_invalid_date_has_no_date() -> None:
    assert read(ITEM.format("a", "cuando se pueda"))[0].published_at is None


BOMB = '<!DOCTYPE b [<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE b [<!ENTITY % p SYSTEM "http://127.0.0.1/p.dtd"> %p;]>'
LONG = f'<!DOCTYPE b [<!ENTITY a "{"x" * 2000}">]>'


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("declaration", [BOMB, OUTSIDE, PARAMETER, LONG, f"<!-- <rss> -->{BOMB}", f"<?x <rss ?>{BOMB}"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_an_entity_bomb_is_refused(declaration: str, encoding: str) -> None:
    text = f'{declaration}<rss version="2.0"><channel>{ITEM.format("&c;", "")}</channel></rss>'
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    with pytest.raises(Malformed, match="entidades"):
        parse_feed(document((mark + text).encode(encoding)))


def test_a_declared_character_entity_is_accepted() -> None:
    (news,) = read(
        "<item><title>A&ntilde;o</title><link>https://x.gov.co/1</link></item>",
        '<!DOCTYPE rss [<!ENTITY ntilde "&#241;">]>',
    )
    assert news.title == "Año"


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "vac"), (b"   ", "vac"), (b"<html><body>hola</body></html>", "es una página"),
        (b"%PDF-1.7 \0\1", "no es XML"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "no es XML"), (b"<a><b/></a>", "no es XML"),
        (b"<?xml", "no es XML"), (b"\xff\xfe\0\0", "no es XML"),
    ],
)  # fmt: skip
def test_a_document_that_is_not_a_feed_is_refused_with_its_reason(body: bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        parse_feed(document(body))


@pytest.mark.procedure("P-1")
def test_an_incomplete_feed_is_refused(samples: Path) -> None:
    whole = (samples / "sede.rss").read_bytes()
    with pytest.raises(Malformed, match="cortada"):
        parse_feed(document(whole[: whole.index(b"Cien empresas")]))


@pytest.mark.parametrize("name", ["punycode", "Punycode", "idna", "unicode_escape"])
def test_a_codec_that_pages_do_not_use_is_refused(name: str) -> None:
    # Decoding this takes minutes: each letter after the last hyphen shifts all the others.
    body = f'<?xml version="1.0" encoding="{name}"?><rss version="2.0"></rss>{"x" * 10_000}-{"a" * 1_000_000}'
    with pytest.raises(Malformed, match="codificación"):
        parse_feed(document(body.encode()))


def test_a_comment_after_the_closing_tag_is_accepted() -> None:
    assert parse_feed(document(b'<rss version="2.0"><channel></channel></rss>\n<!-- cache 3 s -->')) == []


def test_markup_in_titles_becomes_text() -> None:
    (news,) = read(
        "<item><title>&lt;img src=x onerror=alert(1)&gt;Hola\u202e</title><link>https://x.gov.co/1</link></item>"
    )
    assert news.title == "Hola"


def test_an_item_without_a_web_link_is_skipped() -> None:
    assert read("<item><title>a</title><link>javascript:alert(1)</link><guid>javascript:alert(1)</guid></item>") == []


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_feed_is_parsed_or_raises_unreadable(data: st.DataObject) -> None:
    whole = bytearray((Path(__file__).parent.parent / "samples" / "sede.rss").read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        items = parse_feed(document(bytes(whole)))
    except Unreadable:
        return
    assert all(item.title and item.address.startswith("http") and "\0" not in item.title for item in items)


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{0}</feed>'
ENTRY = '<entry><id>urn:{1}</id><title{0}>{1}</title><link href="https://x.gov.co/1"/></entry>'


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize(
    ("kind", "written", "title"),
    [
        (' type="text"', "Cómo citar &lt;arancel&gt; en el formulario", "Cómo citar <arancel> en el formulario"),
        ("", "Importaciones&lt;Exportaciones &amp;amp; más", "Importaciones<Exportaciones &amp; más"),
        ("", "El elemento &lt;b&gt;x&lt;/b&gt;", "El elemento <b>x</b>"),
        (' type="html"', "El &lt;b&gt;café&lt;/b&gt; &amp;lt;5 %", "El café <5 %"),
    ],
)
def test_atom_says_which_text_is_plain(kind: str, written: str, title: str) -> None:
    (news,) = parse_feed(document(ATOM.format(ENTRY.format(kind, written)).encode()))
    assert news.title == title


@pytest.mark.procedure("P-1")
def test_parameters_that_begin_like_entities_stay_in_a_feed() -> None:
    address = "https://sede.test/f?tipo=1&region=caribe&copy=2&notificacion=si"
    once = address.replace("&", "&amp;")
    (news,) = read(
        f"<item><title>{once}</title><link>{once}</link>"
        f"<description>&lt;p&gt;En {once.replace('&', '&amp;')}&lt;/p&gt;</description></item>"
    )
    assert (news.title, news.address, news.summary) == (address, address, f"En {address}")


@pytest.mark.procedure("P-1")
def test_spaces_in_the_addresses_of_a_feed_are_encoded() -> None:
    (news,) = read(
        "<item><title>x</title><link>https://x.gov.co/n/feria mayo.html</link>"
        '<enclosure url="https://x.gov.co/img/foto de la feria.jpg" type="image/jpeg" length="9"/></item>'
    )
    assert news.address == "https://x.gov.co/n/feria%20mayo.html"
    assert news.picture == "https://x.gov.co/img/foto%20de%20la%20feria.jpg"
