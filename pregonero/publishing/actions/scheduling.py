"""Giving a publication its time, moving it and cancelling it; its deliveries follow it (P-2, P-6, rule 9)."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from pregonero.networks.registry import connector
from pregonero.outbox.actions import schedule
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import by_account, lock_deliveries
from pregonero.outbox.states import REMOVED, STOPPED, WAITING
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.undo import keep_reversible, snapshot
from pregonero.publishing.models import Adaptation, Publication, PublicationState
from pregonero.publishing.payload import payloads_of, texts_of
from pregonero.publishing.queries.calendar import next_free_hour
from pregonero.records.actions import record
from pregonero.records.models import Event

PART_REMOVED = "Se quitó esta parte."


@transaction.atomic(durable=True)
def program_publication(*, publication: Publication, due_at: datetime, by: Member, now: datetime) -> Publication:
    """Give a draft its time, and schedule a delivery for each part on each account where it is published."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_program(by, publication, now=now)
    rules.check_minute(due_at, now=now)
    rules.check_ready(queries.issues(publication))
    publication.state, publication.due_at = PublicationState.PROGRAMMED, due_at
    publication.save(update_fields=["state", "due_at"])
    adaptations = queries.going_adaptations(publication)
    for adaptation in adaptations:
        place_link(adaptation, [])
        _schedule_parts(publication, adaptation, [], now)
    names = [str(adaptation.account) for adaptation in adaptations]
    _record_due_time(publication, "publication.scheduled", due_at, by, now, accounts=names)
    return publication


@transaction.atomic(durable=True)
def move_publication(*, publication: Publication, due_at: datetime, by: Member, now: datetime) -> Publication:
    """Move what is not published to another time; what was rejected or expired is planned again."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    move_locked(publication, due_at, by=by, now=now)
    return publication


def move_locked(
    publication: Publication,
    due_at: datetime,
    *,
    by: Member,
    now: datetime,
    group: UUID | None = None,
    made_room_for: str = "",
) -> None:
    """Move a locked publication, inside the caller's transaction. The moves of a `group` are undone together.

    `made_room_for` is the number of the publication that needed its hour.
    """
    deliveries = lock_deliveries(publication.ref)
    rules.check_may_move(by, publication, deliveries, now=now)
    rules.check_minute(due_at, now=now)
    rules.check_ready(queries.issues(publication))
    earlier = snapshot(publication, deliveries)
    before, publication.due_at = publication.due_at, due_at
    publication.save(update_fields=["due_at"])
    parts = {adaptation.account_id: len(texts_of(adaptation)) for adaptation in queries.going_adaptations(publication)}
    for delivery in deliveries:
        if delivery.state in (*WAITING, *STOPPED) and delivery.position < parts.get(delivery.account_id, 0):
            schedule.reschedule(delivery=delivery, due_at=due_at, now=now)
    facts = {"made_room_for": made_room_for} if made_room_for else {}
    event = _record_due_time(
        publication,
        "publication.rescheduled",
        due_at,
        by,
        now,
        before=before.astimezone(UTC).isoformat() if before else None,
        **facts,
    )
    keep_reversible(event, publication, earlier, by=by, group=group)


def give_minute(*, publication: Publication, due_at: datetime, by: Member, now: datetime) -> Publication:
    """Schedule a draft for a time, or move what is already scheduled to it."""
    is_scheduled = publication.state == PublicationState.PROGRAMMED
    action = move_publication if is_scheduled else program_publication
    return action(publication=publication, due_at=due_at, by=by, now=now)


def use_next_free_hour(*, publication: Publication, by: Member, now: datetime) -> Publication:
    """Schedule a publication for the next hour in which none of its accounts publishes."""
    return give_minute(publication=publication, due_at=next_free_hour(publication, now=now), by=by, now=now)


def publish_now(*, publication: Publication, by: Member, now: datetime) -> Publication:
    """Schedule a publication for the minute that is running: its deliveries are due at once."""
    return give_minute(publication=publication, due_at=now.replace(second=0, microsecond=0), by=by, now=now)


def finish_edit(publication: Publication, *, by: Member, now: datetime) -> None:
    """Store who edited a locked publication; a programmed one must still be ready, and its deliveries follow."""
    publication.revision += 1
    publication.edited_by, publication.edited_at = by, now
    publication.save(update_fields=["revision", "edited_by", "edited_at"])
    if publication.state == PublicationState.PROGRAMMED:
        rules.check_ready(queries.issues(publication))
        sync_deliveries(publication, by=by, now=now)


def sync_deliveries(publication: Publication, *, by: Member, now: datetime) -> None:
    """Make the deliveries of a programmed publication match its adaptations, inside the transaction of an edit.

    Replaces what each one sends, cancels those of removed parts and omitted accounts, and schedules the new ones.
    """
    threads = by_account(lock_deliveries(publication.ref))
    for adaptation in queries.adaptations_of(publication):
        thread = threads.get(adaptation.account_id, [])
        payloads = [] if adaptation.skipped else payloads_of(adaptation)
        # From the last part to the first, since cancelling a part also cancels those that follow it.
        for delivery in reversed(thread[len(payloads) :]):
            if delivery.state in WAITING:
                schedule.cancel(
                    delivery=delivery,
                    reason=adaptation.skip_reason or PART_REMOVED,
                    by=by.actor,
                    now=now,
                    code="cancelled" if adaptation.skipped else REMOVED,
                )
        for delivery, (_, payload) in zip(thread, payloads, strict=False):
            if delivery.state in (*WAITING, *STOPPED):
                schedule.replace(delivery=delivery, payload=payload, now=now)
        if not adaptation.skipped:
            _schedule_parts(publication, adaptation, thread, now)


def place_link(adaptation: Adaptation, thread: list[Delivery]) -> None:
    """Put the link where the account asks for it now: in the post, or as its first comment; in the caller's action."""
    takes_comments = connector(adaptation.account.network).capabilities.takes_comments
    under = takes_comments and adaptation.account.link_as_comment
    if under != adaptation.link_under and all(delivery.state in (*WAITING, *STOPPED) for delivery in thread):
        adaptation.link_under = under
        adaptation.save(update_fields=["link_under"])


def reschedule_restored(delivery: Delivery, publication: Publication, *, now: datetime) -> None:
    """Plan again, at the publication's time, a delivery that had been left out; inside the caller's transaction."""
    if delivery.state in STOPPED and publication.due_at is not None:
        schedule.reschedule(delivery=delivery, due_at=publication.due_at, now=now)


def _schedule_parts(publication: Publication, adaptation: Adaptation, thread: list[Delivery], now: datetime) -> None:
    """Schedule the parts of an adaptation that have no delivery yet, each after the previous one."""
    assert publication.due_at is not None  # noqa: S101  a programmed publication has its time, by constraint
    previous = thread[-1] if thread else None
    for position, (kind, payload) in list(enumerate(payloads_of(adaptation)))[len(thread) :]:
        previous = schedule.schedule(
            account=adaptation.account,
            subject=publication.ref,
            kind=kind,
            payload=payload,
            due_at=publication.due_at,
            now=now,
            position=position,
            follows=previous,
            tolerance_minutes=publication.tolerance_minutes,
        )


def _record_due_time(
    publication: Publication, event_type: str, due_at: datetime, by: Member, now: datetime, **facts: object
) -> Event:
    return record(
        entity_id=by.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=publication.ref,
        at=now,
        facts={
            "due_at": due_at.astimezone(UTC).isoformat(),
            "zone": publication.zone,
            "relevance": publication.relevance,
            **facts,
        },
    )


@transaction.atomic(durable=True)
def cancel_publication(*, publication: Publication, reason: str, by: Member, now: datetime) -> Publication:
    """Cancel at once everything of a publication that is not published; what is published stays."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    deliveries = lock_deliveries(publication.ref)
    rules.check_may_cancel(by, publication, deliveries, now=now)
    earlier = snapshot(publication, deliveries)
    for delivery in reversed(deliveries):  # from the last part: cancelling the first also cancels the others
        schedule.cancel(delivery=delivery, reason=reason, by=by.actor, now=now)
    if all(delivery.state in STOPPED for delivery in deliveries):
        publication.state = PublicationState.CANCELLED
        publication.save(update_fields=["state"])
    event = record(
        entity_id=by.entity_id,
        event_type="publication.cancelled",
        actor=by.actor,
        ref=publication.ref,
        at=now,
        texts={"reason": reason},
    )
    keep_reversible(event, publication, earlier, by=by)
    return publication
