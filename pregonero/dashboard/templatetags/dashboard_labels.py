"""Template filters of the Hoy page: sentences, labels and colours."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django import template
from django.urls import reverse

from pregonero.dashboard.due_publications import DuePublication
from pregonero.dashboard.queries import Today
from pregonero.dashboard.task import Task
from pregonero.health.runner import Level
from pregonero.media.models import Medium
from pregonero.outbox.models import NOT_YET, Delivery
from pregonero.outbox.queries.account_stops import AccountStop, StopKind
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, TINTS, WAITING, DeliveryState
from pregonero.publishing.threads import current_delivery, thread_label
from pregonero.ui.templatetags.ui_time import ago, hour, until

register = template.Library()
register.filter("thread_label", thread_label)
register.filter("current_delivery", current_delivery)

LATE_AFTER = timedelta(minutes=1)


@register.filter
def today_summary(today: Today, now: datetime) -> str:
    """Return, for example, "Tienes 5 pendientes. La próxima publicación sale a las 10:30, en 22 minutos."."""
    count = today.pending
    sentences = (
        ["No tienes pendientes."] if not count else [f"Tienes {count} {'pendiente' if count == 1 else 'pendientes'}."]
    )
    if today.delayed:
        subject = "Una publicación espera" if today.delayed == 1 else f"{today.delayed} publicaciones esperan"
        sentences.append(f"{subject} para salir.")
    if today.uncertain:
        sentences.append(f"{today.uncertain} en camino o por confirmar con su red.")
    if today.next_at is not None:
        sentences.append(f"La próxima publicación sale a las {hour(today.next_at)}, {until(today.next_at, now)}.")
    elif not today.delayed and not today.uncertain:
        sentences.append("No hay más publicaciones para hoy.")
    return " ".join(sentences)


@register.filter
def progress(item: DuePublication, now: datetime) -> str:
    """Return how a publication stands: when it goes out, and where and what it waits for."""
    if item.is_stopped:
        return "cancelada"
    if item.is_out:
        return "publicada"
    words = []
    if item.is_waiting and item.is_held:
        words.append("en pausa")
    if item.waiting:
        words.append(_due_label(item, now))
    words += [
        f"{_network(delivery)}: {delivery.get_state_display()}"
        for delivery in item.deliveries
        if delivery.state in IN_FLIGHT
    ]
    for delivery in item.deliveries:
        if delivery.state in WAITING and delivery.account_id in item.stops:
            words.append(f"{_network(delivery)} {item.stops[delivery.account_id].label}")
    if words:
        return "; ".join(words)
    out = sum(delivery.state in PUBLIC for delivery in item.deliveries)
    return f"publicada en {out} de {len(item.deliveries)}" if out else item.deliveries[0].get_state_display()


def _due_label(item: DuePublication, now: datetime) -> str:
    """Return when a publication goes out; what is late says until when it waits, if that is known."""
    if item.due_at > now:
        return until(item.due_at, now)
    retries = [delivery.ready_at for delivery in item.waiting if now < delivery.ready_at < NOT_YET]
    if retries:
        return f"se intenta otra vez a las {hour(min(retries))}"
    return "sale ahora" if now - item.due_at < LATE_AFTER else f"debió salir {ago(item.due_at, now)}"


def _network(delivery: Delivery) -> str:
    return str(delivery.account.get_network_display())


@register.filter
def level_tint(level: Level) -> str:
    """Return the name of the colour of a health check's level."""
    return {Level.GOOD: "ok", Level.PAUSED: "hold", Level.REVIEW: "wait", Level.ERROR: "bad"}[level]


@register.filter
def stop_act(stop: AccountStop, may_manage: bool) -> str:
    """Return the label of the link that settles why an account does not publish, for those who may settle it."""
    if stop.kind == StopKind.THROTTLED:
        return "Revisar los límites"
    if not may_manage:
        return "Abrir la cuenta"
    return "Conectar otra vez" if stop.kind == StopKind.LOST else "Reanudar la cuenta"


@register.filter
def stop_path(stop: AccountStop) -> str:
    """Return the address of the page where a stop is settled."""
    if stop.kind == StopKind.THROTTLED:
        return reverse("publishing:limits")
    return reverse("networks:account", args=[stop.account.pk])


@register.filter
def picture_of(item: DuePublication | Task, today: Today) -> Medium | None:
    """Return the image of a task or of a publication."""
    if isinstance(item, Task) and item.picture is not None:
        return item.picture
    return today.pictures.get(item.publication_id or 0)


@register.filter
def unseen_summary(count: int) -> str:
    """Return how many notices are not seen yet, such as "Tienes 3 sin ver."."""
    return f"Tienes {count} sin ver." if count else "Los has visto todos."


@register.filter
def rest_count(items: Sequence[object], shown: int) -> int:
    """Return how many items are left after those shown."""
    return max(0, len(items) - shown)


@register.filter
def tomorrow_summary(count: int) -> str:
    """Return what goes out tomorrow, such as "Mañana: 3 programadas"."""
    if not count:
        return "Mañana: nada programado todavía"
    return "Mañana: una programada" if count == 1 else f"Mañana: {count} programadas"


@register.filter
def tint(delivery: Delivery) -> str:
    """Return the name of the colour of a delivery's state."""
    return TINTS.get(DeliveryState(delivery.state), "")
