"""Which terms a list may have: one that hits nothing, or nearly everything, is refused with its reason (N-4)."""

import re
from functools import cache

from pregonero.moderation.labelled_comments import innocent_texts
from pregonero.moderation.matching import Matcher, Term, letters_of

LONGEST, SHORTEST, SHORTEST_INSIDE = 60, 3, 5
MOST_TERMS = 20_000
# Words of nearly every comment, and of what the entity talks about.
COMMON = (
    "que los las del una uno por con para como pero mas muy sin sobre este esta esto ese esa eso son fue ser hay han "
    "mis tus sus nos les todo todos toda todas cuando donde quien porque desde hasta entre tambien solo bien mal buen "
    "bueno buena gracias hola dias favor ministerio ministro ministra gobierno presidente pais colombia comercio "
    "industria turismo feria empresa empresas ustedes usted ellos nosotros gente plata precio"
)
COMMON_WORDS = frozenset(COMMON.split())


def problem_of(text: str, *, is_inside: bool) -> str:
    """Return in Spanish why a list may not have this term; an empty string when it may."""
    letters = letters_of(text)
    joined = letters.replace(" ", "")
    if not joined:
        return f"«{text[:40]}» no tiene letras: no encontraría nada. Escribe una palabra."
    if len(text) > LONGEST:
        return f"«{text[:40]}…» es muy largo: un término tiene hasta {LONGEST} caracteres."
    if re.search(r"\d", text):
        return f"«{text}» tiene números. Escríbelo con letras: lo encontraremos también cuando usen números."
    if len(joined) < SHORTEST or len(set(joined)) == 1:
        return f"«{text}» es muy corto: estaría en casi cualquier comentario. Usa al menos {SHORTEST} letras."
    if letters in COMMON_WORDS:
        return f"«{text}» es una palabra de todos los días: ocultaría casi todo."
    return _inside_problem(text, joined) if is_inside else ""


def _inside_problem(text: str, joined: str) -> str:
    if len(joined) < SHORTEST_INSIDE:
        return f"«{text}» es muy corto para buscarlo dentro de otras palabras: déjalo como palabra entera."
    word = _innocent_word_with(text)
    return f"«{text}» está dentro de «{word}», que no ofende: déjalo como palabra entera." if word else ""


def _innocent_word_with(text: str) -> str:
    """Return an innocent word that a term would hit inside; an empty string when we know of none."""
    matcher = Matcher([Term(0, text, is_inside=True)])
    return next((word for word in _innocent_words() if matcher.find(word)), "")


@cache
def _innocent_words() -> tuple[str, ...]:
    return tuple(sorted({word for text in innocent_texts() for word in re.findall(r"[^\W\d_]{4,}", text)}))
