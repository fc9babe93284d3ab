"""How often proposals are right: the F1 of each question, their mean, and the confusion table."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pregonero.inbox.questions.model import QUESTIONS
from pregonero.inbox.questions.phrases import Phrase
from pregonero.inbox.states import Question


@dataclass(frozen=True)
class Scores:
    """What was proposed for phrases whose question is known: how many of each pair (right, proposed)."""

    table: Counter[tuple[Question, Question]]

    def f1(self, question: Question) -> float:
        """Return the F1 of one question, from 0 to 1."""
        right = self.table[question, question]
        proposed = sum(count for (_, other), count in self.table.items() if other == question)
        asked = sum(count for (other, _), count in self.table.items() if other == question)
        return 2 * right / (proposed + asked) if proposed + asked else 0.0

    @property
    def macro_f1(self) -> float:
        """Return the mean of the F1 of the questions, so that a rare one counts as much as a common one."""
        return sum(self.f1(question) for question in QUESTIONS) / len(QUESTIONS)

    @property
    def accuracy(self) -> float:
        """Return the part of the proposals that are right."""
        return sum(self.table[question, question] for question in QUESTIONS) / max(1, self.table.total())

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        rows = {str(asked): [self.table[asked, other] for other in QUESTIONS] for asked in QUESTIONS}
        by_question = {str(question): round(self.f1(question), 3) for question in QUESTIONS}
        return {"macro_f1": round(self.macro_f1, 3), "phrases": self.table.total(), "f1": by_question, "table": rows}


def score(phrases: Sequence[Phrase], propose: Callable[[str], Question]) -> Scores:
    """Return the scores of a function that proposes questions, on phrases whose question is known."""
    return Scores(Counter((phrase.question, propose(phrase.text)) for phrase in phrases))
