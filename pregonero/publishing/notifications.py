"""What the networks' people are told of a delivery (P-6): each account's result is seen by a person."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from pregonero.networks.base import MediaUnreachable, NetworkError, QuotaExhausted, Unauthorized
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people
from pregonero.publishing.models import Delivery
from pregonero.records.actions import ObjectRef

TITLES = {
    "delivery.rejected": "{network} no aceptó «{title}»",
    "delivery.expired": "«{title}» no salió en {network}: pasó su hora",
    "delivery.will_be_late": "«{title}» no alcanzará a salir a su hora en {network}",
    "delivery.needs_person": "Decide si «{title}» salió en {network}",
    "delivery.out_anyway": "«{title}» sí salió en {network}, aunque ya no debía salir",
    "delivery.unauthorized": "Conecta otra vez {network}: «{title}» espera",
    "delivery.unserved": "{network} no podría bajar los archivos de «{title}»: espera",
    "delivery.spent": "{network} no deja publicar más por ahora: «{title}» espera",
}


def _part(delivery: Delivery) -> str:
    """Return which part of a thread it is, and how far the thread came; nothing when it is the first."""
    if not delivery.position:
        return ""
    total = Delivery.objects.filter(publication_id=delivery.publication_id, account_id=delivery.account_id).count()
    return f"Es la parte {delivery.position + 1} de {total}: lo de antes ya salió, lo de después espera por ella. "


def notify_obstacle(delivery: Delivery, error: NetworkError, *, now: datetime) -> None:
    """Tell them of what only a person can put right: quota used up, a token no longer good, our own address failing."""
    if isinstance(error, QuotaExhausted):
        notify_publishers(delivery, kind="delivery.spent", now=now)
    elif isinstance(error, Unauthorized):
        notify_publishers(delivery, kind="delivery.unauthorized", now=now)
    elif isinstance(error, MediaUnreachable):
        notify_publishers(delivery, kind="delivery.unserved", now=now)


def notify_publishers(delivery: Delivery, *, kind: str, now: datetime) -> None:
    """Tell them once for each time that the delivery was planned, inside the caller's transaction."""
    network = delivery.account.get_network_display()
    notify(
        members=networks_people(delivery.publication.entity, today=timezone.localdate(now)),
        kind=f"{kind}:{delivery.due_at:%Y%m%d%H%M}"[:40],
        ref=ObjectRef("delivery", delivery.pk),
        title=TITLES[kind].format(network=network, title=delivery.publication.title),
        why=f"{_part(delivery)}{delivery.reason}".strip(),
        path=_path(delivery, kind),
        now=now,
    )


def _path(delivery: Delivery, kind: str) -> str:
    if kind == "delivery.needs_person":
        return reverse("publishing:resolution", args=[delivery.pk])
    if kind == "delivery.unauthorized":
        return reverse("networks:account", args=[delivery.account_id])
    return reverse("reports:expediente", args=[delivery.publication_id])
