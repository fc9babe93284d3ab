"""What the owners of the rules may write in them, so that they are quick to apply and easy to read (Q-4)."""

import re
from collections.abc import Iterator, Sequence

from pregonero.errors import Refused
from pregonero.inbox.questions.rules import Rule, needle_of
from pregonero.inbox.questions.text import words_of

MOST_RULES, MOST_PHRASES, MOST_IN_ALL = 30, 400, 2_000
MOST_LETTERS, MOST_WORDS, LEAST_BEFORE_ASTERISK = 60, 8, 3
LONGEST_WHY = 160
SIGNS = re.compile(r"[()\[\]{}|^$+\\<>]|\.\*|\*(?!\s*$)")


def check_rules(rules: Sequence[Rule]) -> None:
    """Raise unless the rules are within the limits; the sentence says which phrase to correct and how."""
    if not rules:
        raise Refused("Escribe al menos una regla.")
    if len(rules) > MOST_RULES:
        raise Refused(f"Son {len(rules)} reglas y caben {MOST_RULES}: une las que piden lo mismo.")
    if sum(len(rule.phrases) + len(rule.unless) for rule in rules) > MOST_IN_ALL:
        raise Refused(f"Entre todas las reglas caben {MOST_IN_ALL} frases.")
    problem = next((problem for rule in rules for problem in _problems(rule)), None) or _repeated(rules)
    if problem:
        raise Refused(problem)


def _problems(rule: Rule) -> Iterator[str]:
    if not rule.phrases:
        yield f"La regla de «{rule.question.label}» no tiene frases."
    if not rule.why.strip():
        yield f"Escribe la razón de la regla de «{rule.question.label}»: es lo que verá quien la confirma."
    if len(rule.why) > LONGEST_WHY:
        yield f"La razón «{rule.why[:40]}…» es muy larga: caben {LONGEST_WHY} letras."
    if len(rule.phrases) > MOST_PHRASES:
        yield f"En una regla caben {MOST_PHRASES} frases."
    for phrase in (*rule.phrases, *rule.unless):
        problem = _problem_of(phrase)
        if problem:
            yield problem


def _problem_of(phrase: str) -> str:
    words, name = words_of(phrase), phrase if len(phrase) <= MOST_LETTERS else f"{phrase[:MOST_LETTERS]}…"
    if len(phrase) > MOST_LETTERS or len(words) > MOST_WORDS:
        return f"«{name}» es muy larga: caben {MOST_LETTERS} letras y {MOST_WORDS} palabras."
    if SIGNS.search(phrase):
        return f"«{name}» tiene signos que aquí no sirven: escribe palabras, y un asterisco solo al final."
    if not words:
        return f"«{name}» no tiene ninguna palabra."
    if phrase.endswith("*") and len(words[-1]) < LEAST_BEFORE_ASTERISK:
        return (
            f"«{name}» vale para demasiadas palabras: antes del asterisco van al menos {LEAST_BEFORE_ASTERISK} letras."
        )
    return ""


def _repeated(rules: Sequence[Rule]) -> str:
    """Return the sentence for a phrase that is in two rules: the second one would never apply by it."""
    seen: dict[str, Rule] = {}
    for rule in rules:
        for phrase in rule.phrases:
            other = seen.setdefault(needle_of(phrase), rule)
            if other is not rule:
                return (
                    f"«{phrase}» está en dos reglas: «{other.question.label}» y «{rule.question.label}». Déjala en una."
                )
    return ""
