"""Names joined in a sentence as Spanish does: «X, Facebook e Instagram»."""

import re
from collections.abc import Sequence

# Before the sound of "i", the word is "e": «e Inés», «e Hilda»; not before a diphthong, as in «y hielo».
SOUNDS_LIKE_I = re.compile(r"h?[ií](?![aeouáéóú])", re.IGNORECASE)
# Before the sound of "o", "o" is "u": «u Oficina», «u hoteles».
SOUNDS_LIKE_O = re.compile(r"h?[oó]", re.IGNORECASE)


def joined(names: Sequence[str]) -> str:
    """Return the names with commas, and "y" or "e" before the last one; an empty string without names."""
    if len(names) < 2:  # noqa: PLR2004  one name joins nothing
        return "".join(names)
    word = "e" if SOUNDS_LIKE_I.match(names[-1]) else "y"
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def alternatives(names: Sequence[str]) -> str:
    """Return the names with commas, and "o" or "u" before the last one; an empty string without names."""
    if len(names) < 2:  # noqa: PLR2004  one name joins nothing
        return "".join(names)
    word = "u" if SOUNDS_LIKE_O.match(names[-1]) else "o"
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
