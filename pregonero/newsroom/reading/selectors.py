"""How a listing's parts are found: CSS selectors as data, with a preset for the ministry's own news page."""

from collections.abc import Mapping

from cssselect import HTMLTranslator, SelectorError

from pregonero.errors import Issue

# What a listing may say. `item` and `title` are needed; the rest is looked for inside each item.
FIELDS = {
    "item": "cada noticia",
    "link": "el enlace (vacío: la noticia misma, o su primer enlace)",
    "title": "el título",
    "date": "la fecha",
    "summary": "el resumen",
    "picture": "la imagen",
    "section_after": "la palabra de la dirección tras la que viene la sección",
}
PLAIN = frozenset({"section_after"})
NEEDED = ("item", "title")
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


def issues_of(selectors: Mapping[str, str]) -> list[Issue]:
    """Return what must be fixed in a listing's selectors."""
    issues = [
        Issue("selectors", "missing", f"Falta el selector de {FIELDS[name]}.")
        for name in NEEDED
        if not selectors.get(name)
    ]
    issues += [
        Issue("selectors", "unknown", f"«{name}» no es una parte de la lista.")
        for name in selectors
        if name not in FIELDS
    ]
    for name, selector in selectors.items():
        if name in FIELDS and name not in PLAIN and selector and not is_selector(selector):
            issues.append(Issue("selectors", "invalid", f"El selector de {FIELDS[name]} no es CSS: «{selector}»."))
    return issues


def is_selector(selector: str) -> bool:
    """Return whether a text is a CSS selector that can be followed."""
    try:
        HTMLTranslator().css_to_xpath(selector)
    except SelectorError:
        return False
    return True
