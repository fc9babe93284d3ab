"""Text as devices and places are compared: without accents, capitals, doubled spaces or invisible characters."""

import unicodedata


def plain(text: str) -> str:
    """Return a text in lower case without accents, marks or invisible characters, with single spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    visible = "".join(one for one in decomposed if unicodedata.category(one) not in ("Mn", "Cf", "Cc") or one in "\t\n")
    return " ".join(visible.casefold().split())
