"""A comment that a list held and whose review was asked for, for the table of addresses. It records nothing."""

from datetime import date
from typing import Any

from django.utils import timezone

from pregonero.inbox.models import Message
from pregonero.moderation.models import (
    CommunityRule,
    CriterionCheck,
    Decision,
    ModeratedComment,
    ReviewRequest,
    RulesVersion,
)
from pregonero.moderation.states import Criterion, Verb, Visibility
from pregonero.people.roles import Role
from tests.attack.conftest import Stage


def day_of_facebook(stage: Stage) -> list[Any]:
    """Return the arguments of an address of the close of a day of Facebook's account."""
    return [date(2026, 11, 24), stage.accounts["facebook"].pk]


def review_of(stage: Stage) -> list[Any]:
    """Return the arguments of an address of a review."""
    found = ReviewRequest.objects.first()
    if found is not None:
        return [found.pk]
    message = Message.objects.filter(conversation=stage.inbox.asked).order_by("pk")[0]
    rule = _rule(stage)
    now = timezone.now()
    decision = Decision.objects.create(
        message=message,
        account=message.account,
        verb=Verb.HOLD,
        category="INSULT",
        rule=rule,
        reason="Está en la lista.",
        source_kind="word_list",
        source_id=1,
        source_name="Insultos",
        at=now,
    )
    shared = {"message": message, "entity": stage.entity, "account": message.account, "decision": decision}
    ModeratedComment.objects.create(**shared, visibility=Visibility.HELD, changed_at=now)
    return [ReviewRequest.objects.create(**shared, asked_at=now, due_on=timezone.localdate(now)).pk]


def _rule(stage: Stage) -> CommunityRule:
    by, now = stage.people[Role.COORDINATOR], timezone.now()
    version = RulesVersion.objects.create(
        entity=stage.entity, number=1, introduction="Para conversar.", reason="Primera", written_by=by, written_at=now
    )
    rule = CommunityRule.objects.create(
        version=version, number=1, category="INSULT", title="No insultes", text="A nadie."
    )
    for criterion in Criterion:
        CriterionCheck.objects.create(version=version, criterion=criterion, note="Se cumple.", by=by, at=now)
    RulesVersion.objects.filter(pk=version.pk).update(in_force_by=by, in_force_at=now)
    return rule
