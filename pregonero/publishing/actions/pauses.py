"""Holding everything of an entity, or one publication, and letting it go again (rule 9)."""

from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused, WrongState
from pregonero.networks import pause_lock
from pregonero.people.models import Entity, Member
from pregonero.publishing import queries, rules
from pregonero.publishing.models import Publication
from pregonero.publishing.models.manual import PublishingStop
from pregonero.publishing.wakeups import schedule_wakeups
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def stop_everything(*, reason: str, by: Member, now: datetime) -> PublishingStop:
    """Hold everything of the entity at once: nothing more is sent on any account until somebody lets it go."""
    pause_lock.block_sends()
    Entity.objects.select_for_update(no_key=True).get(pk=by.entity_id)
    rules.check_may_stop_everything(by, queries.stop_of_all(by.entity_id), now=now)
    stop = _stop(None, reason, by, now)
    record(
        entity_id=by.entity_id, event_type="publishing.paused", actor=by.actor, ref=by.entity.ref, at=now,
        texts={"reason": stop.reason}, facts={"in_the_air": queries.in_the_air(by.entity)},
    )  # fmt: skip
    return stop


@transaction.atomic(durable=True)
def stop_publication(*, publication: Publication, reason: str, by: Member, now: datetime) -> PublishingStop:
    """Hold what has not gone out of one publication, at once; its minute stays, and passes."""
    pause_lock.block_sends()
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_stop_publication(by, publication, queries.stop_of(publication), now=now)
    stop = _stop(publication, reason, by, now)
    record(
        entity_id=by.entity_id, event_type="publication.paused", actor=by.actor, ref=publication.ref, at=now,
        texts={"reason": stop.reason}, facts={"in_the_air": queries.in_the_air(by.entity, publication)},
    )  # fmt: skip
    return stop


def _stop(publication: Publication | None, reason: str, by: Member, now: datetime) -> PublishingStop:
    if not reason.strip():
        raise Refused("Escribe la razón de la pausa: la verá todo el equipo.")
    return PublishingStop.objects.create(
        entity_id=by.entity_id, publication=publication, reason=reason.strip()[:300], by=by, at=now
    )


@transaction.atomic(durable=True)
def resume_everything(*, by: Member, now: datetime) -> PublishingStop:
    """Let the entity's publications go out again; what passed its hour meanwhile is late and is not sent (rule 11)."""
    Entity.objects.select_for_update(no_key=True).get(pk=by.entity_id)
    stop = _lift(queries.stop_of_all(by.entity_id), by, now)
    record(entity_id=by.entity_id, event_type="publishing.resumed", actor=by.actor, ref=by.entity.ref, at=now)
    return stop


@transaction.atomic(durable=True)
def resume_publication(*, publication: Publication, by: Member, now: datetime) -> PublishingStop:
    """Let one publication go out again, if its hour has not passed."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    stop = _lift(queries.stop_of(publication), by, now)
    record(entity_id=by.entity_id, event_type="publication.resumed", actor=by.actor, ref=publication.ref, at=now)
    return stop


def _lift(stop: PublishingStop | None, by: Member, now: datetime) -> PublishingStop:
    rules.check_may_resume(by, now=now)
    if stop is None:
        raise WrongState("No está en pausa: alguien ya la retomó.")
    stop.lifted_by, stop.lifted_at = by, max(now, stop.at)
    stop.save(update_fields=["lifted_by", "lifted_at"])
    schedule_wakeups([now], now=now)
    return stop
