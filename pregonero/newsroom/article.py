"""The text of a news item as a page shows it: its lead once, and its paragraphs."""

import re
from dataclasses import dataclass

from pregonero.newsroom.models import News
from pregonero.newsroom.reading.page_parser import Page

HEAD = 4  # paragraphs among which a page repeats the title
CUT = ("…", "...")
NOT_WORDS = re.compile(r"\W+")


@dataclass(frozen=True)
class Article:
    """The lead of a news item, empty if a paragraph already says it, and its paragraphs."""

    lead: str
    paragraphs: tuple[str, ...]


def article_of(news: News | Page) -> Article:
    """Return the text of a news item without repeated parts.

    Many websites repeat the title and the summary at the start of the text; on others the summary is its start, cut.
    """
    paragraphs = [line.strip() for line in news.body.splitlines() if line.strip()]
    start = next((at for at, text in enumerate(paragraphs[:HEAD]) if _words(text) == _words(news.title)), -1)
    paragraphs = paragraphs[start + 1 :]  # above its title there is only the section and the date
    lead = news.summary.strip()
    if not paragraphs or not _is_start(lead, paragraphs[0]):
        return Article(lead, tuple(paragraphs))
    return Article("", tuple(paragraphs))


def _is_start(lead: str, paragraph: str) -> bool:
    """Return whether a paragraph is the lead, or begins with it; a lead that was cut may end within a word."""
    is_cut = lead.endswith(CUT)
    wanted, start = _words(lead), _words(paragraph)
    return start.startswith(wanted) if is_cut else f"{start} ".startswith(f"{wanted} ")


def _words(text: str) -> str:
    return NOT_WORDS.sub(" ", text).strip().casefold()
