"""Hashtags in a text, by the rule of each network, and the key under which their spellings are the same (D-2)."""

import re
import unicodedata

from pregonero.networks.registry import network

NAME = re.compile(r"#[^\W\d_]\w*")  # what every network takes: a letter first, accents allowed
ENYE = "n\N{COMBINING TILDE}"
SIGNS = "#\N{FULLWIDTH NUMBER SIGN}"


def hashtags_in(text: str, network_name: str) -> list[str]:
    """Return the hashtags that a network recognises in a text, as they are written, each spelling once, in order."""
    composed = unicodedata.normalize("NFC", text)  # else an accent of its own would cut a word
    spans = network(network_name).preview.spans(composed)
    found = (composed[span.start : span.end].strip() for span in spans if span.kind == "tag")
    return list(dict.fromkeys(found))


def key_of(hashtag: str) -> str:
    """Return what all spellings of a hashtag share: without its sign, capitals and accents. «ñ» is a letter.

    #Exportación, #exportacion and #EXPORTACIÓN have one key; #Año and #Ano do not.
    """
    letters = unicodedata.normalize("NFD", hashtag.strip().lstrip(SIGNS).casefold())
    kept = [
        character
        for at, character in enumerate(letters)
        if not unicodedata.combining(character) or letters[at - 1 : at + 1] == ENYE
    ]
    return unicodedata.normalize("NFC", "".join(kept))
