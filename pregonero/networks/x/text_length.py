"""How X counts a text: each link 23, each emoji 2, after NFC (twitter-text, configuration 3)."""

import re
import unicodedata
from functools import cache
from typing import Any

# Each of these weighs one, begins no emoji, and without a full stop there is no link: nothing else to look for.
_PLAIN = re.compile(r"[\n\x20-\x22\x24-\x29+,\-/:-~\xa1-\xa8\xaa-\xad\xaf-\u0fff]*")


def weighted_length(text: str) -> int:
    """Return the length of a text as X counts it, in its units; the limit is in `limits`."""
    composed = unicodedata.normalize("NFC", text)
    if _PLAIN.fullmatch(composed):
        return len(composed)
    return int(_parser()(composed).weightedLength)


def is_valid(text: str) -> bool:
    """Return whether X allows every character of a text (there are a few that it does not), whatever its length."""
    return not re.search("[\ufffe\uffff\ufeff]", text)


@cache
def _parser() -> Any:
    from twitter_text import parse_tweet  # noqa: PLC0415 - 0.2 s that only who writes for X pays

    return parse_tweet
