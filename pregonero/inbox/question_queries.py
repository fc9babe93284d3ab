"""The rules and the model in force, their versions, and what a model learns from (Q-2, Q-4, N-7)."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Max

from pregonero.inbox.models import Contact, Conversation, Message, QuestionDecision, RulesEnactment, TrainedModel
from pregonero.inbox.questions.model import RECIPE, QuestionModel, model_from
from pregonero.inbox.questions.phrases import Phrase, digest_of_phrases
from pregonero.inbox.questions.proposals import LIKE_OTHERS, Proposer
from pregonero.inbox.questions.rules import Rule, rules_from, shipped_rules
from pregonero.inbox.states import Question
from pregonero.people.models import Entity

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
    """Return the messages whose question people of the entity confirmed, with the last word on each.

    What was erased or deleted has left them (N-7).
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
