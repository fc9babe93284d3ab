"""Giving a publication its minute, moving it, and stopping it (P-2, P-6, rule 9)."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from pregonero.networks.models import Account
from pregonero.networks.registry import connector
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.actions.preparing import cancel
from pregonero.publishing.alarms import set_alarms
from pregonero.publishing.models import Delivery, Publication, PublicationState
from pregonero.publishing.states import STOPPED, WAITING, DeliveryState
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def program_publication(*, publication: Publication, due_at: datetime, by: Member, now: datetime) -> Publication:
    """Give a draft its minute: one delivery for each account that it goes out on, and the alarm of each."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    rules.check_may_program(by, publication, now=now)
    rules.check_minute(due_at, now=now)
    rules.check_ready(queries.issues(publication))
    publication.state, publication.due_at = PublicationState.PROGRAMMED, due_at
    publication.save(update_fields=["state", "due_at"])
    accounts = [adaptation.account for adaptation in queries.going_adaptations(publication)]
    Delivery.objects.bulk_create(
        _at_minute(Delivery(entity_id=publication.entity_id, publication=publication, account=account), due_at)
        for account in accounts
    )
    names = [str(account) for account in accounts]
    _record_minute(publication, "publication.programmed", due_at, by, now, accounts=names)
    set_alarms(_moments(publication), now=now)
    return publication


@transaction.atomic(durable=True)
def move_publication(*, publication: Publication, due_at: datetime, by: Member, now: datetime) -> Publication:
    """Move what has not gone out to another minute; what was refused or passed its hour is planned again."""
    publication = queries.get_publication(member=by, pk=publication.pk, for_update=True)
    deliveries = queries.lock_deliveries(publication)
    rules.check_may_move(by, publication, deliveries, now=now)
    rules.check_minute(due_at, now=now)
    rules.check_ready(queries.issues(publication))
    publication.due_at = due_at
    publication.save(update_fields=["due_at"])
    for delivery in deliveries:
        if delivery.state in (*WAITING, *STOPPED):
            _plan_again(delivery, due_at)
    _record_minute(publication, "publication.moved", due_at, by, now)
    set_alarms(_moments(publication), now=now)
    return publication


def follow_adaptations(publication: Publication, *, by: Member, now: datetime) -> None:
    """Have the deliveries of a programmed publication follow what was left out and taken in, inside its edit's act."""
    deliveries = {delivery.account_id: delivery for delivery in queries.lock_deliveries(publication)}
    for adaptation in queries.adaptations_of(publication):
        delivery = deliveries.get(adaptation.account_id)
        if adaptation.skipped and delivery is not None and delivery.state in WAITING:
            cancel(delivery, reason=adaptation.skip_reason, by=by.actor, now=now)
        elif not adaptation.skipped and delivery is None:
            _plan(publication, adaptation.account)
    set_alarms(_moments(publication), now=now)


def plan_taken_in(delivery: Delivery, publication: Publication) -> None:
    """Plan again, at the publication's minute, a delivery that had been left out; inside the caller's transaction."""
    if delivery.state in STOPPED and publication.due_at is not None:
        _plan_again(delivery, publication.due_at)


def _plan(publication: Publication, account: Account) -> None:
    assert publication.due_at is not None  # noqa: S101  a programmed publication has its minute, by constraint
    delivery = Delivery(entity_id=publication.entity_id, publication=publication, account=account)
    _at_minute(delivery, publication.due_at).save()


def _moments(publication: Publication) -> set[datetime]:
    deliveries = queries.deliveries_of(publication)
    return {moment for delivery in deliveries for moment in (delivery.prepare_at, delivery.ready_at)}


def _at_minute(delivery: Delivery, due_at: datetime) -> Delivery:
    ahead = connector(delivery.account.network).capabilities.prepares_ahead_seconds
    delivery.due_at = delivery.ready_at = due_at
    delivery.prepare_at = due_at - timedelta(seconds=ahead)
    delivery.expires_at = due_at + timedelta(minutes=delivery.publication.tolerance_minutes)
    return delivery


def _plan_again(delivery: Delivery, due_at: datetime) -> None:
    delivery.state = DeliveryState.PLANNED
    _at_minute(delivery, due_at)
    delivery.reason = delivery.reason_code = delivery.stopped_because = ""
    delivery.prepared_for = ""  # what was prepared may have died meanwhile: preparing again looks at it
    delivery.save()


def _record_minute(
    publication: Publication, verb: str, due_at: datetime, by: Member, now: datetime, **facts: object
) -> None:
    record(
        entity_id=by.entity_id, verb=verb, actor=by.actor, thing=publication.thing, at=now,
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
    for delivery in deliveries:
        if delivery.state in WAITING:
            cancel(delivery, reason=reason, by=by.actor, now=now)
        elif rules.can_still_be_stopped(delivery):
            # The call may have gone out: should it turn out that it did not, it is not made again.
            delivery.stopped_because = reason[:300]
            delivery.save(update_fields=["stopped_because"])
    if all(delivery.state in STOPPED for delivery in deliveries):
        publication.state = PublicationState.CANCELLED
        publication.save(update_fields=["state"])
    record(
        entity_id=by.entity_id, verb="publication.cancelled", actor=by.actor, thing=publication.thing, at=now,
        words={"reason": reason},
    )  # fmt: skip
    return publication
