"""Our patterns on text that somebody made to be slow for them: each takes time in proportion to the text."""

import time
from collections.abc import Callable

import pytest

from pregonero.media.captions import read_cues
from pregonero.networks.bluesky.records import MENTION
from pregonero.networks.mastodon.text import REMOTE_MENTION
from pregonero.newsroom.reading import challenge_pages
from pregonero.newsroom.reading.dates import parse_date
from pregonero.newsroom.reading.text import loose_line, markup_line
from pregonero.publishing.sentences import sentence_ends

N = 20_000
CUE = "1\n00:00:01,000 --> 00:00:02,000\n"
SLOW: dict[str, Callable[[], object]] = {
    "points": lambda: list(sentence_ends("." * N + "a")),
    "points and quotes": lambda: list(sentence_ends(".”" * N + "a")),
    "letters before a parenthesis": lambda: list(sentence_ends("a" * N + "(. ")),
    "styles without end": lambda: read_cues(CUE + "<b " * N),
    "braces without end": lambda: read_cues(CUE + "{\\" * N),
    "notes without end": lambda: read_cues(CUE + "{y:" * N),
    "times": lambda: read_cues("00:00:00 " + " " * N + "--> 1"),
    "attributes": lambda: markup_line("<a" + " a=b" * N, 100),
    "quotes of attributes": lambda: markup_line('<a a="' * N, 100),
    "spaces of attributes": lambda: markup_line("<a" + " " * N + "a" + " " * N, 100),
    "closing tags": lambda: loose_line("</ " * N, 100),
    "entities": lambda: markup_line("&a" * N + "<", 100),
    "mentions": lambda: [MENTION.search("@" + "a-" * N), MENTION.search("@a." * N), REMOTE_MENTION.search("@a" * N)],
    "words of scripts": lambda: challenge_pages.ASKS_FOR_SCRIPTS.search(
        ("activ" * N)[: challenge_pages.NOTICE_CHARACTERS]
    ),
    "spaces of a jump": lambda: challenge_pages.REFRESH.match(("0;" + " " * N)[: challenge_pages.REFRESH_CHARACTERS]),
    "cookies": lambda: challenge_pages.SETS_COOKIE.search("document.cookie " * N),
    "jumps": lambda: challenge_pages.NAVIGATES.search("location. " * N),
    "dates": lambda: [parse_date("1 de " * N), parse_date("1/" * N), parse_date(" " * N + "1 ene 2026" + " " * N)],
}


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("name", SLOW)
def test_text_made_to_be_slow_takes_no_time(name: str) -> None:
    began = time.process_time()
    SLOW[name]()
    assert time.process_time() - began < 1
