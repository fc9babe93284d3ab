"""Splits a long text into the parts of a thread, between sentences or words, never inside a word or a link."""

import re
from collections.abc import Callable

from pregonero.publishing.sentences import ends_sentence, is_abbreviated

WORD = re.compile(r"\S+")
ENDS_CLAUSE = re.compile(r""":[»”"'’)\]]*$""")
SHORTEST_SHARE = 0.5  # of the words that fit: a part is not cut at a sentence that ends earlier


def split_text(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Split a text into parts for which `fits` is true. A single word that does not fit is a part of its own."""
    words = list(WORD.finditer(text))
    parts, first = [], 0
    while first < len(words):
        last = _end_of_part(text, words, first, fits)
        parts.append(text[words[first].start() : words[last].end()])
        first = last + 1
    return parts or [text]


def _end_of_part(text: str, words: list[re.Match[str]], first: int, fits: Callable[[str], bool]) -> int:
    """Return the index of the last word of the part that begins at `first`, at the end of a sentence if possible."""
    most = _most_that_fit(text, words, first, fits)
    if most == len(words) - 1:
        return most
    fewest = first + int((most - first) * SHORTEST_SHARE)
    for last in range(most, fewest, -1):
        if _ends_sentence(text, words, last):
            return last
    # Between words, an abbreviation stays with the word that follows it: «Dr. Prueba».
    return next((last for last in range(most, fewest, -1) if not is_abbreviated(text, words[last].end())), most)


def _most_that_fit(text: str, words: list[re.Match[str]], first: int, fits: Callable[[str], bool]) -> int:
    low, high = first, len(words) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[words[first].start() : words[middle].end()]):
            low = middle
        else:
            high = middle - 1
    return low


def _ends_sentence(text: str, words: list[re.Match[str]], last: int) -> bool:
    end, word = words[last].end(), words[last].group()
    if "\n" in text[end : words[last + 1].start()]:
        return True
    return "://" not in word and (bool(ENDS_CLAUSE.search(word)) or ends_sentence(text, end))
