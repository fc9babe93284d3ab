"""How each letter of a term can be written, as the folded form that the automaton reads and as a regular expression.

A term never becomes a regular expression by itself: only its letters do, each one as a bounded class.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

# Letters that are folded into one, because a symbol or a spelling stands for both. The patterns tell them apart.
_CLASSES = {"a": "o40@", "i": "ly1!|", "s": "ckqz5$2([{<", "u": "vb8", "g": "j69]", "t": "7+", "e": "3&", "n": "~"}
_MERGED = "".join(_CLASSES.values())
FOLDED = bytes.maketrans(
    (_MERGED + ".*").encode(), ("".join(key * len(value) for key, value in _CLASSES.items()) + "  ").encode()
)
SILENT = b"h"
REPEATED = re.compile(rb"(.)(?=\1)")

WRITTEN_AS = {
    "a": "a4@", "b": "b8v", "c": "ckq([{<", "e": "e3&", "g": "g69", "i": "i1!|y", "k": "kcq", "j": "j]", "l": "l1!|",
    "o": "o0@", "q": "qk", "s": "s5$z2", "t": "t7+", "u": "uv", "v": "vbu", "y": "yi", "z": "zs52$",
}  # fmt: skip
SOFT = {"c": "sz", "s": "c", "z": "c", "g": "j", "j": "g"}  # letters that sound alike before "e" and "i"
STANDS_FOR: dict[str, str] = {}
"""By character of a form, the letters of terms that it can be."""
for _letter, _characters in WRITTEN_AS.items():
    for _character in _characters:
        STANDS_FOR[_character] = STANDS_FOR.get(_character, "") + _letter
VOWELS = frozenset("aeiou")
DOUBLED = frozenset("rl")  # one or two of these make different words: "pera" and "perra", "vale" and "valle"
GAP = "[ .*]{0,3}"
LEFT, RIGHT = "(?<![a-z~])", "(?:[e3]?[sz5$])?(?![a-z~])"
LONG_WORD = 7  # letters from which one "r" for two is the same word: "gonorea"


def fold(form: bytes) -> bytes:
    """Return what the automaton reads: letters folded, silent ones out, each run as one letter, each gap a space."""
    return REPEATED.sub(b"", b" %s " % form.translate(FOLDED, SILENT))


def join(folded: bytes) -> bytes:
    """Return a folded form without its gaps, in which words whose letters were set apart are whole."""
    return REPEATED.sub(b"", folded.replace(b" ", b""))


def masked_pattern_of(word: bytes) -> re.Pattern[bytes]:
    """Return the pattern of the terms, one a line, that a word with asterisks in the place of letters can be."""
    letters = (_unmasked(character) for character in word.decode())
    return re.compile(f"^(?:{''.join(letters)})$".encode(), re.MULTILINE)


def _unmasked(character: str) -> str:
    if character == "*":
        return "[a-z~]"
    return f"[{STANDS_FOR[character]}]" if character in STANDS_FOR else re.escape(character)


def spellings(letters: str) -> Iterator[str]:
    """Return the spellings of a term that are folded apart: "k" for "qu", "rn" for "m" (UTS 39)."""
    yield letters
    if re.search("qu[ei]", letters):
        yield re.sub("qu(?=[ei])", "k", letters)
    if "m" in letters:
        yield letters.replace("m", "rn")


@lru_cache(maxsize=60_000)
def pattern_of(letters: str, *, is_inside: bool) -> re.Pattern[bytes]:
    """Return the pattern of a term whose words are whole. Forms have at most three equal characters in a row."""
    words = (GAP if is_gap else _as_written(letters, index) for index, is_gap in _positions(letters))
    body = "".join(words)
    return re.compile((body if is_inside else LEFT + body + RIGHT).encode())


@lru_cache(maxsize=60_000)
def split_pattern_of(letters: str) -> re.Pattern[bytes]:
    """Return the pattern of a term whose letters are set apart by up to three separators."""
    written = [_as_written(letters, index) for index, is_gap in _positions(letters) if not is_gap]
    body = "".join(f"{one}{GAP}" if one.endswith("{0,3}") else f"(?:{one}{GAP}){{1,3}}" for one in written[:-1])
    return re.compile((LEFT + body + written[-1] + RIGHT).encode())


def _positions(letters: str) -> Iterator[tuple[int, bool]]:
    """Return the index of each letter or gap to be written, without those that the previous one takes in."""
    index = 0
    while index < len(letters):
        yield index, letters[index] == " "
        index += 2 if _is_double(letters, index) or _is_qu(letters, index) else 1


def _is_double(letters: str, index: int) -> bool:
    return letters[index] in DOUBLED and letters[index + 1 : index + 2] == letters[index]


def _is_qu(letters: str, index: int) -> bool:
    return letters[index : index + 2] == "qu" and letters[index + 2 : index + 3] in {"e", "i"}


def _as_written(letters: str, index: int) -> str:
    """Return the pattern of the letter at `index`: the characters that stand for it, up to three times."""
    letter, following = letters[index], letters[index + 1 : index + 2]
    if letter == "h":
        return "h{1,3}" if letters[index - 1 : index] == "c" else "h{0,3}"
    if letter == "m":
        return "(?:m{1,3}|rn)"
    if _is_qu(letters, index):
        return "[qk]{1,3}u{0,3}"
    characters = WRITTEN_AS.get(letter, letter)
    if following in {"e", "i"}:
        characters += SOFT.get(letter, "")
    is_between_vowels = letters[index - 1 : index] in VOWELS and following in VOWELS
    if letter == "n" and (len(letters) >= LONG_WORD or not is_between_vowels):
        characters += "~"  # in a short word between vowels "ñ" is another letter; elsewhere, an "n" with a mark
    one = f"[{re.escape(characters)}]" if len(characters) > 1 else letter
    if letter in DOUBLED and len(letters) < LONG_WORD:
        return _counted(letter, one, is_double=_is_double(letters, index))
    return f"{'[l1!|y]' if letter == 'l' and _is_double(letters, index) else one}{{1,3}}"


def _counted(letter: str, one: str, *, is_double: bool) -> str:
    """Return the pattern of "r" or "l", once or twice as its word has it; three are somebody's drawl for either."""
    if is_double:
        return f"(?:{one}{{2,3}}|y{{1,3}})" if letter == "l" else f"{one}{{2,3}}"
    return f"(?:{one}(?!{letter})|{letter}{{3}})"
