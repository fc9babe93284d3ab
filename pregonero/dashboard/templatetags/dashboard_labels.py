"""Template filters of the Hoy page: sentences, labels and colours."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.utils import timezone

from pregonero.dashboard.queries import TROUBLED, Outgoing, Today
from pregonero.networks.registry import connector
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.account_stops import AccountStop, StopKind
from pregonero.outbox.states import TINTS, DeliveryState
from pregonero.publishing.threads import current_delivery, thread_label

register = template.Library()
register.filter("thread_label", thread_label)

NUMBERS = ("Nada te espera", "Una cosa te espera", "Dos", "Tres", "Cuatro", "Cinco", "Seis", "Siete", "Ocho", "Nueve")


@register.filter
def today_summary(today: Today, now: datetime) -> str:
    """Return, for example, "Cinco cosas te esperan. La próxima publicación sale a las 10:30."."""
    count = len(today.tasks)
    sentence = NUMBERS[count] if count < len(NUMBERS) else str(count)
    if count > 1:
        sentence += " cosas te esperan"
    if today.next_at is None:
        return f"{sentence}. Hoy no queda nada programado."
    return f"{sentence}. La próxima publicación sale a las {timezone.localtime(today.next_at):%H:%M}."


@register.filter
def trouble_summary(item: Outgoing) -> str:
    """Return the reasons of the failed deliveries, each after its network's name unless it begins with that name."""
    reasons = []
    for delivery in item.deliveries:
        if delivery.state in TROUBLED and delivery.reason:
            name = delivery.account.get_network_display()
            reasons.append(delivery.reason if delivery.reason.startswith(name) else f"{name}: {delivery.reason}")
    return " ".join(reasons)


@register.filter
def stop_kind(stop: AccountStop) -> str:
    """Return the kind of note that tells of a stopped account."""
    return {StopKind.LOST: "bad", StopKind.PAUSED: "hold", StopKind.THROTTLED: "wait"}[stop.kind]


@register.filter
def standing(thread: Sequence[Delivery]) -> Delivery:
    """Return the delivery of a thread that shows its progress."""
    return current_delivery(thread)


@register.filter
def tint(delivery: Delivery) -> str:
    """Return the name of the colour of a delivery's state."""
    return TINTS.get(DeliveryState(delivery.state), "")


@register.filter
def badge(delivery: Delivery) -> str:
    """Return the abbreviation of the delivery's network."""
    return connector(delivery.account.network).capabilities.badge
