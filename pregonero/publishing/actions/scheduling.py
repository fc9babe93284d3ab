"""Giving a publication its minute, moving it, and stopping it (P-2, P-6, rule 9)."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from pregonero.networks.registry import connector
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.prepare import cancel
from pregonero.publishing.models import NOT_YET, Adaptation, Delivery, Publication, PublicationState
from pregonero.publishing.payload import texts_of
from pregonero.publishing.states import PUBLIC, REMOVED, STOPPED, WAITING, DeliveryState
from pregonero.publishing.wakeups import schedule_wakeups
from pregonero.records.actions import record

PART_REMOVED = "Se quitó esta parte."


@transaction.atomic(durable=True)
def program_publication(*, publication: Publication, due_at: datetime, by: Member, now: datetime) -> Publication:
    """Give a draft its minute: a delivery for each part on each account that it goes out on, and the alarm of each."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_program(by, publication, now=now)
    rules.check_minute(due_at, now=now)
    rules.check_ready(queries.issues(publication))
    publication.state, publication.due_at = PublicationState.PROGRAMMED, due_at
    publication.save(update_fields=["state", "due_at"])
    going = queries.going_adaptations(publication)
    for adaptation in going:
        place_link(adaptation, [])
        _plan_parts(publication, adaptation, [])
    names = [str(adaptation.account) for adaptation in going]
    _record_minute(publication, "publication.scheduled", due_at, by, now, accounts=names)
    schedule_wakeups(_moments(publication), now=now)
    return publication


@transaction.atomic(durable=True)
def move_publication(*, publication: Publication, due_at: datetime, by: Member, now: datetime) -> Publication:
    """Move what has not gone out to another minute; what was refused or passed its hour is planned again."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    deliveries = queries.lock_deliveries(publication)
    rules.check_may_move(by, publication, deliveries, now=now)
    rules.check_minute(due_at, now=now)
    rules.check_ready(queries.issues(publication))
    before, publication.due_at = publication.due_at, due_at
    publication.save(update_fields=["due_at"])
    going = {adaptation.account_id: len(texts_of(adaptation)) for adaptation in queries.going_adaptations(publication)}
    for delivery in deliveries:
        if delivery.state in (*WAITING, *STOPPED) and delivery.position < going.get(delivery.account_id, 0):
            _plan_again(delivery, due_at)
    _record_minute(
        publication,
        "publication.rescheduled",
        due_at,
        by,
        now,
        before=before.astimezone(UTC).isoformat() if before else None,
    )
    schedule_wakeups(_moments(publication), now=now)
    return publication


def follow_adaptations(publication: Publication, *, by: Member, now: datetime) -> None:
    """Have the deliveries of a programmed publication follow what was left out and taken in, inside its edit's act.

    From a thread's last part to its first: what is left out takes with it whatever would go under it.
    """
    threads = queries.by_account(queries.lock_deliveries(publication))
    for adaptation in queries.adaptations_of(publication):
        thread = threads.get(adaptation.account_id, [])
        wanted = 0 if adaptation.skipped else len(texts_of(adaptation))
        for delivery in reversed(thread[wanted:]):
            if delivery.state in WAITING:
                cancel(delivery, reason=adaptation.skip_reason or PART_REMOVED, by=by.actor, now=now)
                delivery.reason_code = "cancelled" if adaptation.skipped else REMOVED
                delivery.save(update_fields=["reason_code"])
        if not adaptation.skipped:
            _plan_parts(publication, adaptation, thread)
    schedule_wakeups(_moments(publication), now=now)


def place_link(adaptation: Adaptation, thread: list[Delivery]) -> None:
    """Put the link where the account asks for it by now: beside the text, or under it; inside the caller's act."""
    takes_comments = connector(adaptation.account.network).capabilities.takes_comments
    under = takes_comments and adaptation.account.link_as_comment
    if under != adaptation.link_under and not any(each.state not in (*WAITING, *STOPPED) for each in thread):
        adaptation.link_under = under
        adaptation.save(update_fields=["link_under"])


def plan_taken_in(delivery: Delivery, publication: Publication) -> None:
    """Plan again, at the publication's minute, a delivery that had been left out; inside the caller's transaction."""
    if delivery.state in STOPPED and publication.due_at is not None:
        _plan_again(delivery, publication.due_at)


def _plan_parts(publication: Publication, adaptation: Adaptation, thread: list[Delivery]) -> None:
    """Plan the parts of an adaptation that have no delivery yet, each after the one above it."""
    assert publication.due_at is not None  # noqa: S101  a programmed publication has its minute, by constraint
    above = thread[-1] if thread else None
    for position in range(len(thread), len(texts_of(adaptation))):
        delivery = Delivery(
            entity_id=publication.entity_id, publication=publication, account=adaptation.account, position=position,
            follows=above,
        )  # fmt: skip
        _at_minute(delivery, publication.due_at).save()
        above = delivery


def _moments(publication: Publication) -> set[datetime]:
    own = [delivery for delivery in queries.deliveries_of(publication) if not delivery.waits_for_another]
    return {moment for delivery in own for moment in (delivery.prepare_at, delivery.ready_at)}


def _at_minute(delivery: Delivery, due_at: datetime) -> Delivery:
    """Give a delivery its moments; one under a part that is not out has none of its own yet (rule 8)."""
    delivery.due_at = due_at
    if delivery.follows is not None and delivery.follows.state not in PUBLIC:
        delivery.ready_at = delivery.prepare_at = delivery.expires_at = NOT_YET
        return delivery
    ahead = connector(delivery.account.network).capabilities.prepares_ahead_seconds
    delivery.ready_at = due_at
    delivery.prepare_at = due_at - timedelta(seconds=ahead)
    delivery.expires_at = due_at + timedelta(minutes=delivery.publication.tolerance_minutes)
    return delivery


def _plan_again(delivery: Delivery, due_at: datetime) -> None:
    delivery.state = DeliveryState.PLANNED
    _at_minute(delivery, due_at)
    delivery.reason = delivery.reason_code = delivery.cancel_requested_reason = ""
    delivery.prepared_for = ""  # what was prepared may have died meanwhile: preparing again looks at it
    delivery.save()


def _record_minute(
    publication: Publication, event_type: str, due_at: datetime, by: Member, now: datetime, **facts: object
) -> None:
    record(
        entity_id=by.entity_id, event_type=event_type, actor=by.actor, ref=publication.ref, at=now,
        facts={
            "due_at": due_at.astimezone(UTC).isoformat(), "zone": publication.zone,
            "relevance": publication.relevance, **facts,
        },
    )  # fmt: skip


@transaction.atomic(durable=True)
def cancel_publication(*, publication: Publication, reason: str, by: Member, now: datetime) -> Publication:
    """Stop everything of a publication that has not gone out, at once; what is out stays as it is."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    deliveries = queries.lock_deliveries(publication)
    rules.check_may_cancel(by, publication, deliveries, now=now)
    for delivery in reversed(deliveries):  # from a thread's last part: the first would take the rest with it
        if delivery.state in WAITING:
            cancel(delivery, reason=reason, by=by.actor, now=now)
        elif rules.can_still_be_stopped(delivery):
            # The call may have gone out: should it turn out that it did not, it is not made again.
            delivery.cancel_requested_reason = reason[:300]
            delivery.save(update_fields=["cancel_requested_reason"])
    if all(delivery.state in STOPPED for delivery in deliveries):
        publication.state = PublicationState.CANCELLED
        publication.save(update_fields=["state"])
    record(
        entity_id=by.entity_id, event_type="publication.cancelled", actor=by.actor, ref=publication.ref, at=now,
        texts={"reason": reason},
    )  # fmt: skip
    return publication
