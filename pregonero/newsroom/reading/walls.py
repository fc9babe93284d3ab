"""Pages that a site shows instead of its own, until a script of theirs has run in a browser: a cookie, a check, a jump.

They come with any status, and with words enough for a title: read as news they would be stored as "Just a moment…".
"""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement

from pregonero.newsroom.reading.errors import Malformed

WALL = (
    "El sitio pide antes una comprobación que solo pasa un navegador (cookies o JavaScript), y no se pudo leer. "
    "Pídele a quien lo administra que deje pasar a «Pregonero», o usa su RSS si lo tiene."
)
STATUSES = frozenset({202, 401, 403, 405, 429, 503})  # with which a wall is also answered
START_BYTES = 65_536
# What the walls of the known services have in their scripts and forms.
MARKS = re.compile(
    r"cf_chl_|cf-browser-verification|cdn-cgi/challenge-platform/h/|challenges\.cloudflare\.com|_incapsula_resource|"
    r"sucuri_cloudproxy|ddos-guard|check\.ddos|awswaf|gokuprops|captcha-delivery\.com|px-captcha|_pxappid|"
    r"slowaes|toNumbers\(|anubis_challenge|bm-verify|sec-if-cpt|hcaptcha\.com/1/api|recaptcha/api|__ddg|bunny-shield",
    re.IGNORECASE,
)
SETS_COOKIE = re.compile(r"document\.cookie\s*=(?!=)|cookiestore\.set|cookies?\.set\(", re.IGNORECASE)
GOES_ON = re.compile(
    r"location\s*(?:=(?!=)|\.\s*(?:reload|replace|assign|href\s*=(?!=)))|history\.go\(|\.submit\(", re.IGNORECASE
)
ASKS_FOR_SCRIPTS = re.compile(
    r"(?:enable|turn on|requires?|needs?|(?:habilit|activ|permit|necesit|requier)\w{1,9})[^<.]{0,60}"
    r"(?:javascript|cookies)",
    re.IGNORECASE,
)
# At once: a page that goes elsewhere after half a minute is a page.
REFRESH = re.compile(r"\s*\d(?:\.\d+)?\s*[;,]\s*(?:url\s*=)?\s*[\"']?([^\"']{1,2000})", re.IGNORECASE)
WALL_CHARACTERS, SHELL_CHARACTERS, REFRESH_CHARACTERS = 200_000, 4_000, 2_100  # that are looked at
WALL_EVENTS = 10_000  # starts and ends of elements
WALL_WORDS, SHELL_WORDS = 700, 200  # characters of visible text; a news item has more
HIDDEN = frozenset({"script", "style", "noscript", "template", "title"})


def is_wall_answer(status: int, headers: Mapping[str, str], start: bytes) -> bool:
    """Return whether an answer that is not 200 is a wall: its headers say it, or the first bytes of its page."""
    if headers.get("cf-mitigated") or headers.get("x-amzn-waf-action"):
        return True
    return status in STATUSES and MARKS.search(start.decode("latin-1")) is not None


def check_no_wall(tree: HtmlElement, address: str) -> None:
    """Raise `Malformed` if a page is a wall, or only leads to another page."""
    visible = _visible_text(tree)
    if visible is None or _says_what_it_is(tree):
        return
    target = _refresh_target(tree, address)
    if target and target != address and len(visible) <= SHELL_WORDS:
        raise Malformed(f"La página solo lleva a otra: {target[:200]}. Usa esa dirección.")
    scripts = _scripts(tree)[:WALL_CHARACTERS]
    sets_cookie = SETS_COOKIE.search(scripts) is not None and GOES_ON.search(scripts) is not None
    if MARKS.search(scripts) or sets_cookie or (target and target == address):
        raise Malformed(WALL)
    if len(visible) <= SHELL_WORDS and ASKS_FOR_SCRIPTS.search(
        f"{visible} {_joined(tree, 'noscript')}"[:SHELL_CHARACTERS]
    ):
        raise Malformed(WALL)


def _visible_text(tree: HtmlElement) -> str | None:
    """Return the text that a person sees, or None when the page has more text or elements than a wall."""
    pieces: list[str] = []
    length = count = 0
    walker = etree.iterwalk(tree, events=("start", "end"))
    for event, node in walker:
        is_hidden = not isinstance(node.tag, str) or node.tag in HIDDEN
        if event == "start" and is_hidden:
            walker.skip_subtree()
        text = node.tail if event == "end" else "" if is_hidden else node.text
        pieces.append(" ".join((text or "").split()))
        length, count = length + len(pieces[-1]), count + 1
        if length > WALL_WORDS or count > WALL_EVENTS:
            return None
    return " ".join(filter(None, pieces))


def _says_what_it_is(tree: HtmlElement) -> bool:
    """Return whether a page says to be an article: a wall has no words for networks, nor an article inside."""
    names = {node.get("property") or node.get("name") for node in tree.iter("meta")}
    return bool(names & {"og:title", "article:published_time"}) or next(tree.iter("article"), None) is not None


def _scripts(tree: HtmlElement) -> str:
    """Return the scripts of a page with their addresses, and the addresses of its frames and forms."""
    nodes = tree.iter("script", "iframe", "form", "meta", "input", "div")
    parts = [f"{node.get('src') or ''} {node.get('action') or ''} {node.get('id') or ''}" for node in nodes]
    return " ".join([*parts, _joined(tree, "script")])


def _joined(tree: HtmlElement, name: str) -> str:
    return " ".join(" ".join(node.itertext()) for node in tree.iter(name))


def _refresh_target(tree: HtmlElement, address: str) -> str:
    """Return where a page goes by itself (`<meta http-equiv="refresh">`), or ""."""
    for node in tree.iter("meta"):
        match = (
            REFRESH.match(node.get("content") or "") if (node.get("http-equiv") or "").lower() == "refresh" else None
        )
        if match is not None:
            return str(urljoin(address, match[1].strip()))
    return ""
