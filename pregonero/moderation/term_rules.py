"""Which terms a list may have: one that hits nothing, or nearly everything, is refused with its reason (N-4)."""

import re
from collections.abc import Sequence
from functools import cache

from pregonero.moderation.labelled_comments import innocent_texts
from pregonero.moderation.matcher import Matcher, Term, letters_of

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
    """Return in Spanish why a list may not have this term by itself; an empty string when it may."""
    letters = letters_of(text)
    joined = letters.replace(" ", "")
    is_short = len(joined) < SHORTEST or len(set(joined)) == 1
    rules = (
        (not joined, f"«{text[:40]}» no tiene letras: no encontraría nada. Escribe una palabra."),
        (len(text) > LONGEST, f"«{text[:40]}…» es muy largo: un término tiene hasta {LONGEST} caracteres."),
        (
            re.search(r"\d", text),
            f"«{text}» tiene números. Escríbelo con letras: lo encontraremos también cuando usen números.",
        ),
        (is_short, f"«{text}» es muy corto: estaría en casi cualquier comentario. Usa al menos {SHORTEST} letras."),
        (letters in COMMON_WORDS, f"«{text}» es una palabra de todos los días: ocultaría casi todo."),
        (
            is_inside and len(joined) < SHORTEST_INSIDE,
            f"«{text}» es muy corto para buscarlo dentro de otras palabras: déjalo como palabra entera.",
        ),
    )
    return next((why for is_broken, why in rules if is_broken), "")


def inside_problems(texts: Sequence[str]) -> dict[str, str]:
    """Return, of the terms that are looked for inside words, those that innocent words have, each with why.

    It looks at all of them at once, so that a long list costs no more than a short one.
    """
    matcher = Matcher([Term(place, text, is_inside=True) for place, text in enumerate(texts)])
    problems: dict[str, str] = {}
    for word in _innocent_words():
        for hit in matcher.find(word):
            why = f"«{hit.term.text}» está dentro de «{word}», que no ofende: déjalo como palabra entera."
            problems.setdefault(hit.term.text, why)
    return problems


@cache
def _innocent_words() -> tuple[str, ...]:
    return tuple(sorted({word for text in innocent_texts() for word in re.findall(r"[^\W\d_]{4,}", text)}))
