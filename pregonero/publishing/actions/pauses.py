"""Pausing everything of an entity, or one publication, and resuming it (rule 9)."""

from datetime import datetime

from django.db import transaction

from pregonero.networks import pause_lock
from pregonero.outbox.actions import schedule
from pregonero.outbox.models import Hold
from pregonero.outbox.queries.holds import count_in_flight, hold_on, hold_on_everything
from pregonero.people.models import Entity, Member
from pregonero.publishing import queries, rules
from pregonero.publishing.models import Publication
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def pause_everything(*, reason: str, by: Member, now: datetime) -> Hold:
    """Pause everything of the entity at once: nothing more is sent on any account until somebody resumes it."""
    pause_lock.block_sends()
    entity = Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    rules.check_may_pause_everything(by, hold_on_everything(by.entity_id), now=now)
    hold = schedule.hold(entity=entity, subject=None, reason=reason, by=by, now=now)
    record(
        entity_id=by.entity_id,
        event_type="publishing.paused",
        actor=by.actor,
        ref=by.entity.ref,
        at=now,
        texts={"reason": hold.reason},
        facts={"in_flight": count_in_flight(by.entity)},
    )
    return hold


@transaction.atomic(durable=True)
def pause_publication(*, publication: Publication, reason: str, by: Member, now: datetime) -> Hold:
    """Pause at once what is not published of one publication; its due time stays, and passes."""
    pause_lock.block_sends()
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_pause_publication(by, publication, hold_on(publication.ref), now=now)
    hold = schedule.hold(entity=publication.entity, subject=publication.ref, reason=reason, by=by, now=now)
    record(
        entity_id=by.entity_id,
        event_type="publication.paused",
        actor=by.actor,
        ref=publication.ref,
        at=now,
        texts={"reason": hold.reason},
        facts={"in_flight": count_in_flight(by.entity, publication.ref)},
    )
    return hold


@transaction.atomic(durable=True)
def resume_everything(*, by: Member, now: datetime) -> Hold:
    """Resume the entity's publications; what passed its due time meanwhile is late and is not sent (rule 11)."""
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    rules.check_may_resume(by, now=now)
    hold = schedule.release(hold=hold_on_everything(by.entity_id), by=by, now=now)
    record(entity_id=by.entity_id, event_type="publishing.resumed", actor=by.actor, ref=by.entity.ref, at=now)
    return hold


@transaction.atomic(durable=True)
def resume_publication(*, publication: Publication, by: Member, now: datetime) -> Hold:
    """Resume one publication, if its due time has not passed."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_resume(by, now=now)
    hold = schedule.release(hold=hold_on(publication.ref), by=by, now=now)
    record(entity_id=by.entity_id, event_type="publication.resumed", actor=by.actor, ref=publication.ref, at=now)
    return hold
