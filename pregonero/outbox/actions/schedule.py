"""What an owner does with its operations: schedule, replace, reschedule, cancel, hold and release them.

Every function runs inside the owner's transaction, on deliveries that it locked.
"""

from datetime import datetime, timedelta

from pregonero.errors import Refused, WrongState
from pregonero.networks.base import OperationKind
from pregonero.networks.models import Account
from pregonero.networks.registry import connector
from pregonero.outbox.actions.cancellation import cancel_delivery
from pregonero.outbox.models import NOT_YET, TOLERANCE_MINUTES, Delivery, Hold
from pregonero.outbox.payload import Payload, content_of, fingerprint_of, post_payload
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, STOPPED, WAITING, DeliveryState
from pregonero.outbox.subjects import handler_of
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.people.models import Entity, Member
from pregonero.records.actions import Actor, ObjectRef, record


def schedule(
    *,
    account: Account,
    subject: ObjectRef,
    kind: OperationKind,
    payload: Payload,
    due_at: datetime,
    now: datetime,
    position: int = 0,
    follows: Delivery | None = None,
    tolerance_minutes: int = TOLERANCE_MINUTES,
) -> Delivery:
    """Store an operation to be done once at `due_at`, and its wake-ups; return its delivery.

    The payload is a snapshot: a later change of the subject reaches it only by `replace`. A further part `follows`
    the previous one and is due as soon as that is published. Raises `LookupError` for a kind of subject that has no
    handler, and `IntegrityError` for a second public operation at the same subject, account and position.
    """
    handler_of(subject.kind)
    delivery = Delivery(
        entity_id=account.entity_id,
        account=account,
        kind=kind,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_name=subject.label[:300],
        payload=payload,
        fingerprint=fingerprint_of(payload),
        position=position,
        follows=follows,
        tolerance_minutes=tolerance_minutes,
    )
    _set_due(delivery, due_at)
    delivery.save()
    if not delivery.waits_for_previous_part:
        schedule_wakeups({delivery.prepare_at, delivery.ready_at}, now=now)
    return delivery


def replace(*, delivery: Delivery, payload: Payload, now: datetime) -> bool:
    """Replace what a delivery will send, up to the second before its commit (rule 7); return whether it changed.

    Raises `WrongState` when it is being sent, or is published.
    """
    fingerprint = fingerprint_of(payload)
    if fingerprint == delivery.fingerprint:
        return False
    if delivery.state not in (*WAITING, *STOPPED):
        raise WrongState(f"En {delivery.account} ya se está enviando o ya se publicó: no se puede cambiar.")
    delivery.payload, delivery.fingerprint, delivery.prepared_for = payload, fingerprint, ""
    delivery.save(update_fields=["payload", "fingerprint", "prepared_for"])
    if not delivery.waits_for_previous_part:
        schedule_wakeups([delivery.prepare_at], now=now)
    return True


def reschedule(*, delivery: Delivery, due_at: datetime, now: datetime) -> None:
    """Set another due time for a delivery that waits or was stopped, and plan it again."""
    delivery.state = DeliveryState.PLANNED
    _set_due(delivery, due_at)
    delivery.reason = delivery.reason_code = delivery.cancel_requested_reason = ""
    delivery.prepared_for = ""  # what was prepared may have expired meanwhile: preparing checks it again
    delivery.save()
    if not delivery.waits_for_previous_part:
        schedule_wakeups({delivery.prepare_at, delivery.ready_at}, now=now)


def cancel(*, delivery: Delivery, reason: str, by: Actor, now: datetime, code: str = "cancelled") -> None:
    """Cancel a delivery and the parts that follow it; one being sent is cancelled if it turns out not published."""
    if delivery.state in WAITING:
        cancel_delivery(delivery, reason=reason, by=by, now=now, code=code)
    elif delivery.state in (*IN_FLIGHT, DeliveryState.NEEDS_PERSON) and not delivery.cancel_requested_reason:
        # The call may have been made: if the network did not take it, it is not made again.
        delivery.cancel_requested_reason = reason[:300]
        delivery.save(update_fields=["cancel_requested_reason"])


def withdraw(*, delivery: Delivery, by: Member, reason: str, now: datetime) -> Delivery:
    """Schedule the removal, now, of a post of ours that is published; return the delivery that does it."""
    operation = schedule_change(
        account=delivery.account,
        subject=delivery.subject,
        kind=OperationKind.WITHDRAW,
        target=delivery.remote_id,
        now=now,
    )
    record(
        entity_id=delivery.entity_id,
        event_type="delivery.withdraw_requested",
        actor=by.actor,
        ref=delivery.ref,
        at=now,
        related=[delivery.subject],
        texts={"reason": reason},
    )
    return operation


def schedule_change(
    *,
    account: Account,
    subject: ObjectRef,
    kind: OperationKind,
    target: str,
    now: datetime,
    tolerance_minutes: int = TOLERANCE_MINUTES,
    text: str = "",
) -> Delivery:
    """Schedule, now, an operation that changes something at the network: `target` is its id there.

    It sends nothing else, or only `text` (a word list), so it needs no preparation. Raises `IntegrityError` while
    another change of the same target is not finished.
    """
    handler_of(subject.kind)
    operation = Delivery(
        entity_id=account.entity_id,
        account=account,
        kind=kind,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_name=subject.label[:300],
        payload=post_payload(text),
        target=target,
        tolerance_minutes=tolerance_minutes,
    )
    operation.fingerprint = fingerprint_of(operation.payload)
    operation.prepared_for = fingerprint_of(content_of(operation.account_id, operation.payload))
    operation.due_at = operation.ready_at = operation.prepare_at = now
    operation.expires_at = now + timedelta(minutes=tolerance_minutes)
    operation.save()
    schedule_wakeups([now], now=now)
    return operation


def hold(*, entity: Entity, subject: ObjectRef | None, reason: str, by: Member, now: datetime, kind: str = "") -> Hold:
    """Hold one subject, every subject of a kind, or everything, at once: nothing more is sent until `release`.

    The caller takes `pause_lock.block_sends()` first in its transaction: it waits for the claims being made.
    """
    if not reason.strip():
        raise Refused("Escribe la razón de la pausa: la verá todo el equipo.")
    return Hold.objects.create(
        entity=entity,
        subject_kind=subject.kind if subject else kind,
        subject_id=subject.id if subject else None,
        reason=reason.strip()[:300],
        by=by,
        at=now,
    )


def release(*, hold: Hold | None, by: Member, now: datetime) -> Hold:
    """Release a hold; what passed its due time meanwhile is late and is not sent (rule 11)."""
    if hold is None:
        raise WrongState("No está en pausa: alguien ya la reanudó.")
    hold.released_by, hold.released_at = by, max(now, hold.at)
    hold.save(update_fields=["released_by", "released_at"])
    schedule_wakeups([now], now=now)
    return hold


def _set_due(delivery: Delivery, due_at: datetime) -> None:
    """Set the times of a delivery; a part whose previous part is not published has no time of its own yet (rule 8)."""
    delivery.due_at = due_at
    if delivery.follows is not None and delivery.follows.state not in PUBLIC:
        delivery.ready_at = delivery.prepare_at = delivery.expires_at = NOT_YET
        return
    ahead = connector(delivery.account.network).capabilities.prepares_ahead_seconds
    delivery.ready_at = due_at
    delivery.prepare_at = due_at - timedelta(seconds=ahead)
    delivery.expires_at = due_at + timedelta(minutes=delivery.tolerance_minutes)
