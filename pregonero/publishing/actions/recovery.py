"""What was taken to be sent and never answered for: it is found out, never sent blindly again (rule 3)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from pregonero.publishing.actions.claim import SOON
from pregonero.publishing.models import Attempt, Delivery, Outcome
from pregonero.publishing.states import DeliveryState
from pregonero.publishing.wakeups import schedule_wakeups
from pregonero.records.actions import SYSTEM, EventDraft, record_many

BATCH = 500  # turned in one transaction
WORKER_LOST = "worker_lost"
NEVER_BACK = "El proceso que la enviaba no volvió."


@transaction.atomic(durable=True)
def recover_abandoned(*, now: datetime) -> int:
    """Turn what workers took and never answered for into uncertain: they died, or the database was away (rule 3).

    At most `BATCH` at a time; returns how many.
    """
    # What somebody has locked is left for the next look: it is being settled just now.
    abandoned = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=DeliveryState.SENDING, leased_until__lt=now)
        .select_related("account")
        .order_by("pk")[:BATCH]
    )
    Attempt.objects.filter(delivery__in=abandoned, outcome="").update(
        outcome=Outcome.UNCERTAIN, ended_at=now, code=WORKER_LOST, reason=NEVER_BACK
    )
    become_uncertain(abandoned, code=WORKER_LOST, reason=NEVER_BACK, now=now)
    return len(abandoned)


def become_uncertain(deliveries: Sequence[Delivery], *, code: str, reason: str, now: datetime) -> None:
    """Leave locked deliveries uncertain, recorded, and to be asked about; inside the caller's transaction."""
    if not deliveries:
        return
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(
        state=DeliveryState.UNCERTAIN, ready_at=now, reason_code=code[:60], reason=reason[:300], leased_by="",
        leased_until=None,
    )  # fmt: skip
    schedule_wakeups([now + SOON], now=now)
    record_many(
        EventDraft(
            entity_id=delivery.entity_id, event_type="delivery.uncertain", actor=SYSTEM, ref=delivery.ref, at=now,
            related=[delivery.publication_ref], facts={"code": code},
        )
        for delivery in deliveries
    )  # fmt: skip
