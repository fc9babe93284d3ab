"""Undo a move or a cancellation of a publication in its first ten seconds (rule 9)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from pregonero.outbox.actions.restore import restore, snapshot_of
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import lock_deliveries
from pregonero.people.models import Member
from pregonero.publishing import queries, rules
from pregonero.publishing.models import Publication, PublicationState, ReversibleAct
from pregonero.records.actions import record
from pregonero.records.models import Event
from pregonero.records.undo import check_nobody_acted_since


def snapshot(publication: Publication, deliveries: Iterable[Delivery]) -> dict[str, Any]:
    """Return the state of a locked publication and of its deliveries, before an action that can be undone."""
    return {
        "state": publication.state,
        "due_at": publication.due_at.astimezone(UTC).isoformat() if publication.due_at else None,
        "deliveries": {str(delivery.pk): snapshot_of(delivery) for delivery in deliveries},
    }


def keep_reversible(
    event: Event, publication: Publication, before: dict[str, Any], *, by: Member, group: UUID | None = None
) -> None:
    """Store what undoing an act needs, inside the transaction of the act. One undo undoes the acts of a group."""
    ReversibleAct.objects.create(
        publication=publication, event_id=event.pk, at=event.at, by=by, before=before, group=group
    )


@transaction.atomic(durable=True)
def undo_act(*, act: ReversibleAct, by: Member, now: datetime) -> Publication:
    """Restore a publication and its deliveries to their state before an action of the same person.

    If the action moved several publications, all of them are restored, or none. Refused after ten seconds, if a person
    acted on one of them since, and if a delivery went out since.
    """
    acts = queries.acts_undone_with(act, member=by)
    publications = {
        pk: queries.get_publication(member=by, pk=pk, for_update=True)
        for pk in sorted(together.publication_id for together in acts)
    }
    for together in acts:
        locked = queries.get_reversible_act(member=by, pk=together.pk, for_update=True)
        _restore(locked, publications[locked.publication_id], by=by, now=now)
    return publications[act.publication_id]


def _restore(act: ReversibleAct, publication: Publication, *, by: Member, now: datetime) -> None:
    """Restore one locked publication, inside the caller's transaction."""
    deliveries = lock_deliveries(publication.ref)
    event = queries.event_of(act)
    rules.check_may_undo(by, act, event.event_type, now=now)
    rules.check_nothing_went_out(deliveries, act.before["deliveries"])
    refs = [publication.ref, *(delivery.ref for delivery in deliveries)]
    check_nobody_acted_since(act.event_id, refs, entity_id=by.entity_id)
    for delivery in deliveries:
        restore(delivery=delivery, snapshot=act.before["deliveries"][str(delivery.pk)], now=now)
    publication.state = PublicationState(act.before["state"])
    due_at = act.before["due_at"]
    publication.due_at = datetime.fromisoformat(due_at) if due_at else None
    publication.save(update_fields=["state", "due_at"])
    act.undone_at = now
    act.save(update_fields=["undone_at"])
    record(
        entity_id=by.entity_id,
        event_type="publication.undone",
        actor=by.actor,
        ref=publication.ref,
        at=now,
        facts={"undone": event.event_type, "event": event.pk},
    )
