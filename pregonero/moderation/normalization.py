"""What a text looks like to a reader, whatever characters it was typed with: the form that words are searched in.

`normalize` maps each character to one or a few ASCII bytes: a letter, a symbol that can stand for a letter ("4" for
"a"), a space, or a dot for other punctuation, an
asterisk for a letter that is not told. Marks and invisible characters are dropped. Look-alike characters of
other scripts come from the Unicode confusables (UTS 39). It is linear in the length of the text.
"""

import re
import unicodedata

import disarm

ENYE = "~"
"""The letter "ñ", which is not an "n": "año" and "ano" are different words."""
SPACE, DOT = " ", "."
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz" + ENYE)
SYMBOLS = frozenset("0123456789@$!|+([]{<&*")
"""Characters that stand for letters inside a word, and for themselves elsewhere."""

INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
# Not in the confusables of Unicode, or with another letter there: what people use in Spanish.
LOOKS_LIKE = {
    "¡": "!", "×": "x", "÷": ".", "©": "c", "®": "r", "∆": "a", "Δ": "a", "Λ": "a", "∂": "d", "ƒ": "f", "£": "l",
    "¢": "c", "¥": "y", "₱": "p", "₹": "r", "₭": "k", "π": "n", "µ": "u", "μ": "u", "β": "b", "ε": "e", "η": "n",
    "θ": "o", "κ": "k", "τ": "t", "ω": "w", "σ": "o", "Σ": "e", "и": "u", "й": "u", "я": "r", "п": "n", "ш": "w",
    "к": "k", "м": "m", "н": "n", "в": "b", "т": "t", "г": "r", "л": "l", "д": "d", "з": "3", "ч": "4", "ь": "b",
    "б": "6", "э": "e", "ю": "u", "ɐ": "a", "ǝ": "e", "ɔ": "c", "ɯ": "m", "ɹ": "r", "ʇ": "t", "ʌ": "v", "ʍ": "m",
    "ʎ": "y", "ɥ": "h", "ɟ": "f", "ʞ": "k", "ß": "b", "ſ": "s", "ı": "i", "∗": "*", "•": "*", "✱": "*", "＊": "*",
    "·": ".", "‚": ".", "ª": "a", "º": "o", "°": ".",
    "Ʌ": "a", "ⱥ": "a", "æ": "ae", "œ": "oe", "ƹ": "e", "∈": "e", "ʘ": "o", "φ": "o", "Ω": "o", "Ʊ": "u", "ʊ": "u",
    "₿": "b", "฿": "b", "₣": "f", "ɱ": "m", "₥": "m", "₦": "n", "ͷ": "n", "§": "s", "ϟ": "s", "†": "t", "₸": "t",
    "ͳ": "t", "ȶ": "t", "ⱨ": "h", "ⱪ": "k", "ↄ": "c", "√": "v", "∟": "l", "ʅ": "l", "_": "*",
}  # fmt: skip
# Ranges of letters drawn as pictures that have no compatibility form: regional indicators, and letters in black
# circles and squares.
PICTURE_ALPHABETS = (0x1F1E6, 0x1F150, 0x1F170)


class CharacterMap(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        """Work out one character, and remember it."""
        self[code] = mapped = _map_character(chr(code))
        return mapped


def _map_character(character: str) -> str:
    if character in {"ñ", "Ñ"}:
        return ENYE
    if character.isspace() or character == "\u2800":
        return SPACE
    if character in INVISIBLE or unicodedata.category(character) in {"Mn", "Me", "Mc", "Cf", "Cc", "Cs", "Co", "Cn"}:
        return ""
    mapped = "".join(_map_base(base) for base in _decomposed(character))
    return mapped.replace(DOT, "") or DOT


def _decomposed(character: str) -> str:
    """Return the base characters of one: "á" is "a", "ﬁ" is "fi", "𝐚" is "a"."""
    known = LOOKS_LIKE.get(character) or LOOKS_LIKE.get(character.lower())
    if known is not None:
        return known
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.combining(part)) or character


def _map_base(base: str) -> str:
    """Return the letter, symbol or separator of one character without marks."""
    if not base.isascii():
        base = _picture_letter(base) or LOOKS_LIKE.get(base) or LOOKS_LIKE.get(base.lower()) or _confusable(base)
    mapped = (character.lower() for character in base if character.isascii())
    return "".join(one if one in LETTERS - {ENYE} or one in SYMBOLS else DOT for one in mapped) or DOT


def _picture_letter(character: str) -> str:
    for first in PICTURE_ALPHABETS:
        if 0 <= ord(character) - first < 26:  # noqa: PLR2004 - the letters of the alphabet
            return chr(ord("a") + ord(character) - first)
    return ""


def _confusable(character: str) -> str:
    """Return the Latin letters that a character of another script is confused with (UTS 39), or nothing."""
    return disarm.normalize_confusables(disarm.normalize_confusables(character).lower())


CHARACTERS = CharacterMap()
# What a right-to-left override shows reversed, up to its end or that of the line (UAX 9).
REVERSED = re.compile("\u202e([^\u202c\u202d\u2068\u2069\n]*)")
TILDE = re.compile("[nN]\u0303")
# Letters drawn with several signs. The longer come first.
DRAWN = (
    (r"|\/|", "m"), ("/\\/\\", "m"), ("/V\\", "m"), ("/v\\", "m"), (r"|\|", "n"), (r"/\/", "n"), ("|_|", "u"),
    ("(_)", "u"), ("|-|", "h"), ("]-[", "h"), ("[-]", "h"), (r"\/", "v"), ("/\\", "a"), ("|)", "d"), ("[)", "d"),
    ("|>", "p"), ("|*", "p"), ("|^", "p"), ("|<", "k"), ("|{", "k"), ("|3", "b"), ("|2", "r"), ("|_", "l"),
    ("()", "o"), ("[]", "o"), ("<>", "o"), ("><", "x"), ("}{", "x"), ("[V]", "m"), ("]V[", "m"), ("|+|", "h"),
    ("{\\}", "n"), ("/2", "r"),
)  # fmt: skip
DRAWN_LETTERS = dict(DRAWN)
DRAWN_SIGNS = re.compile("|".join(re.escape(sign) for sign, _ in DRAWN))
DRAWN_PART = re.compile(r"[|\\/\[\](){}<>]")

STRONG, WEAK = rb"0-9@$", rb"!|+(\[\]{<&"
"""Symbols that end a word as a letter ("put4"), and those that usually end it as punctuation ("puta!")."""
SYMBOL = re.compile(rb"[%s%s]" % (STRONG, WEAK))
BESIDE_LETTER = re.compile(rb"[a-z~][%(all)s]|[%(all)s][a-z~]" % {b"all": STRONG + WEAK})
BETWEEN_LETTERS = re.compile(rb"[a-z~][%(all)s]+[a-z~]" % {b"all": STRONG + WEAK})
WEAK_EDGE = re.compile(
    rb"(?<![a-z~%(strong)s])[%(weak)s]+|[%(weak)s]+(?![a-z~%(strong)s%(weak)s])" % {b"strong": STRONG, b"weak": WEAK}
)
EDGE = re.compile(rb"(?<![a-z~%(all)s])[%(all)s]+|[%(all)s]+(?![a-z~%(all)s])" % {b"all": STRONG + WEAK})
TO_DOTS = bytes(ord(DOT) if chr(code) in SYMBOLS - {"*"} else code for code in range(256))
LONG_RUN = re.compile(rb"(.)\1{3,}")
LONG_GAP = re.compile(rb"[ .]{4,}")


def normalize(text: str) -> bytes:
    """Return the normalized form of a text, in one pass over its characters."""
    if "\u202e" in text:
        text = REVERSED.sub(lambda match: match.group(1)[::-1], text)
    if "\u0303" in text:
        text = TILDE.sub("ñ", text)
    return text.translate(CHARACTERS).encode("ascii")


def readings(text: str) -> list[bytes]:
    """Return the normalized forms in which a reader can take a text: one for nearly every text.

    A symbol beside a letter can be a letter ("p4rtido"), a separator ("p|u|t|a") or the end of a word ("puta1"), and
    several signs can draw one letter.
    """
    form = normalize(text)
    forms = [form]
    if SYMBOL.search(form) and BESIDE_LETTER.search(form):
        forms = [WEAK_EDGE.sub(b".", form), EDGE.sub(b".", form), form]
        if BETWEEN_LETTERS.search(form):
            forms.append(form.translate(TO_DOTS))
    if DRAWN_PART.search(text) and DRAWN_SIGNS.search(text):
        forms.append(normalize(DRAWN_SIGNS.sub(lambda match: DRAWN_LETTERS[match.group()], text)))
    return list(dict.fromkeys(forms))


def squeeze(form: bytes) -> bytes:
    """Return a form with at most three equal characters in a row, and gaps of at most three separators."""
    return LONG_RUN.sub(rb"\1\1\1", LONG_GAP.sub(lambda match: match.group()[:3], form))
