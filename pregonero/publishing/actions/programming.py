"""Giving a publication its minute, moving it, and stopping it (P-2, P-6, rule 9)."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.networks.registry import connector
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
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
    delivery.reason = delivery.reason_code = ""
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
            _cancel(delivery, by, reason, now)
    if all(delivery.state in STOPPED for delivery in deliveries):
        publication.state = PublicationState.CANCELLED
        publication.save(update_fields=["state"])
    record(
        entity_id=by.entity_id, verb="publication.cancelled", actor=by.actor, thing=publication.thing, at=now,
        words={"reason": reason},
    )  # fmt: skip
    return publication


def _cancel(delivery: Delivery, by: Member, reason: str, now: datetime) -> None:
    delivery.state, delivery.reason_code, delivery.reason = DeliveryState.CANCELLED, "cancelled", reason[:300]
    delivery.held_by, delivery.held_until = "", None
    delivery.save()
    record(
        entity_id=delivery.entity_id, verb="delivery.cancelled", actor=by.actor, thing=delivery.thing, at=now,
        related=[delivery.publication.thing],
    )  # fmt: skip
    if delivery.prepared:
        app.configure_task("publishing.clean_delivery").defer(delivery_id=delivery.pk)
