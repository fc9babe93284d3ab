"""The links of a text that goes to a citizen (D-4)."""

import re

from pregonero.networks.previews import CLOSING

LONGEST = 500  # characters of an address that can be checked
# Networks turn a domain into a link even without its scheme; an e-mail address is not a link.
_DOMAINS = "co|com|org|net|edu|gov|mil|info|int|io|ly|me|gl|app|dev|gle|us|es|eu"
_HOST = rf"(?:www\.(?:[\w-]+\.)+[a-z]{{2,}}|(?:[\w-]+\.)+(?:{_DOMAINS}))(?![\w@-]|\.\w)"
_REST = r"[^\s<>\"«»“”]"
LINK = re.compile(rf"https?://{_REST}+|(?<![\w@./-]){_HOST}(?:[/?#]{_REST}*)?", re.IGNORECASE)


def links_in(text: str) -> list[str]:
    """Return the links of a text, each once, with https:// added where it has no scheme."""
    found = [match.group().rstrip(CLOSING) for match in LINK.finditer(text)]
    return list(dict.fromkeys(link if "://" in link else f"https://{link}" for link in found))
