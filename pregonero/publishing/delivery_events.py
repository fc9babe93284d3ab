"""What publishing does when something happens to the delivery of a publication: its people are notified (P-6)."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from pregonero.networks.models import Credential
from pregonero.outbox.models import PUBLIC_KINDS, Delivery
from pregonero.outbox.queries.account_stops import stops_of
from pregonero.outbox.subjects import DeliveryEvent, SubjectHandler
from pregonero.people.actions import notify
from pregonero.people.queries import networks_people, receipts_of
from pregonero.publishing.models import Publication, PublicationState

TITLES = {
    DeliveryEvent.REJECTED: "{network} no aceptó «{title}»",
    DeliveryEvent.EXPIRED: "«{title}» no salió en {network}: pasó su hora",
    DeliveryEvent.WILL_BE_LATE: "«{title}» no alcanzará a salir a su hora en {network}",
    DeliveryEvent.NEEDS_PERSON: "Decide si «{title}» salió en {network}",
    DeliveryEvent.PUBLISHED_AFTER_CANCEL: "«{title}» sí salió en {network}, aunque ya no debía salir",
    DeliveryEvent.PUBLISHED_EARLIER_CONTENT: "«{title}» salió en {network} con el texto anterior a tu corrección",
    DeliveryEvent.PUBLISHED_TWICE: "«{title}» salió dos veces en {network}: retira una",
    DeliveryEvent.MEDIA_UNREACHABLE: "{network} no podría bajar los archivos de «{title}»: espera",
}
ACCOUNT_TITLES = {
    DeliveryEvent.EXPIRED: "En {account} no salió lo que esperaba: pasó su hora",
    DeliveryEvent.WILL_BE_LATE: "En {account} lo programado no alcanzará a salir a su hora",
    DeliveryEvent.UNAUTHORIZED: "Hay que conectar otra vez {account}: lo programado allí espera",
    DeliveryEvent.QUOTA_EXHAUSTED: "{account} no puede publicar más por ahora: lo programado allí espera",
}
"""Titles of what is the account's, not the delivery's: one notice tells of it, whatever the number of deliveries."""
ALWAYS_OF_ACCOUNT = (DeliveryEvent.UNAUTHORIZED, DeliveryEvent.QUOTA_EXHAUSTED)


class PublicationHandler(SubjectHandler):
    """The owner of the deliveries of publications."""

    def on_event(self, delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
        """Notify the networks' people: once of each delivery and time, or once of all that a stopped account keeps."""
        if event in ALWAYS_OF_ACCOUNT or (event in ACCOUNT_TITLES and stops_of([delivery.account], now=now)):
            _notify_of_account(delivery, event, now)
            return
        network = delivery.account.get_network_display()
        notify(
            members=networks_people(delivery.entity, today=timezone.localdate(now)),
            kind=f"{event}:{delivery.due_at:%Y%m%d%H%M}"[:40],
            ref=delivery.ref,
            title=TITLES[event].format(network=network, title=delivery.subject_name),
            why=f"{_part_of_thread(delivery)}{delivery.reason}".strip(),
            path=_path(delivery, event),
            now=now,
        )

    def path_of(self, delivery: Delivery) -> str:
        """Return the path of the publication's expediente."""
        return reverse("reports:expediente", args=[delivery.subject_id])

    def why_not_manual(self, delivery: Delivery) -> str:
        """Return that a cancelled publication is not posted by hand either."""
        if Publication.objects.filter(pk=delivery.subject_id, state=PublicationState.PROGRAMMED).exists():
            return ""
        return "Esta publicación está cancelada: no se hace a mano lo que se decidió no publicar."


def _part_of_thread(delivery: Delivery) -> str:
    """Return in Spanish which part of a thread it is; nothing for the first."""
    if not delivery.position:
        return ""
    thread = Delivery.objects.filter(
        subject_kind=delivery.subject_kind,
        subject_id=delivery.subject_id,
        account_id=delivery.account_id,
        kind__in=PUBLIC_KINDS,
    )
    total = thread.count()
    return f"Es la parte {delivery.position + 1} de {total}: lo de antes ya salió, lo de después espera por ella. "


def _notify_of_account(delivery: Delivery, event: DeliveryEvent, now: datetime) -> None:
    """Notify the networks' people of what happens to everything on an account, once a day or once for a credential."""
    account, people = delivery.account, networks_people(delivery.entity, today=timezone.localdate(now))
    key = f"{timezone.localdate(delivery.due_at):%Y%m%d}"
    if event == DeliveryEvent.UNAUTHORIZED:
        credentials = Credential.objects.filter(account=account)
        key = str(credentials.values_list("generation", flat=True).first() or 0)
        # Who manages the accounts has been told to connect it again, by the same loss.
        told = receipts_of(account.entity, kind=f"account.lost:{key}", ref=account.ref.reference)
        people = [member for member in people if member.pk not in {notice.member_id for notice in told}]
    notify(
        members=people,
        kind=f"{event}:{key}",
        ref=account.ref,
        title=ACCOUNT_TITLES[event].format(account=account),
        why=delivery.reason,
        path=_account_path(delivery, event),
        now=now,
    )


def _account_path(delivery: Delivery, event: DeliveryEvent) -> str:
    if event == DeliveryEvent.UNAUTHORIZED:
        return reverse("networks:account", args=[delivery.account_id])
    if event == DeliveryEvent.EXPIRED:
        return reverse("publishing:day", args=[timezone.localdate(delivery.due_at)])
    return reverse("publishing:limits")


def _path(delivery: Delivery, event: DeliveryEvent) -> str:
    if event == DeliveryEvent.NEEDS_PERSON:
        return reverse("publishing:resolution", args=[delivery.pk])
    return reverse("reports:expediente", args=[delivery.subject_id])
