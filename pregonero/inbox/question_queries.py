"""The rules and the model in force, their versions, and what a model learns from (Q-2, Q-4, N-7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Count, Exists, F, Max, OuterRef, Q

from pregonero.errors import NotFound
from pregonero.inbox.models import (
    Contact,
    Conversation,
    Message,
    QuestionDecision,
    QuestionRules,
    RulesEnactment,
    RulesTrial,
    TrainedModel,
)
from pregonero.inbox.questions.model import RECIPE, QuestionModel, model_from
from pregonero.inbox.questions.phrases import Phrase, digest_of_phrases
from pregonero.inbox.questions.proposals import LIKE_OTHERS, Proposer
from pregonero.inbox.questions.rules import Rule, rules_from, shipped_rules
from pregonero.inbox.states import Question
from pregonero.people.models import Entity, Member

TRIED_DAYS = timedelta(days=90)
MOST_LEARNED = 5_000  # decisions of the entity, the newest ones
LEARN_EVERY = timedelta(hours=20)  # new decisions wait for the next night


def recipe() -> str:
    """Return the name of the code and the shipped phrases with which a model is trained now."""
    return f"{RECIPE}:{digest_of_phrases()}"


def proposer_of(entity_id: int) -> Proposer:
    """Return what proposes the questions of an entity: its rules in force and its latest model."""
    return Proposer(rules_in_force(entity_id), model_of(entity_id))


def rules_in_force(entity_id: int) -> tuple[Rule, ...]:
    """Return the rules in force of an entity: the shipped ones until its people put others in force."""
    enactment = enactment_of(entity_id)
    return rules_from(enactment.trial.version.rules) if enactment else shipped_rules()


def enactment_of(entity_id: int) -> RulesEnactment | None:
    """Return how the rules in force came to be, or None for the shipped ones."""
    enactments = RulesEnactment.objects.filter(entity_id=entity_id).select_related("trial__version", "by")
    return enactments.order_by("-pk").first()


def model_of(entity_id: int) -> QuestionModel | None:
    """Return the latest model of an entity, or None before its first training."""
    trained = latest_model(entity_id)
    return _weights(trained.pk) if trained is not None and trained.recipe == recipe() else None


def latest_model(entity_id: int) -> TrainedModel | None:
    """Return the latest trained model of an entity without its weights, or None."""
    return TrainedModel.objects.filter(entity_id=entity_id).defer("weights").order_by("-number").first()


@lru_cache(maxsize=8)
def _weights(pk: int) -> QuestionModel | None:
    """Return a model by its id. Weights never change: they are read once in each process."""
    weights = TrainedModel.objects.values_list("weights", flat=True).get(pk=pk)
    return model_from(bytes(weights)) if weights is not None else None


def heaviest_words(conversation: Conversation, message: Message | None) -> list[str]:
    """Return the words of a message that weighed most for what the model proposed; none when a rule proposed it."""
    if message is None or conversation.is_confirmed or conversation.question_why != LIKE_OTHERS:
        return []
    model = model_of(conversation.entity_id)
    return model.heaviest_words(message.text, Question(conversation.question)) if model else []


def learned_phrases(entity_id: int) -> list[Phrase]:
    """Return the messages whose question people of the entity confirmed, with the last decision on each.

    Erased and deleted messages are left out (N-7).
    """
    decisions = QuestionDecision.objects.filter(message__conversation__entity_id=entity_id)
    latest = decisions.order_by("message_id", "-pk").distinct("message_id").values("pk")
    found = decisions.filter(pk__in=latest, message__deleted_at=None).exclude(message__text="")
    return [
        Phrase(decision.message.text, Question(decision.question), f"contact:{decision.message.contact_id}")
        for decision in found.select_related("message").order_by("-pk")[:MOST_LEARNED]
    ]


def entities_to_train(*, now: datetime) -> list[int]:
    """Return the ids of the entities whose model is missing, old, or learned from what was erased since."""
    return [pk for pk in Entity.objects.order_by("pk").values_list("pk", flat=True) if _is_to_train(pk, now)]


def _is_to_train(entity_id: int, now: datetime) -> bool:
    trained = latest_model(entity_id)
    if trained is None or trained.recipe != recipe():
        return True
    if Contact.objects.filter(entity_id=entity_id, erased_at__gt=trained.at).exists():
        return True
    decisions = QuestionDecision.objects.filter(message__conversation__entity_id=entity_id)
    newest = decisions.aggregate(newest=Max("at"))["newest"]
    return newest is not None and newest > trained.at and now - trained.at > LEARN_EVERY


def get_rules(*, member: Member, pk: int) -> QuestionRules:
    """Return a version of the rules of the member's entity. Raises `NotFound` for any other."""
    found = QuestionRules.objects.filter(pk=pk, entity_id=member.entity_id).select_related("entity", "by").first()
    if found is None:
        raise NotFound
    return found


def rules_to_try(*, pk: int) -> QuestionRules:
    """Return a version of any entity, for the job that tries it. Raises `NotFound`."""
    found = QuestionRules.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("La versión ya no existe.")
    return found


def rules_versions(entity: Entity) -> list[QuestionRules]:
    """Return the versions of the rules, the newest first."""
    return list(QuestionRules.objects.filter(entity=entity).select_related("by").order_by("-number")[:100])


def latest_trial(version: QuestionRules) -> RulesTrial | None:
    """Return the latest trial of a version, or None while it is tried."""
    return RulesTrial.objects.filter(version=version).order_by("-pk").first()


def get_trial(*, member: Member, pk: int) -> RulesTrial:
    """Return a trial of the member's entity. Raises `NotFound` for any other."""
    found = RulesTrial.objects.filter(pk=pk, version__entity_id=member.entity_id).select_related("version").first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Move:
    """How many messages change from one question to another, with the texts of some examples that were not erased."""

    before: str
    after: str
    count: int
    examples: tuple[str, ...]


def moves_of(trial: RulesTrial) -> list[Move]:
    """Return the changes of a trial, the most common first."""
    ids = [pk for examples in trial.examples.values() for pk in examples]
    texts = dict(Message.objects.filter(pk__in=ids).exclude(text="").values_list("pk", "text"))
    moves = sorted(trial.moves.items(), key=lambda move: (-move[1], move[0]))
    return [
        _move(name, count, [texts[pk] for pk in trial.examples.get(name, []) if pk in texts]) for name, count in moves
    ]


def _move(name: str, count: int, examples: list[str]) -> Move:
    before, after = (Question(value).label for value in name.split(">"))
    return Move(before, after, count, tuple(examples))


@dataclass(frozen=True)
class ConfirmedShare:
    """How many of the latest proposals people confirmed as they were."""

    decided: int
    as_proposed: int

    @property
    def percent(self) -> int:
        """Return the part of them in a hundred."""
        return round(100 * self.as_proposed / self.decided) if self.decided else 0


def confirmed_share(entity: Entity, *, now: datetime) -> ConfirmedShare:
    """Return how often people confirmed what was proposed, in the last 90 days."""
    first = QuestionDecision.objects.filter(message__conversation__entity=entity, at__gte=now - TRIED_DAYS)
    first = first.filter(~Exists(QuestionDecision.objects.filter(message=OuterRef("message"), pk__lt=OuterRef("pk"))))
    counts = first.aggregate(decided=Count("pk"), same=Count("pk", filter=Q(proposed=F("question"))))
    return ConfirmedShare(counts["decided"], counts["same"])
