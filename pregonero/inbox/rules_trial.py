"""What a version of the rules would change among the messages of the last 90 days, before it is in force (Q-4)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from pregonero.inbox.models import Message, QuestionDecision, QuestionRules
from pregonero.inbox.question_queries import TRIED_DAYS, enactment_of, model_of, rules_in_force
from pregonero.inbox.questions.proposals import Proposer
from pregonero.inbox.questions.rules import rules_from

EXAMPLES = 5  # of each change
BATCH = 2_000


@dataclass
class TrialCounts:
    """What changes, counted: `moves` by "BASIC>PQRSD", with the ids of the newest messages of each in `examples`.

    `decided` counts the changed messages whose question a person had confirmed.
    """

    compared_with: int
    messages: int = 0
    changed: int = 0
    decided: int = 0
    right_before: int = 0
    right_after: int = 0
    moves: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def try_rules(version: QuestionRules, *, now: datetime) -> TrialCounts:
    """Return what a version changes against the rules in force, with the same model, the newest messages first."""
    model, enactment = model_of(version.entity_id), enactment_of(version.entity_id)
    before, after = Proposer(rules_in_force(version.entity_id), model), Proposer(rules_from(version.rules), model)
    counts = TrialCounts(enactment.trial.version.number if enactment else 0)
    decisions = _decisions(version.entity_id, now)
    messages = Message.objects.filter(
        conversation__entity_id=version.entity_id, contact__isnull=False, is_work=True, written_at__gte=now - TRIED_DAYS
    )
    for pk, text in messages.exclude(text="").order_by("-pk").values_list("pk", "text").iterator(BATCH):
        _count(counts, pk, _questions(before, after, text), decisions.get(pk, ""))
    return counts


def _decisions(entity_id: int, now: datetime) -> dict[int, str]:
    """Return the last word of people on the messages that they decided."""
    decided = QuestionDecision.objects.filter(
        message__conversation__entity_id=entity_id, message__written_at__gte=now - TRIED_DAYS
    )
    return dict(decided.order_by("pk").values_list("message_id", "question"))


def _questions(before: Proposer, after: Proposer, text: str) -> tuple[str, str]:
    """Return what both propose; the model, which is slow, is asked only when one of them needs it."""
    first, second = before.by_rule(text), after.by_rule(text)
    if first is None and second is None:
        return "", ""
    if first is None:
        first = before.without_rule(text)
    if second is None:
        second = after.without_rule(text)
    return str(first.question), str(second.question)


def _count(counts: TrialCounts, pk: int, questions: tuple[str, str], decided: str) -> None:
    before, after = questions
    counts.messages += 1
    if before != after:
        move = f"{before}>{after}"
        counts.changed += 1
        counts.moves[move] += 1
        if len(counts.examples[move]) < EXAMPLES:
            counts.examples[move].append(pk)
        if decided:
            counts.decided += 1
            counts.right_before += before == decided
            counts.right_after += after == decided
