"""Setting the limits of an entity's word lists: second person and brake (N-4)."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from pregonero.moderation.list_queries import set_limits_of
from pregonero.moderation.list_rules import check_reason
from pregonero.moderation.list_states import Limits
from pregonero.moderation.models import ListLimits
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def set_list_limits(*, limits: Limits, reason: str, by: Member, now: datetime) -> ListLimits:
    """Set the limits for the trials and the brakes from now on; a version that was tried keeps what it needs."""
    check_may(by, "community_rules.publish", now=now)
    reason = check_reason(reason)
    entity = Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    latest = set_limits_of(entity)
    stored = ListLimits.objects.create(
        entity=entity, number=latest.number + 1 if latest else 1, reason=reason, by=by, at=now, **asdict(limits)
    )
    record(
        entity_id=entity.pk,
        event_type="list_limits.set",
        actor=by.actor,
        ref=stored.ref,
        at=now,
        facts=asdict(limits),
        texts={"reason": reason},
    )
    return stored
