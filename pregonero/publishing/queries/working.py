"""What the workers ask: which deliveries need which job now. Bounded, oldest first."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from pregonero.networks.base import Access
from pregonero.networks.models import AccountState
from pregonero.networks.queries import access_to
from pregonero.publishing.models import Delivery, PublicationState
from pregonero.publishing.states import IN_FLIGHT, WAITING, DeliveryState

BATCH = 500


def free(now: datetime) -> Q:
    """Match deliveries that no worker holds, or whose holder's lease is over."""
    return Q(held_by="") | Q(held_until__lt=now)


def lock_delivery(pk: int, *, free_at: datetime | None = None) -> Delivery | None:
    """Return a delivery under lock, inside the caller's transaction; with `free_at`, only if nobody holds it then."""
    deliveries = Delivery.objects.select_for_update(of=("self",)).filter(pk=pk)
    if free_at is not None:
        deliveries = deliveries.filter(free(free_at))
    return deliveries.select_related("publication__entity", "account").first()


def to_prepare(*, now: datetime) -> list[int]:
    """Return the deliveries whose preparation may start and has not been done."""
    waiting = Delivery.objects.filter(
        free(now),
        state__in=WAITING,
        prepared_for="",
        prepare_at__lte=now,
        expires_at__gte=now,
        account__state=AccountState.ACTIVE,
        publication__state=PublicationState.PROGRAMMED,
    )
    return list(waiting.order_by("prepare_at", "pk").values_list("pk", flat=True)[:BATCH])


def accounts_to_send(*, now: datetime) -> list[int]:
    """Return the accounts that have something prepared and due."""
    due = Delivery.objects.filter(
        free(now),
        state=DeliveryState.DUE,
        ready_at__lte=now,
        expires_at__gte=now,
        account__state=AccountState.ACTIVE,
        publication__state=PublicationState.PROGRAMMED,
    ).exclude(prepared_for="")
    return list(due.order_by("account_id").values_list("account_id", flat=True).distinct()[:BATCH])


def to_ask(*, now: datetime) -> list[int]:
    """Return the uncertain deliveries that may be asked about."""
    uncertain = Delivery.objects.filter(free(now), state=DeliveryState.UNCERTAIN, ready_at__lte=now)
    return list(uncertain.order_by("ready_at", "pk").values_list("pk", flat=True)[:BATCH])


def account_due(*, delivery_id: int, now: datetime) -> int | None:
    """Return the account of a delivery that is prepared and whose minute has come."""
    due = Delivery.objects.filter(pk=delivery_id, state__in=WAITING, ready_at__lte=now).exclude(prepared_for="")
    return due.values_list("account_id", flat=True).first()


def to_clean(*, delivery_id: int) -> tuple[Access, str, dict[str, Any]] | None:
    """Return what to remove at the network for a delivery that will not go out: access, network, and what was left."""
    delivery = Delivery.objects.select_related("account").filter(pk=delivery_id).first()
    if delivery is None or not delivery.prepared or delivery.state in (*WAITING, *IN_FLIGHT, DeliveryState.PUBLISHED):
        return None
    return access_to(delivery.account), delivery.account.network, delivery.prepared
