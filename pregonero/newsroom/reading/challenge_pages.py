"""Challenge pages: what a site sends instead of its page until a browser runs a script (a cookie, a check, a redirect).

They come with any status, and have a title and some text: without this check they would be stored as news with the
title "Just a moment…".
"""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement

from pregonero.newsroom.reading.errors import Malformed

CHALLENGE = (
    "El sitio pide antes una comprobación que solo pasa un navegador (cookies o JavaScript), y no se pudo leer. "
    "Pídele a quien lo administra que deje pasar a «Pregonero», o usa su RSS si lo tiene."
)
CHALLENGE_STATUSES = frozenset({202, 401, 403, 405, 429, 503})  # besides 200
START_BYTES = 65_536
# What the challenge pages of the known services have in their scripts and forms.
KNOWN_CHALLENGES = re.compile(
    r"cf_chl_|cf-browser-verification|cdn-cgi/challenge-platform/h/|challenges\.cloudflare\.com|_incapsula_resource|"
    r"sucuri_cloudproxy|ddos-guard|check\.ddos|awswaf|gokuprops|captcha-delivery\.com|px-captcha|_pxappid|"
    r"slowaes|toNumbers\(|anubis_challenge|bm-verify|sec-if-cpt|hcaptcha\.com/1/api|recaptcha/api|__ddg|bunny-shield",
    re.IGNORECASE,
)
SETS_COOKIE = re.compile(r"document\.cookie\s*=(?!=)|cookiestore\.set|cookies?\.set\(", re.IGNORECASE)
NAVIGATES = re.compile(
    r"location\s*(?:=(?!=)|\.\s*(?:reload|replace|assign|href\s*=(?!=)))|history\.go\(|\.submit\(", re.IGNORECASE
)
ASKS_FOR_SCRIPTS = re.compile(
    r"(?:enable|turn on|requires?|needs?|(?:habilit|activ|permit|necesit|requier)\w{1,9})[^<.]{0,60}"
    r"(?:javascript|cookies)",
    re.IGNORECASE,
)
# A redirect in less than ten seconds: a page that redirects after half a minute is a page that people read.
REFRESH = re.compile(r"\s*\d(?:\.\d+)?\s*[;,]\s*(?:url\s*=)?\s*[\"']?([^\"']{1,2000})", re.IGNORECASE)
SCRIPT_CHARACTERS, NOTICE_CHARACTERS, REFRESH_CHARACTERS = 200_000, 4_000, 2_100  # that are searched
MAX_EVENTS = 10_000  # starts and ends of elements
MAX_VISIBLE, SHORT_PAGE = 700, 200  # characters of visible text; a news item has more
HIDDEN = frozenset({"script", "style", "noscript", "template", "title"})


def is_challenge_response(status: int, headers: Mapping[str, str], start: bytes) -> bool:
    """Return whether a response that is not 200 is a challenge page, by its headers or the start of its body."""
    if headers.get("cf-mitigated") or headers.get("x-amzn-waf-action"):
        return True
    return status in CHALLENGE_STATUSES and KNOWN_CHALLENGES.search(start.decode("latin-1")) is not None


def check_no_challenge(tree: HtmlElement, address: str) -> None:
    """Raise `Malformed` if a page is a challenge page, or only redirects to another page."""
    visible = _visible_text(tree)
    if visible is None or _says_to_be_article(tree):
        return
    target = _refresh_target(tree, address)
    if target and target != address and len(visible) <= SHORT_PAGE:
        raise Malformed(f"La página solo lleva a otra: {target[:200]}. Usa esa dirección.")
    scripts = _scripts(tree)[:SCRIPT_CHARACTERS]
    sets_cookie = SETS_COOKIE.search(scripts) is not None and NAVIGATES.search(scripts) is not None
    if KNOWN_CHALLENGES.search(scripts) or sets_cookie or (target and target == address):
        raise Malformed(CHALLENGE)
    if len(visible) <= SHORT_PAGE and ASKS_FOR_SCRIPTS.search(
        f"{visible} {_joined(tree, 'noscript')}"[:NOTICE_CHARACTERS]
    ):
        raise Malformed(CHALLENGE)


def _visible_text(tree: HtmlElement) -> str | None:
    """Return the text that a person sees, or None when the page has more text or elements than a challenge page."""
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
        if length > MAX_VISIBLE or count > MAX_EVENTS:
            return None
    return " ".join(filter(None, pieces))


def _says_to_be_article(tree: HtmlElement) -> bool:
    """Return whether a page declares itself an article: a challenge page has no Open Graph title and no `article`."""
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
