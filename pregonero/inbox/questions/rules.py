"""The rules that propose what a message asks for: words and phrases, as their owners write them (Q-3, Q-4).

They are looked up as plain text: no rule can take longer than the text is long, as a regular expression could.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pregonero.inbox.questions.text import words_of
from pregonero.inbox.states import Question

FILE = Path(__file__).parent.parent / "data" / "question_rules.toml"


@dataclass(frozen=True)
class Rule:
    """Phrases that point to a question, unless the message also has one of `unless`.

    A phrase is words in order; when its last word ends in an asterisk, it stands for all that begin with it.
    """

    question: Question
    why: str
    phrases: tuple[str, ...]
    unless: tuple[str, ...] = ()

    @cached_property
    def _needles(self) -> list[tuple[str, str]]:
        return [(needle_of(phrase), phrase) for phrase in self.phrases]

    @cached_property
    def _exceptions(self) -> list[str]:
        return [needle_of(phrase) for phrase in self.unless]

    def phrase_in(self, line: str) -> str:
        """Return the first phrase of the rule that is in a line of `line_of`; "" when it does not apply."""
        found = next((phrase for needle, phrase in self._needles if needle in line), "")
        return "" if found and any(needle in line for needle in self._exceptions) else found

    def as_dict(self) -> dict[str, Any]:
        """Return the rule as JSON values."""
        return {
            "question": str(self.question),
            "why": self.why,
            "phrases": list(self.phrases),
            "unless": list(self.unless),
        }


def line_of(text: str) -> str:
    """Return the words of a text between spaces, in which phrases are looked up."""
    return f" {' '.join(words_of(text))} "


def needle_of(phrase: str) -> str:
    """Return a phrase as it is looked up in a line: whole words, but for the end of one with an asterisk."""
    end = "" if phrase.rstrip().endswith("*") else " "
    return f" {' '.join(words_of(phrase))}{end}"


def first_match(rules: Sequence[Rule], text: str) -> tuple[Rule, str] | None:
    """Return the first rule that applies to a text, with its phrase; None when none does."""
    line = line_of(text)
    found = ((rule, rule.phrase_in(line)) for rule in rules)
    return next(((rule, phrase) for rule, phrase in found if phrase), None)


def rules_from(values: Sequence[dict[str, Any]]) -> tuple[Rule, ...]:
    """Return the rules that are stored as JSON values."""
    return tuple(
        Rule(Question(value["question"]), value["why"], tuple(value["phrases"]), tuple(value.get("unless", ())))
        for value in values
    )


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return the first version of the rules, which ships with the system."""
    return rules_from(tomllib.loads(FILE.read_text(encoding="utf-8"))["rules"])
