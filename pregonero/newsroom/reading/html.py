"""HTML of others as a tree, and small questions to it."""

from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.fetch import Fetched
from pregonero.newsroom.reading.urls import canonical


def tree_of(fetched: Fetched) -> HtmlElement:
    """Return a page as a tree. Raises `Malformed` when nothing of it is HTML."""
    body = fetched.body if b"<" in fetched.body else b""
    try:
        tree = document_fromstring(body, parser=HTMLParser(encoding=_encoding(fetched)))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Malformed("La página llegó vacía o no es HTML.") from error
    bases = (link_in(node.get("href"), fetched.address) for node in tree.iter("base"))
    tree.set("data-base", next((base for base in bases if base), fetched.address))
    return tree


def select(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    """Return the elements of a tree that fit a CSS selector, in the page's order."""
    return cast(list[HtmlElement], CSSSelector(selector, translator="html")(tree))


def link_in(link: object, base: str) -> str:
    """Return a link found in a page as a whole one, or "" when it is none."""
    if not isinstance(link, str) or not link.strip():
        return ""
    try:
        return canonical(link.strip(), base=base)
    except Malformed:
        return ""


def _encoding(fetched: Fetched) -> str | None:
    """Return the encoding that the server said, or the one that reads without an error; None leaves it to the
    page.
    """
    for name in (fetched.charset, "utf-8"):
        try:
            if name:
                fetched.body.decode(name)
                return name
        except (LookupError, ValueError):
            continue
    return None
