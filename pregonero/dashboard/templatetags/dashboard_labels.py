"""How Hoy words and colours what the query returns."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.utils import timezone

from pregonero.dashboard.queries import TROUBLED, Outgoing, Today
from pregonero.networks.registry import connector
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, STOPPED, DeliveryState
from pregonero.publishing.threads import speaks_for, words_of

register = template.Library()

NUMBERS = ("Nada te espera", "Una cosa te espera", "Dos", "Tres", "Cuatro", "Cinco", "Seis", "Siete", "Ocho", "Nueve")
TINTS = {
    **dict.fromkeys(PUBLIC, "ok"),
    **dict.fromkeys(IN_FLIGHT, "wait"),
    **dict.fromkeys(STOPPED, "bad"),
    DeliveryState.CANCELLED: "hold",
    DeliveryState.NEEDS_PERSON: "bad",
    DeliveryState.DUE: "wait",
}


@register.filter
def today_words(today: Today, now: datetime) -> str:
    """Return the day in a sentence: "Cinco cosas te esperan. La próxima publicación sale a las 10:30."."""
    count = len(today.tasks)
    said = NUMBERS[count] if count < len(NUMBERS) else str(count)
    if count > 1:
        said += " cosas te esperan"
    if today.next_at is None:
        return f"{said}. Hoy no queda nada programado."
    return f"{said}. La próxima publicación sale a las {timezone.localtime(today.next_at):%H:%M}."


@register.filter
def trouble_words(item: Outgoing) -> str:
    """Return what went wrong on each account; a reason that begins with its network's name is not given it again."""
    said = []
    for delivery in item.deliveries:
        if delivery.state in TROUBLED and delivery.reason:
            name = delivery.account.get_network_display()
            said.append(delivery.reason if delivery.reason.startswith(name) else f"{name}: {delivery.reason}")
    return " ".join(said)


@register.filter
def standing(thread: Sequence[Delivery]) -> Delivery:
    """Return where a publication stands on an account: of a thread, the part that has not gone out."""
    return speaks_for(thread)


@register.filter
def thread_words(thread: Sequence[Delivery]) -> str:
    """Return how a publication fares on an account: "2 de 5 publicadas"."""
    return words_of(thread)


@register.filter
def tint(delivery: Delivery) -> str:
    """Return the colour of a delivery's state."""
    return TINTS.get(DeliveryState(delivery.state), "")


@register.filter
def badge(delivery: Delivery) -> str:
    """Return the short name that its network is drawn with."""
    return connector(delivery.account.network).capabilities.badge
