"""A web page that lists news, parsed with CSS selectors."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cssselect import HTMLTranslator, SelectorError
from django.forms import CharField, ChoiceField, Field
from lxml.html import HtmlElement

from pregonero.errors import Issue
from pregonero.newsroom.reading.dates import parse_date
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.reading.fetch import PAGE_LIMITS
from pregonero.newsroom.reading.html import absolute_link, base_of, joined_text, parse_html, select
from pregonero.newsroom.reading.text import SUMMARY_LIMIT, TITLE_LIMIT, one_line
from pregonero.newsroom.sources.base import ITEMS_LIMIT, Item, PolledSourceKind

# The parts of a listing and their Spanish names. The last one is a word and not a selector.
SELECTORS = {
    "item": "cada noticia",
    "link": "el enlace (vacío: la noticia misma, o su primer enlace)",
    "title": "el título",
    "date": "la fecha",
    "summary": "el resumen",
    "picture": "la imagen",
    "section_after": "la palabra de la dirección tras la que viene la sección",
}
NOT_SELECTORS = frozenset({"section_after"})
REQUIRED = ("item", "title")
PRESETS: dict[str, dict[str, str]] = {
    "mincit": {
        "item": 'a.tarjeta-govco[href*="noticias/"]',
        "link": "",
        "title": "h3",
        "date": "span",
        "summary": "p",
        "picture": "img",
        "section_after": "noticias",
    },
}
OWN_SELECTORS = ""
PRESET_CHOICES = [("mincit", "Ministerio de Comercio (tarjetas GOV.CO)"), (OWN_SELECTORS, "Otros, escritos abajo")]


class ListingSource(PolledSourceKind):
    """The news page of the official website. Its options are the CSS selectors of `SELECTORS`."""

    code = "LISTING"
    label = "página de noticias"
    description = "La sede no ofrece RSS: se lee su página de noticias. Si la página cambia, hay que ajustarla."
    limits = PAGE_LIMITS

    def option_fields(self) -> dict[str, Field]:
        """Return a choice of presets, and a field for each selector."""
        preset = ChoiceField(label="Selectores de la página", choices=PRESET_CHOICES, required=False, initial="mincit")
        selectors = {
            f"selector_{name}": CharField(label=label[0].upper() + label[1:], max_length=200, required=False)
            for name, label in SELECTORS.items()
        }
        return {"preset": preset, **selectors}

    def folded_fields(self) -> tuple[str, ...]:
        """Return the names of the selector fields."""
        return tuple(f"selector_{name}" for name in SELECTORS)

    def options_from(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Return the selectors of the preset, or the written ones."""
        written = {name: data.get(f"selector_{name}") or "" for name in SELECTORS}
        return dict(PRESETS.get(data.get("preset") or OWN_SELECTORS, written))

    def issues_of(self, options: Mapping[str, str]) -> list[Issue]:
        """Return the selectors that are missing, unknown or not valid CSS."""
        return selector_issues(options)

    def parse(self, document: Document, options: Mapping[str, str]) -> list[Item]:
        """Return the news of a page, in its order. Raises `Malformed`."""
        return parse_listing(document, options)


def selector_issues(selectors: Mapping[str, str]) -> list[Issue]:
    """Return the selectors that are missing, unknown or not valid CSS."""
    issues = [
        Issue(f"selector_{name}", "missing", f"Falta el selector de {SELECTORS[name]}.")
        for name in REQUIRED
        if not selectors.get(name)
    ]
    for name, selector in selectors.items():
        if name not in SELECTORS:
            issues.append(Issue("preset", "unknown", f"«{name}» no es una parte de la lista."))
        elif name not in NOT_SELECTORS and selector and not is_selector(selector):
            text = f"El selector de {SELECTORS[name]} no es CSS: «{selector}»."
            issues.append(Issue(f"selector_{name}", "invalid", text))
    return issues


def is_selector(selector: str) -> bool:
    """Return whether a text is a CSS selector that lxml supports."""
    try:
        HTMLTranslator().css_to_xpath(selector)
    except SelectorError:
        return False
    return True


def parse_listing(document: Document, selectors: Mapping[str, str]) -> list[Item]:
    """Return the news of a page, in its order. Raises `Malformed` if no element matches: the page has changed."""
    tree = parse_html(document)
    nodes = select(tree, selectors["item"])[:ITEMS_LIMIT]
    items = [item for item in (_item(node, selectors, base_of(tree)) for node in nodes) if item is not None]
    if not items and nodes:
        raise Malformed(
            f"El selector «{selectors['item']}» encuentra {len(nodes)} elementos, pero ninguno tiene un "
            "título y un enlace a su noticia. Revisa los selectores de la fuente."
        )
    if not items:
        raise Malformed(
            f"Ninguna noticia coincide con el selector «{selectors['item']}». Quizá la página cambió: "
            "revisa los selectores de la fuente."
        )
    return items


def _item(node: HtmlElement, selectors: Mapping[str, str], base: str) -> Item | None:
    link = _link(node, selectors.get("link", ""), base)
    title = _text(node, selectors["title"], TITLE_LIMIT)
    if not link or not title:
        return None
    picture = _first(node, selectors.get("picture", ""))
    return Item(
        address=link,
        title=title,
        summary=_text(node, selectors.get("summary", ""), SUMMARY_LIMIT),
        section=_section(link, selectors.get("section_after", "")),
        published_at=_published_at(node, selectors),
        picture=absolute_link(_picture_source(picture), base),
        picture_alt=one_line(_attribute(picture, "alt"), 1000),
    )


def _first(node: HtmlElement, selector: str) -> HtmlElement | None:
    return next(iter(select(node, selector)), None) if selector else None


def _text(node: HtmlElement, selector: str, limit: int) -> str:
    element = _first(node, selector)
    return one_line(joined_text(element), limit) if element is not None else ""


def _link(node: HtmlElement, selector: str, base: str) -> str:
    """Return the first link of a card that leads somewhere: "#" and "javascript:" are buttons, not links."""
    element = _first(node, selector) if selector else node
    if element is None:
        return ""
    hrefs = (str(link.get("href") or "") for link in element.iter("a", element.tag))
    links = (absolute_link(href, base) for href in hrefs if href.strip() not in {"#", "#!", "?", "/#"})
    return next((link for link in links if link), "")


def _published_at(node: HtmlElement, selectors: Mapping[str, str]) -> datetime | None:
    element = _first(node, selectors.get("date", ""))
    if element is None:
        return None
    candidates = (_attribute(element, "datetime"), _attribute(element, "content"), joined_text(element))
    return next((date for date in map(parse_date, candidates) if date is not None), None)


def _picture_source(picture: HtmlElement | None) -> str:
    """Return the address of an image. Pages that load images late have it in another attribute than `src`."""
    sources = (_attribute(picture, name) for name in ("data-src", "data-lazy-src", "src"))
    return next((source for source in sources if source and not source.startswith("data:")), "")


def _attribute(node: HtmlElement | None, name: str) -> str:
    return str(node.get(name) or "") if node is not None else ""


def _section(link: str, after: str) -> str:
    """Return the segment of the path that follows the word `after`, unless it is the last one (the news itself)."""
    segments = [segment for segment in urlsplit(link).path.split("/") if segment]
    if not after or after not in segments:
        return ""
    following = segments[segments.index(after) + 1 :]
    return following[0].replace("-", " ")[:80] if len(following) > 1 else ""
