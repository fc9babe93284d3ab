"""Restore deliveries to a snapshot taken before an action that is undone, inside the caller's transaction."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pregonero.outbox.models import Delivery
from pregonero.outbox.states import IN_FLIGHT, STOPPED, WAITING, DeliveryState
from pregonero.outbox.wakeups import schedule_wakeups

TIMES = ("due_at", "prepare_at", "ready_at", "expires_at")
REASONS = ("reason_code", "reason", "cancel_requested_reason")
Snapshot = Mapping[str, str]
"""The state, times and reasons of a delivery, as JSON."""


def snapshot_of(delivery: Delivery) -> dict[str, str]:
    """Return the state, times and reasons of a delivery, to restore it later."""
    times = {name: getattr(delivery, name).astimezone(UTC).isoformat() for name in TIMES}
    return {"state": delivery.state, **times, **{name: getattr(delivery, name) for name in REASONS}}


def restore(*, delivery: Delivery, snapshot: Snapshot, now: datetime) -> None:
    """Restore a locked delivery. A waiting delivery waits again for its time; one that is being sent goes on.

    The caller has checked that since the snapshot the delivery was not published and its sending did not begin.
    """
    before = DeliveryState(snapshot["state"])
    if delivery.state in (*IN_FLIGHT, DeliveryState.NEEDS_PERSON):
        delivery.cancel_requested_reason = snapshot["cancel_requested_reason"]
        delivery.save(update_fields=["cancel_requested_reason"])
        return
    if delivery.state not in (*WAITING, *STOPPED):
        return  # it was public when the snapshot was taken
    delivery.state = before if before in STOPPED else DeliveryState.PLANNED
    for name in TIMES:
        setattr(delivery, name, datetime.fromisoformat(snapshot[name]))
    for name in REASONS:
        setattr(delivery, name, snapshot[name])
    delivery.prepared_for = ""  # what was prepared may have been removed meanwhile: preparing checks it again
    delivery.save()
    if delivery.state in WAITING and not delivery.waits_for_previous_part:
        schedule_wakeups({delivery.prepare_at, delivery.ready_at}, now=now)
