"""Names of files that people send, made harmless."""

import unicodedata
from pathlib import PurePosixPath

MOST_NAME, END_KEPT = 120, 20  # characters of a name, and of its end when it is cut
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # Unicode categories: control, format, no letter, or a line break


def safe_name(name: str) -> str:
    """Return the last part of a file's name without folders and without characters that hide what it is.

    Control characters and those that turn the direction of the text around are left out.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    visible = "".join(letter for letter in last if unicodedata.category(letter) not in HIDDEN)
    safe = visible.strip(". ") or "archivo"
    return safe if len(safe) <= MOST_NAME else safe[: MOST_NAME - END_KEPT] + safe[-END_KEPT:]
