"""Links: one form to open and show, and one key by which the same news is recognised (once, whatever is
repeated).
"""

import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from pregonero.newsroom.reading.errors import Malformed

LENGTH_LIMIT = 500  # characters, as the columns take
DEFAULT_PORTS = {"http": 80, "https": 443}
TRACKING = re.compile(r"^(?:utm_.*|fbclid|gclid|dclid|msclkid|twclid|igshid|mc_cid|mc_eid|_ga|_gl)$", re.IGNORECASE)
UNRESERVED = re.compile(r"%([0-9A-Fa-f]{2})")
SAFE_IN_PATH = "/:@!$&'()*+,;=~-._%"


def canonical(link: str, *, base: str = "") -> str:
    """Return a link as it is opened and shown: host in lower case, no fragment, no tracking, no default port.

    A trailing slash stays: some servers answer only one of the two. Raises `Malformed` unless it is http(s).
    """
    parts, port = _split(link, base)
    host = _host(parts)
    default = DEFAULT_PORTS[parts.scheme.lower()]
    place = host if port in {None, default} else f"{host}:{port}"
    query = _without_tracking(parts.query)
    address = f"{parts.scheme.lower()}://{place}{_path(parts.path)}{'?' + query if query else ''}"
    if len(address) > LENGTH_LIMIT:
        raise Malformed(f"El enlace tiene {len(address)} caracteres; se admiten {LENGTH_LIMIT}.")
    return address


def key(link: str) -> str:
    """Return what two links to the same page have in common: neither scheme, "www.", nor a trailing slash."""
    parts = urlsplit(canonical(link))
    place = parts.netloc.removeprefix("www.")
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return f"{place}{parts.path.rstrip('/')}{'?' + query if query else ''}"


def host_of(link: str) -> str:
    """Return the host of a link, in lower case."""
    parts, _ = _split(link, "")
    return _host(parts)


def port_of(link: str) -> int:
    """Return the port of a link, also when it is the usual one."""
    parts, port = _split(link, "")
    return port or DEFAULT_PORTS[parts.scheme.lower()]


def _split(link: str, base: str) -> tuple[SplitResult, int | None]:
    # A lone surrogate, as JSON may bring, is in no address, and could be neither sent nor kept.
    text = re.sub(r"[\x00-\x20\x7f\ud800-\udfff]+", "", link) if link.strip() else ""
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
    kept = UNRESERVED.sub(_plain_or_upper, path)
    segments: list[str] = []
    for segment in kept.split("/")[1:]:
        if segment == "..":
            segments = segments[:-1]
        elif segment != ".":
            segments.append(segment)
    if kept.endswith(("/.", "/..")):
        segments.append("")
    return quote("/" + "/".join(segments), safe=SAFE_IN_PATH)


def _plain_or_upper(match: re.Match[str]) -> str:
    char = unquote(match.group(0), errors="strict") if match.group(1)[0] < "8" else ""
    return char if re.fullmatch(r"[A-Za-z0-9._~-]", char) else match.group(0).upper()


def _without_tracking(query: str) -> str:
    pairs = [pair for pair in query.split("&") if pair]
    kept = (pair for pair in pairs if not TRACKING.match(unquote(pair.partition("=")[0])))
    return "&".join(quote(pair, safe="=" + SAFE_IN_PATH + "?") for pair in kept)
