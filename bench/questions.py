"""Measures how often the system is right about what a message asks for, on the phrases that no model learned from."""

from dataclasses import dataclass
from typing import Any

from pregonero.inbox.questions.model import QUESTIONS
from pregonero.inbox.questions.phrases import shipped_phrases
from pregonero.inbox.questions.proposals import Proposer
from pregonero.inbox.questions.rules import shipped_rules
from pregonero.inbox.questions.scores import Scores, score
from pregonero.inbox.questions.trainer import train

TRAITS = {
    "plain": "sin dificultad",
    "spelling": "escritas como suenan",
    "two": "dos preguntas en una",
    "insult": "dentro de un insulto",
    "irony": "con ironía",
    "unsaid": "peticiones sin la palabra",
}


@dataclass(frozen=True)
class Report:
    """The figures of the rules alone, of the model alone, and of both as the system proposes."""

    learned: int
    rules: Scores
    model: Scores
    system: Scores
    by_trait: dict[str, Scores]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        ways = {"rules": self.rules, "model": self.model, "system": self.system}
        traits = {name: {"phrases": one.table.total(), "right": one.accuracy} for name, one in self.by_trait.items()}
        return {"learned": self.learned, **{name: one.as_dict() for name, one in ways.items()}, "traits": traits}

    def lines(self) -> list[str]:
        """Return the figures as the tables of docs/preguntas.md."""
        ways = (("Solo las reglas", self.rules), ("Solo el modelo", self.model), ("El sistema", self.system))
        names = [question.label for question in QUESTIONS]
        return [
            f"Frases aprendidas: {self.learned}. Frases apartadas: {self.system.table.total()}.",
            "",
            f"| F1 | media | {' | '.join(names)} |",
            f"|---|{'---|' * (len(names) + 1)}",
            *(_row(name, (one.macro_f1, *(one.f1(question) for question in QUESTIONS))) for name, one in ways),
            "",
            f"| Pide \\ se propone | {' | '.join(names)} |",
            f"|---|{'---|' * len(names)}",
            *(_counts(self.system, question.label, index) for index, question in enumerate(QUESTIONS)),
            "",
            "| Frases | cuántas | bien |",
            "|---|---|---|",
            *(
                f"| {TRAITS[name]} | {one.table.total()} | {100 * one.accuracy:.0f} % |"
                for name, one in self.by_trait.items()
            ),
        ]


def _row(name: str, values: tuple[float, ...]) -> str:
    return f"| {name} | {' | '.join(f'{value:.3f}'.replace('.', ',') for value in values)} |"


def _counts(scores: Scores, label: str, index: int) -> str:
    return f"| {label} | {' | '.join(str(scores.table[QUESTIONS[index], other]) for other in QUESTIONS)} |"


def measure() -> Report:
    """Train a model on the shipped phrases, and measure it on those that were set apart before."""
    learned, held_out = shipped_phrases("training"), shipped_phrases("held_out")
    model = train(learned)
    only_rules, both = Proposer(shipped_rules()), Proposer(shipped_rules(), model)
    return Report(
        learned=len(learned),
        rules=score(held_out, lambda text: only_rules.propose(text).question),
        model=score(held_out, model.classify),
        system=score(held_out, lambda text: both.propose(text).question),
        by_trait={
            trait: score(
                [phrase for phrase in held_out if phrase.trait == trait], lambda text: both.propose(text).question
            )
            for trait in TRAITS
        },
    )
