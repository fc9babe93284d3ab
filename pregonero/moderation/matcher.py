"""Find the terms of a list in what people write, however they disguise them (N-3), and not inside innocent words.

An automaton (Aho-Corasick) over a folded form, in which look-alike letters are one and repeated ones are single, names
the terms that can start in a text. A pattern of each such term then says whether it is there: with the right letters,
at the edges of a word. A second automaton does the same without gaps, only for texts whose letters were set apart.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from ahocorasick_rs import BytesAhoCorasick, Implementation

from pregonero.moderation.normalization import DOT, normalize, readings, squeeze
from pregonero.moderation.term_patterns import fold, join, masked_pattern_of, pattern_of, spellings, split_pattern_of

WINDOW, OVERLAP = 1_500, 500  # bytes of a form that are read at once, so that the cost of a long text is its length
MOST_HITS = 50
MOST_MASKED = 20
SHORT_PIECE, SHORTEST_PUNCTUATED, SHORTEST_SPELLED = 2, 4, 3
# Words of one and two letters: what is made of whole words only is a sentence, not a word set apart.
SHORT_WORDS = frozenset(
    b"a e o u y al da de di el en es fe ha he id ir la le lo me mi ni no oi os re se si su te ti tu un va ve vi ya yo "
    b"ay oh eh uy".split()
)
GAPS = re.compile(rb"[ .*]+")
REAL_LETTERS = re.compile(rb"[a-z~]")
NONE: frozenset[int] = frozenset()
TO_SPACES = bytes.maketrans(b".*", b"  ")
PUNCTUATED_WORD = re.compile(rb"[a-z~][.*]+[a-z~]")
MASKED_WORD = re.compile(rb"(?<![a-z~*0-9@$])[a-z~0-9@$][a-z~0-9@$!*]{0,58}\*[a-z~0-9@$!*]{0,58}")


class Disguise(StrEnum):
    """How a term was written."""

    PLAIN = "PLAIN"
    SPLIT = "SPLIT"  # its letters were set apart
    MASKED = "MASKED"  # asterisks in the place of letters


@dataclass(frozen=True)
class Term:
    """A term of a list. `is_inside` says that it hits inside longer words too."""

    id: int
    text: str
    is_inside: bool = False


@dataclass(frozen=True)
class Hit:
    """A term that a text has, and the normalized letters in which it was found."""

    term: Term
    seen: str
    disguise: Disguise


Search = Callable[[bytes, bool], list[tuple[int, int, int]]]
HitOf = Callable[[int, bytes, int, int], Hit | None]


def letters_of(text: str) -> str:
    """Return the words of a term as they are compared: normalized letters, one space between words."""
    return " ".join(re.findall(r"[a-z~]+", normalize(text).decode()))


def _search_of(patterns: list[bytes]) -> Search:
    # The deterministic automaton is the fastest; with 20,000 terms it takes some tens of megabytes.
    search = BytesAhoCorasick(patterns or [b"\0"], implementation=Implementation.DFA).find_matches_as_indexes
    return cast(Search, search)


class Automaton:
    """The folded patterns of the terms of a list, each with the indexes of its terms."""

    def __init__(self, owners: Mapping[bytes, Sequence[int]]) -> None:
        self.patterns = [pattern for pattern in owners if pattern.strip()]
        self._owners = [owners[pattern] for pattern in self.patterns]
        self.search = _search_of(self.patterns)

    def candidates(self, folded: bytes) -> Set[int]:
        """Return the indexes of the terms that can be in a folded form."""
        matches = self.search(folded, True)
        return {index for which, _, _ in matches for index in self._owners[which]} if matches else NONE


class Matcher:
    """The terms of a list, ready to be found in many texts. Building one takes time; a search changes nothing."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = list(terms)
        self._letters = [letters_of(term.text) for term in self.terms]
        whole: dict[bytes, list[int]] = defaultdict(list)
        joined: dict[bytes, list[int]] = defaultdict(list)
        words: dict[int, list[str]] = defaultdict(list)
        for index, (term, letters) in enumerate(zip(self.terms, self._letters, strict=True)):
            for spelling in spellings(letters):
                folded = fold(spelling.encode()).rstrip()
                for pattern in {folded, b" " + join(folded)}:
                    whole[pattern.lstrip() if term.is_inside else pattern].append(index)
                joined[join(folded)].append(index)
            words[len(letters)].append(letters)
        self.whole, self._joined = Automaton(whole), Automaton(joined)
        self._words = {length: "\n".join(same).encode() for length, same in words.items()}
        self._index_of = {letters: index for index, letters in reversed(list(enumerate(self._letters)))}

    def find(self, text: str) -> list[Hit]:
        """Return the terms of the list that a text has, each once, in the order of the list."""
        hits: dict[int, Hit] = {}
        for form in readings(text):
            self._find_masked(form, hits)
            self._find_words(form, hits)
        return [hits[index] for index in sorted(hits)] if hits else []

    def _find_words(self, form: bytes, hits: dict[int, Hit]) -> None:
        if len(form) > WINDOW:
            form = squeeze(form)
        is_set_apart = _may_be_set_apart(form)
        for start, end in _windows(len(form)):
            folded = fold(form[start:end])
            candidates = self.whole.candidates(folded)
            if candidates:
                self._verify(candidates, form, (start, end), hits, self._whole_hit)
            if is_set_apart:
                self._verify(self._joined.candidates(join(folded)), form, (start, end), hits, self._split_hit)

    def _verify(
        self, candidates: Set[int], form: bytes, window: tuple[int, int], hits: dict[int, Hit], hit_of: HitOf
    ) -> None:
        """Add the hits of the candidates in a window of a form."""
        if len(form) <= WINDOW:
            form = squeeze(form)
            window = (0, len(form))
        for index in candidates - hits.keys():
            if len(hits) >= MOST_HITS:
                return
            hit = hit_of(index, form, *window)
            if hit is not None:
                hits[index] = hit

    def _whole_hit(self, index: int, form: bytes, start: int, end: int) -> Hit | None:
        term, letters = self.terms[index], self._letters[index]
        for match in pattern_of(letters, is_inside=term.is_inside).finditer(form, start, end):
            if _is_whole(match, form) and _is_legible(match.group(), letters):
                return Hit(term, _seen(match.group()), Disguise.PLAIN)
        return None

    def _split_hit(self, index: int, form: bytes, start: int, end: int) -> Hit | None:
        term, letters = self.terms[index], self._letters[index]
        for match in split_pattern_of(letters).finditer(form, start, end):
            seen = match.group()
            if _is_whole(match, form) and _is_legible(seen, letters) and _is_set_apart(seen):
                return Hit(term, _seen(seen), Disguise.SPLIT)
        return None

    def _find_masked(self, form: bytes, hits: dict[int, Hit]) -> None:
        """Find words with asterisks in the place of letters, of which at least half are left."""
        if b"*" not in form:
            return
        for word in MASKED_WORD.findall(form)[:MOST_MASKED]:
            if 2 * word.count(b"*") <= len(word):
                for letters in self._unmasked(word):
                    index = self._index_of[letters]
                    hits.setdefault(index, Hit(self.terms[index], word.decode(), Disguise.MASKED))

    def _unmasked(self, word: bytes) -> Iterator[str]:
        """Return the terms that a masked word can be, in the singular too."""
        for one in {word, word.removesuffix(b"s")}:
            for found in masked_pattern_of(one).findall(self._words.get(len(one), b"")):
                yield found.decode()


def _windows(length: int) -> Iterator[tuple[int, int]]:
    for start in range(0, max(length - OVERLAP, 1), WINDOW - OVERLAP):
        yield start, min(start + WINDOW, length)


def _may_be_set_apart(form: bytes) -> bool:
    """Return whether letters of a word can be apart: punctuation within one, or pieces that are no words."""
    pieces = [piece for piece in form.translate(TO_SPACES).split() if len(piece) <= SHORT_PIECE]
    is_odd = any(piece not in SHORT_WORDS and piece.isalpha() for piece in pieces)
    return is_odd or PUNCTUATED_WORD.search(form) is not None


def _is_whole(match: re.Match[bytes], form: bytes) -> bool:
    """Return whether a match does not end where the window was cut: the next window has it whole."""
    return match.end() < match.endpos or match.endpos == len(form)


def _is_legible(seen: bytes, letters: str) -> bool:
    """Return whether enough of it are letters: "455" is a number, "p4r71d0" is a word."""
    count = len(letters)
    needed = count - 1 if count <= SHORTEST_SPELLED else (count + 2) // 3
    return len(REAL_LETTERS.findall(seen)) >= needed


def _is_set_apart(seen: bytes) -> bool:
    """Return whether the letters of a word were set apart on purpose, instead of being words in a row.

    "p u t a", "p.u.t.a", "pu-ta" and "pu ta" are; "a no" and "es tu" are words.
    """
    pieces, gaps = GAPS.split(seen), GAPS.findall(seen)
    if all(len(set(piece)) == 1 for piece in pieces):
        return len(pieces) >= SHORTEST_SPELLED
    if not any(b" " in gap for gap in gaps):
        return sum(map(len, pieces)) >= SHORTEST_PUNCTUATED
    return all(len(piece) <= SHORT_PIECE for piece in pieces) and not SHORT_WORDS.issuperset(pieces)


def _seen(matched: bytes) -> str:
    return matched.decode().replace("~", "ñ").replace(DOT, "·")
