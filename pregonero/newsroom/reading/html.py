"""HTML pages as lxml trees."""

import html
import re
from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pregonero.newsroom.reading.challenge_pages import check_no_challenge
from pregonero.newsroom.reading.charsets import decode_page
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.urls import canonical_link

CONTROL_REFERENCE = re.compile(r"&#(?:12[89]|1[345]\d|[xX]0{0,4}[89][0-9a-fA-F])(?![0-9a-fA-F]);?")
# With a space or an encoded colon these would be taken for the name of a page beside this one.
NOT_AN_ADDRESS = re.compile(
    r"\s*(?:java\s*script|vbscript|mailto|data|tel|sms|whatsapp|about|blob|file)\s*(?::|%3a|&colon;)", re.IGNORECASE
)
BASE = "data-base"  # the attribute of the root in which `parse_html` stores the base address


def parse_html(document: Document) -> HtmlElement:
    """Return the tree of a page. Raises `Malformed` when the document has no HTML, or is a challenge page."""
    text = decode_page(document.body, document.charset)
    body = CONTROL_REFERENCE.sub(_windows_1252, text).encode("utf-8", "replace") if "<" in text else b""
    try:
        tree = document_fromstring(body, parser=HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Malformed("La página llegó vacía o no es HTML.") from error
    bases = (absolute_link(node.get("href"), document.address) for node in tree.iter("base"))
    tree.set(BASE, next((base for base in bases if base), document.address))
    check_no_challenge(tree, document.address)
    return tree


def base_of(tree: HtmlElement) -> str:
    """Return the address to which the links of a page are relative."""
    return str(tree.get(BASE))


def select(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    """Return the elements that match a CSS selector, in document order."""
    return cast(list[HtmlElement], CSSSelector(selector, translator="html")(tree))


def joined_text(node: HtmlElement) -> str:
    """Return the text of an element with spaces between its children: "21 mayo" and "2026" in two spans."""
    return " ".join(node.itertext())


def absolute_link(link: object, base: str) -> str:
    """Return a link of a page as an absolute canonical one, or "" when it is not a valid link."""
    if not isinstance(link, str) or not link.strip() or NOT_AN_ADDRESS.match(link):
        return ""
    try:
        return canonical_link(link.strip(), base=base)
    except Malformed:
        return ""


def _windows_1252(reference: re.Match[str]) -> str:
    """Return the character that a reference to a C1 control means, as in HTML 5: "&#147;" is a quotation mark."""
    return html.unescape(reference[0].rstrip(";") + ";")
