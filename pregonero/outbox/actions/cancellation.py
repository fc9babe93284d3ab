"""How a delivery ends without being published: cancelled, rejected or expired; and what that does to its thread."""

from datetime import datetime, timedelta

from django.db.models import F, Value
from django.db.models.functions import Greatest
from procrastinate.contrib.django import app

from pregonero.outbox.models import PUBLIC_KINDS, Attempt, Delivery, Outcome
from pregonero.outbox.queries.queue import lock_following_parts
from pregonero.outbox.states import DeliveryState
from pregonero.outbox.subjects import DeliveryEvent, notify_owner
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, Actor, record

RECHECK_AFTER = (30.0, 120.0, 600.0, 3600.0)
"""Seconds after which a network is asked again whether it took late a call that it did not answer."""


def cancel_delivery(delivery: Delivery, *, reason: str, by: Actor, now: datetime, code: str = "cancelled") -> None:
    """Set a locked delivery cancelled and recorded, and the parts that follow it; inside the caller's transaction."""
    _set_cancelled(delivery, reason=reason, by=by, now=now, code=code)
    cancel_following_parts(delivery, by=by, now=now)


def reject_delivery(delivery: Delivery, *, code: str, reason: str, now: datetime) -> None:
    """Set a locked delivery rejected by its network, recorded and notified; inside the caller's transaction."""
    delivery.state = DeliveryState.REJECTED
    delivery.reason_code, delivery.reason = code[:60], reason[:300]
    _end(delivery, "delivery.rejected", by=SYSTEM, now=now, facts={"code": code})
    cancel_following_parts(delivery, by=SYSTEM, now=now)
    notify_owner(delivery, DeliveryEvent.REJECTED, now=now)


def expire_delivery(delivery: Delivery, *, why: str, now: datetime) -> None:
    """Set a locked delivery expired, recorded and notified (rule 11); inside the caller's transaction."""
    delivery.state, delivery.reason_code = DeliveryState.EXPIRED, "too_late"
    delivery.reason = f"Pasó su hora y no se envió. {why}".strip()[:300]
    _end(delivery, "delivery.expired", by=SYSTEM, now=now)
    cancel_following_parts(delivery, by=SYSTEM, now=now)
    notify_owner(delivery, DeliveryEvent.EXPIRED, now=now)


def cancel_following_parts(delivery: Delivery, *, by: Actor, now: datetime) -> None:
    """Cancel what would go under a delivery that is not published (rule 8)."""
    for part in lock_following_parts(delivery):
        reason = f"La parte {delivery.position + 1} no salió: {delivery.reason}"
        _set_cancelled(part, reason=reason, by=by, now=now, code="cancelled")


def release_next_part(delivery: Delivery, *, now: datetime) -> None:
    """Make the part that follows a published delivery due now: its tolerance counts from now (rule 8)."""
    tolerance = timedelta(minutes=delivery.tolerance_minutes)
    next_part = Delivery.objects.filter(follows=delivery, state=DeliveryState.PLANNED)
    expires_at = Greatest(F("due_at"), Value(now)) + Value(tolerance)
    if next_part.update(ready_at=now, prepare_at=now, expires_at=expires_at):
        schedule_wakeups([now], now=now)


def schedule_cleanup(delivery: Delivery) -> None:
    """Forget what was prepared, and enqueue its removal at the network (rule 12); the caller saves the delivery.

    It is forgotten first: a later preparation must not continue from what may be removed at any time.
    """
    if delivery.prepared:
        app.configure_task("outbox.clean").defer(
            delivery_id=delivery.pk, account_id=delivery.account_id, prepared=delivery.prepared
        )
    delivery.prepared, delivery.prepared_for = {}, ""


def schedule_recheck(delivery: Delivery, *, now: datetime) -> None:
    """Look again later for a post that the network may take late; the caller saves the delivery."""
    if not delivery.attempts_made or delivery.kind not in PUBLIC_KINDS:
        return
    if Attempt.objects.filter(delivery=delivery, outcome=Outcome.UNCERTAIN).exists():
        delivery.rechecks_made, delivery.recheck_at = 0, now + timedelta(seconds=RECHECK_AFTER[0])
        schedule_wakeups([delivery.recheck_at], now=now)


def clear_lease(delivery: Delivery) -> None:
    """End the lease of a locked delivery and save it; inside the caller's transaction."""
    delivery.leased_by, delivery.leased_until = "", None
    delivery.save()


def _set_cancelled(delivery: Delivery, *, reason: str, by: Actor, now: datetime, code: str) -> None:
    delivery.state, delivery.reason_code, delivery.reason = DeliveryState.CANCELLED, code, reason[:300]
    delivery.cancel_requested_reason = ""
    _end(delivery, "delivery.cancelled", by=by, now=now)


def _end(delivery: Delivery, event_type: str, *, by: Actor, now: datetime, facts: dict[str, str] | None = None) -> None:
    schedule_cleanup(delivery)
    schedule_recheck(delivery, now=now)
    clear_lease(delivery)
    record(
        entity_id=delivery.entity_id,
        event_type=event_type,
        actor=by,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        facts=facts or {},
    )
