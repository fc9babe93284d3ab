"""The watch list as OPML 2.0, in and out: other readers take it, and theirs come in."""

from collections.abc import Iterable

from lxml import etree

from pregonero.errors import Refused
from pregonero.monitoring.actions.watch import Watched
from pregonero.monitoring.models import WatchedRole, WatchedSource
from pregonero.newsroom.sources.registry import FEED

MOST_BYTES, MOST_SOURCES = 2 * 1024 * 1024, 5000
UNREADABLE = "El archivo no es OPML: expórtalo otra vez desde tu lector."


def read_opml(content: bytes) -> list[Watched]:
    """Return the feeds of an OPML file, each address once; the outline in which one stands says whose it is."""
    if len(content) > MOST_BYTES:
        raise Refused("El archivo pesa más de 2 MB.")
    if b"<!DOCTYPE" in content.upper():  # no reader writes one, and its entities would be expanded
        raise Refused(UNREADABLE)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(UNREADABLE) from error
    if etree.QName(root).localname != "opml":
        raise Refused(UNREADABLE)
    found: dict[str, Watched] = {}
    for outline in root.iter("outline"):
        address = (outline.get("xmlUrl") or "").strip()
        if address.startswith(("http://", "https://")):
            name = (outline.get("text") or outline.get("title") or address).strip()
            found.setdefault(address, Watched(FEED.code, _role_of(outline), name[:120], address))
    if not found:
        raise Refused("El archivo no trae ninguna fuente.")
    return list(found.values())[:MOST_SOURCES]


def write_opml(sources: Iterable[WatchedSource]) -> bytes:
    """Return the OPML file of these sources, in one outline for each role."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Fuentes que se siguen"
    body = etree.SubElement(root, "body")
    outlines = {
        role.value: etree.SubElement(body, "outline", text=role.label, category=role.value) for role in WatchedRole
    }
    for source in sources:
        if source.kind == FEED.code:
            attributes = {"type": "rss", "text": source.name, "xmlUrl": source.address}
            etree.SubElement(outlines[source.role], "outline", attributes)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _role_of(outline: etree._Element) -> WatchedRole:
    """Return the role that an outline or one around it names; a medium if none does."""
    for element in (outline, *outline.iterancestors("outline")):
        category = element.get("category") or ""
        if category in WatchedRole.values:
            return WatchedRole(category)
    return WatchedRole.MEDIUM
