"""One text for each network, made from the news: a first version that its people then edit (P-3)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from pregonero.media.models import Medium
from pregonero.networks.base import Capabilities, Connector
from pregonero.newsroom.models import News

SHORTEST_SUMMARY = 60  # a summary cut shorter than this says nothing; the title alone is better
ELLIPSIS = "…"
# A full stop, a question or an exclamation that another sentence follows: "8.4 %", "p. m." and "núm. 5" end none.
SENTENCE_END = re.compile(r"[.!?…][»”\")]?(?=\s+[¿¡«“\"(]?[A-ZÁÉÍÓÚÑ])")
MEDIUM_NAMES = {"picture": "una imagen", "video": "un video"}


@dataclass(frozen=True)
class Composed:
    """A first version for one account; `skip_reason` says why the network is skipped."""

    text: str = ""
    title: str = ""
    media: tuple[Medium, ...] = ()
    skip_reason: str = ""


def compose(news: News, network: Connector) -> Composed:
    """Return what a news item could say on a network, within its limits, with the link in the way it allows."""
    capabilities = network.capabilities
    missing = _missing_medium(news, capabilities)
    if missing:
        return Composed(skip_reason=missing)
    limit = capabilities.limits["text"].value
    text = _fit([news.title, news.summary], _tail(news.address, capabilities), network.measure, limit)
    title = _cut(news.title, len, capabilities.limits["title"].value) if capabilities.takes_title else ""
    return Composed(text=text, title=title, media=_media(news, capabilities))


def _media(news: News, capabilities: Capabilities) -> tuple[Medium, ...]:
    """Return what goes first with the text: the video where it is needed, the picture where it is not the card's."""
    if capabilities.needs == "video":
        return (news.video,) if news.video else ()
    wants_picture = capabilities.takes_pictures and not capabilities.link_beside
    return (news.picture,) if news.picture and wants_picture else ()


def _missing_medium(news: News, capabilities: Capabilities) -> str:
    present = {"picture": news.picture, "video": news.video, None: news}
    if present[capabilities.needs] is not None:
        return ""
    return f"{capabilities.label} necesita {MEDIUM_NAMES[str(capabilities.needs)]} y la noticia no trae."


def _tail(address: str, capabilities: Capabilities) -> str:
    """Return the last line: the link where it is one, or where to find the news where it is not."""
    if capabilities.link_beside:
        return ""
    if capabilities.takes_link:
        return address
    return f"Noticia completa en {urlsplit(address).hostname}"


def _fit(paragraphs: list[str], tail: str, measure: Callable[[str], int], limit: int) -> str:
    title, summary = paragraphs
    if summary.startswith(title):
        title, summary = summary, ""

    def whole(*parts: str) -> str:
        return "\n\n".join(part for part in (*parts, tail) if part)

    if measure(whole(title, summary)) <= limit:
        return whole(title, summary)
    room = limit - measure(whole(title, "x"))
    short = _shortened(summary, measure, room) if room >= SHORTEST_SUMMARY else ""
    if short:
        return whole(title, short)
    return whole(_cut(title, measure, limit - measure(whole("x"))))


def _shortened(text: str, measure: Callable[[str], int], limit: int) -> str:
    """Return the sentences that fit, whole; only of one that fits in no way, as many of its words as fit."""
    ends = [match.end() for match in SENTENCE_END.finditer(text) if measure(text[: match.end()]) <= limit]
    return text[: ends[-1]] if ends else _cut(text, measure, limit)


def _cut(text: str, measure: Callable[[str], int], limit: int) -> str:
    """Return the text cut at a word, within the limit as the network counts it."""
    if measure(text) <= limit:
        return text
    words = text.split()
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(" ".join(words[:middle]) + ELLIPSIS) <= limit:
            low = middle
        else:
            high = middle - 1
    return " ".join(words[:low]).rstrip(" ,;:.") + ELLIPSIS if low else ""
