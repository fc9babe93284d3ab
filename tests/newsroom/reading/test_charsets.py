"""The encodings of pages and feeds, as the web understands their names."""

import pytest

from pregonero.newsroom.reading.charsets import decode_page, page_charset
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.page_parser import parse_page
from pregonero.newsroom.sources.feed import parse_feed

TITLE = "«Hecho en Colombia»: “crecer más” – la meta de 2027… y 20 € — ‘œ’ por unidad"
BODY = "Palabras de sobra para que esto se lea como un texto y no como un menú."


def page(meta: str = "") -> bytes:
    text = (
        f"<html><head>{meta}<title>{TITLE}</title></head><body><article><h1>{TITLE}</h1><p>{TITLE}. {BODY}</p></html>"
    )
    return text.encode("windows-1252")


def document(body: bytes, charset: str = "") -> Document:
    return Document("https://sede.test/x", body, "text/html", page_charset(charset), "", "", is_unchanged=False)


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("name", ["ISO-8859-1", "latin1", "us-ascii", "windows-1252", "cp1252", "l1"])
def test_latin_1_means_windows_1252_in_the_header_and_in_the_page(name: str) -> None:
    for found in (document(page(), name), document(page(f'<meta charset="{name}">')), document(page())):
        read = parse_page(found)
        assert read.title == TITLE
        assert read.body.startswith(TITLE)


@pytest.mark.procedure("P-1")
def test_latin_1_means_windows_1252_in_a_feed() -> None:
    text = (
        f'<rss version="2.0"><channel><item><title>{TITLE}</title><link>https://x.test/</link></item></channel></rss>'
    )
    declared = f'<?xml version="1.0" encoding="ISO-8859-1"?>{text}'.encode("windows-1252")
    for found in (
        document(declared),
        document(declared, "latin-1"),
        document(text.encode("windows-1252"), "iso-8859-1"),
    ):
        assert parse_feed(found)[0].title == TITLE


@pytest.mark.procedure("P-1")
def test_references_to_windows_1252_codes_are_their_characters() -> None:
    body = b"<html><title>&#147;crecer&#148; &#150; 20 &#128; &#x85; &#1470;</title></html>"
    assert parse_page(document(body)).title == "“crecer” – 20 € … \u05be"


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("ñ “".encode(), "", "ñ “"),
        (b"\xef\xbb\xbf\xc3\xb1", "iso-8859-1", "ñ"),
        ("ñ “".encode("utf-16"), "", "ñ “"),
        (b"a\x81b\x93", "iso-8859-1", "ab“"),
        (b"\xf1", "utf-8", "ñ"),
        ("señal ".encode() * 40 + b"\xc3", "utf-8", "señal " * 40 + "\ufffd"),
        ("ş".encode("windows-1254"), "iso-8859-9", "ş"),
    ],
)
def test_decode_page(body: bytes, charset: str, text: str) -> None:
    assert decode_page(body, charset) == text
