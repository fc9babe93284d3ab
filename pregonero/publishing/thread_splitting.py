"""Parting a text that is too long into a thread: between sentences, or between words, never inside one or a link."""

import re
from collections.abc import Callable

WORD = re.compile(r"\S+")
ENDS_SENTENCE = re.compile(r"""[.!?…:][»”"'’)\]]*$""")
SHORTEST_SHARE = 0.5  # of what fits: a sentence that ends before it would leave a part too empty


def split_text(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Return the text in parts that all fit, as its network judges; a word that does not fit alone stays whole."""
    words = list(WORD.finditer(text))
    parts, first = [], 0
    while first < len(words):
        last = _end_of_part(text, words, first, fits)
        parts.append(text[words[first].start() : words[last].end()])
        first = last + 1
    return parts or [text]


def _end_of_part(text: str, words: list[re.Match[str]], first: int, fits: Callable[[str], bool]) -> int:
    """Return the last word of the part that begins at `first`: all that fits, back to the end of a sentence."""
    most = _most_that_fit(text, words, first, fits)
    if most == len(words) - 1:
        return most
    fewest = first + int((most - first) * SHORTEST_SHARE)
    for last in range(most, fewest, -1):
        if _ends_sentence(text, words, last):
            return last
    return most


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
    between = text[words[last].end() : words[last + 1].start()]
    word = words[last].group()
    return "\n" in between or ("://" not in word and bool(ENDS_SENTENCE.search(word)))
