"""Links: the canonical form that is opened and shown, and the key by which the same news is recognised."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from pregonero.newsroom.reading.errors import Malformed
from pregonero.ssrf import is_allowed

LENGTH_LIMIT = 500  # characters, the length of the columns
DEFAULT_PORTS = {"http": 80, "https": 443}
TRACKING = re.compile(r"^(?:utm_.*|fbclid|gclid|dclid|msclkid|twclid|igshid|mc_cid|mc_eid|_ga|_gl)$", re.IGNORECASE)
# "#top" is the start of any page, as HTML says.
USELESS_FRAGMENT = re.compile(r"^(?:top$|:~:|utm_|xtor=|fbclid|gclid)", re.IGNORECASE)
ROUTE_SIGNS = ("/", "!")
PERCENT_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
# A lone surrogate, which JSON may contain, can be neither sent nor stored. A space is part of an address: "%20".
NOT_IN_LINKS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
SAFE_IN_PATH = "/:@!$&'()*+,;=~-._%"


def canonical_link(link: str, *, base: str = "") -> str:
    """Return a link with its host in lower case and without tracking parameters or default port.

    A trailing slash stays, because some servers answer only one of the two forms. Raises `Malformed` unless it is an
    http(s) link without user or password, of at most `LENGTH_LIMIT` characters.
    """
    parts, port = _split(link, base)
    host = _host(parts)
    scheme = parts.scheme.lower()
    authority = host if port in {None, DEFAULT_PORTS[scheme]} else f"{host}:{port}"
    query = _without_tracking(parts.query)
    fragment = "" if USELESS_FRAGMENT.match(parts.fragment) else quote(parts.fragment, safe=SAFE_IN_PATH + "?")
    address = (
        f"{scheme}://{authority}{_path(parts.path)}{'?' + query if query else ''}{'#' + fragment if fragment else ''}"
    )
    if len(address) > LENGTH_LIMIT:
        raise Malformed(f"El enlace tiene {len(address)} caracteres; se admiten {LENGTH_LIMIT}.")
    return address


def link_key(link: str) -> str:
    """Return the link without scheme, "www.", trailing slash and anchor, and with its parameters sorted.

    Two links with the same key lead to the same page. The route of a single-page site ("#/noticias/1") is part of it.
    """
    parts = urlsplit(canonical_link(link))
    authority = parts.netloc.removeprefix("www.")
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    route = f"#{parts.fragment}" if parts.fragment.startswith(ROUTE_SIGNS) else ""
    return f"{authority}{parts.path.rstrip('/')}{'?' + query if query else ''}{route}"


def anchor_of(link: str) -> str:
    """Return the anchor of a link, a place inside its page; "" if it has none or has a route."""
    fragment = link.partition("#")[2]
    return "" if fragment.startswith(ROUTE_SIGNS) else fragment


def without_anchor(link: str) -> str:
    """Return a link without its anchor; a route stays."""
    return link.partition("#")[0] if anchor_of(link) else link


def host_of(link: str) -> str:
    """Return the host of a link, in lower case."""
    parts, _ = _split(link, "")
    return _host(parts)


def port_of(link: str) -> int:
    """Return the port of a link, or the default one of its scheme."""
    parts, port = _split(link, "")
    return port or DEFAULT_PORTS[parts.scheme.lower()]


def is_allowed_by_name(link: str) -> bool:
    """Return whether the settings allow this host and port although it may be inside the private network."""
    host, port = host_of(link), port_of(link)
    try:
        ip = str(ip_address(host.strip("[]")))
    except ValueError:
        ip = ""
    return is_allowed(host, port, ip)


def _split(link: str, base: str) -> tuple[SplitResult, int | None]:
    text = NOT_IN_LINKS.sub("", link.strip()).strip()
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        port = parts.port
    except ValueError as error:
        raise Malformed(f"«{link[:80]}» no es un enlace.") from error
    if parts.scheme.lower() not in DEFAULT_PORTS or not parts.hostname:
        raise Malformed(f"«{link[:80]}» no es un enlace completo: debe empezar por https:// o http://.")
    if parts.username is not None or parts.password is not None:
        raise Malformed("El enlace lleva un usuario o una clave dentro; usa el enlace público.")
    return parts, port


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    try:
        host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise Malformed(f"«{host[:80]}» no es el nombre de un sitio.") from error
    if not host or re.search(r"[^a-z0-9.:_-]", host.lower()):
        raise Malformed(f"«{host[:80]}» no es el nombre de un sitio.")
    return f"[{host.lower()}]" if ":" in host else host.lower()


def _path(path: str) -> str:
    """Return a path without "." and ".." segments, with the same percent encoding for the same characters."""
    decoded = PERCENT_ENCODED.sub(_normalise_encoded, path)
    segments: list[str] = []
    for segment in decoded.split("/")[1:]:
        if segment == "..":
            segments = segments[:-1]
        elif segment != ".":
            segments.append(segment)
    if decoded.endswith(("/.", "/..")):
        segments.append("")
    return quote("/" + "/".join(segments), safe=SAFE_IN_PATH)


def _normalise_encoded(match: re.Match[str]) -> str:
    """Decode an unreserved character (RFC 3986, 2.3); write any other encoded byte in upper case."""
    char = unquote(match.group(0), errors="strict") if match.group(1)[0] < "8" else ""
    return char if re.fullmatch(r"[A-Za-z0-9._~-]", char) else match.group(0).upper()


def _without_tracking(query: str) -> str:
    pairs = [pair for pair in query.split("&") if pair and not TRACKING.match(unquote(pair.partition("=")[0]))]
    return "&".join(quote(pair, safe="=" + SAFE_IN_PATH + "?") for pair in pairs)
