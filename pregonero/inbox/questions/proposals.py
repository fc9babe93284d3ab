"""What the system proposes that a message asks for, with its reason: the rules first, then the model (Q-2, Q-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from pregonero.inbox.questions.model import QuestionModel
from pregonero.inbox.questions.rules import Rule, first_match
from pregonero.inbox.questions.text import has_question_mark
from pregonero.inbox.states import Question


@dataclass(frozen=True)
class Proposal:
    """What a message seems to ask for, and why, in Spanish. The reason has no words of the person (N-7)."""

    question: Question
    why: str


QUESTION_MARK = Proposal(Question.BASIC, "Trae una pregunta, sin rasgos de petición ni de un caso propio.")
NO_QUESTION = Proposal(Question.NONE, "No trae una pregunta: es un comentario.")
LIKE_OTHERS = "Se parece a otros mensajes de esa clase."


@dataclass(frozen=True)
class Proposer:
    """The rules in force and the model of an entity; without a model, a question mark decides when no rule applies."""

    rules: Sequence[Rule]
    model: QuestionModel | None = None

    def propose(self, text: str) -> Proposal:
        """Return what a message seems to ask for."""
        return self.by_rule(text) or self.without_rule(text)

    def by_rule(self, text: str) -> Proposal | None:
        """Return the proposal of the first rule that applies, which names its phrase; None when none does."""
        match = first_match(self.rules, text)
        if match is None:
            return None
        rule, phrase = match
        return Proposal(rule.question, f"{rule.why} Dice «{phrase.replace('*', '…')}».")

    def without_rule(self, text: str) -> Proposal:
        """Return the proposal for a message to which no rule applies."""
        if self.model is not None:
            return Proposal(self.model.classify(text), LIKE_OTHERS)
        return QUESTION_MARK if has_question_mark(text) else NO_QUESTION
