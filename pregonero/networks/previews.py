"""How a network shows a post, so that a preview shows the same: marked words, short links and link cards."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from pregonero.networks.base import Post

LINK = r"https?://[^\s<>\"«»“”]+"
TAG = r"(?<![\w&/#])#\w*[^\W\d_]\w*"
CLOSING = ".,;:!?…'’)]"
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_SCHEME_AND_WWW = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True)
class LinkCard:
    """The card of a link under a post. Without a title, the network reads it from the page of the link."""

    link: str
    title: str = ""


@dataclass(frozen=True)
class Span:
    """A stretch of a text: plain (""), or a "link", "mention" or "tag" that its network marks."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class PreviewRules:
    """How a network shows a post. The defaults are for a network that declares no rules."""

    link: str = LINK  # regular expressions; an empty one marks nothing
    mention: str = ""
    tag: str = TAG
    shown_link: Callable[[str], str] = str
    shown_mention: Callable[[str], str] = str
    text: Callable[[Post], str] = lambda post: post.text  # as the public reads it
    card: Callable[[Post], LinkCard | None] = lambda post: None
    fold: int = 0  # characters after which it hides the rest behind «más»; 0: it hides nothing

    @cached_property
    def _marks(self) -> re.Pattern[str]:
        kinds = {"link": self.link, "mention": self.mention, "tag": self.tag}
        named = (f"(?P<{kind}>{expression})" for kind, expression in kinds.items() if expression)
        return re.compile("|".join(named) or r"(?!)", re.IGNORECASE)

    def spans(self, text: str) -> list[Span]:
        """Return the stretches of a text, in order and without gaps."""
        spans, at = [], 0
        for match in self._marks.finditer(text):
            kind, end = str(match.lastgroup), match.end()
            if kind == "link":
                end = match.start() + len(trimmed_link(match[0]))
            spans += [Span("", at, match.start()), Span(kind, match.start(), end)]
            at = end
        return [span for span in [*spans, Span("", at, len(text))] if span.start < span.end]

    def shown(self, kind: str, written: str) -> str:
        """Return a stretch as the network shows it."""
        if kind == "link":
            return self.shown_link(written)
        return self.shown_mention(written) if kind == "mention" else written


GENERIC_PREVIEW = PreviewRules()


def trimmed_link(link: str) -> str:
    """Return a link without the punctuation that follows it; a closing bracket stays if the link opened it."""
    trimmed = link.rstrip(CLOSING)
    while link[len(trimmed) :].startswith(")") and trimmed.count("(") > trimmed.count(")"):
        trimmed = link[: len(trimmed) + 1]
    return trimmed


def links_in(text: str) -> list[str]:
    """Return the links of a text, in order."""
    return [trimmed_link(match[0]) for match in re.finditer(LINK, text, re.IGNORECASE)]


def card_of_text(post: Post, *, position: int = 0) -> LinkCard | None:
    """Return the card of the first link of the text, or of another position; a post with media has none."""
    links = links_in(post.text)
    return LinkCard(links[position]) if links and not post.media else None


def card_of_last_link(post: Post) -> LinkCard | None:
    """Return the card of the last link of the text; a post with media has none."""
    return card_of_text(post, position=-1)


def card_beside(post: Post) -> LinkCard | None:
    """Return the card of the link that is sent beside the text; a post with media has none."""
    return LinkCard(post.link) if post.link and not post.media else None


def _shortened(link: str, *, hides: re.Pattern[str], longest: int, ellipsis: str) -> str:
    visible = hides.sub("", link, count=1)
    return visible if len(visible) <= longest else visible[:longest] + ellipsis


def shortened_link(longest: int, *, hides_www: bool = True, ellipsis: str = "…") -> Callable[[str], str]:
    """Return a function that shows a link without its scheme, cut to a number of characters."""
    hides = _SCHEME_AND_WWW if hides_www else _SCHEME
    return partial(_shortened, hides=hides, longest=longest, ellipsis=ellipsis)


def excess_start(spans: list[Span], text: str, measure: Callable[[str], int], limit: int) -> int | None:
    """Return where a text goes beyond the limit, never inside a link or a character; None if it fits."""
    if measure(text) <= limit:
        return None
    ends = list(_boundaries(spans, text))
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[: ends[middle]]) <= limit:
            low = middle
        else:
            high = middle - 1
    return ends[low]


def _boundaries(spans: list[Span], text: str) -> Iterator[int]:
    """Yield the places where a text may be cut: between the characters that a person sees, and around each link."""
    from regex import finditer  # type: ignore[import-untyped]  # noqa: PLC0415 - takes 30 ms to import

    links = [span for span in spans if span.kind == "link"]
    yield 0
    for match in finditer(r"\X", text):
        if not any(link.start < match.end() < link.end for link in links):
            yield match.end()
