"""A publication's own parts: its texts, its link, its deliveries, and what is missing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Min, Prefetch, QuerySet

from pregonero.errors import Issue
from pregonero.media.models import Medium
from pregonero.publishing import rules
from pregonero.publishing.models import (
    Adaptation,
    Attachment,
    Attempt,
    Delivery,
    LinkAcceptance,
    LinkCheck,
    Outcome,
    Publication,
)
from pregonero.publishing.payload import FIRST, ThreadPosition


def with_media(adaptations: QuerySet[Adaptation]) -> QuerySet[Adaptation]:
    """Return the adaptations with everything that goes out with them: one query more, however many they are."""
    return adaptations.select_related("account", "publication").prefetch_related(_media())


def _media() -> "Prefetch[str]":
    with_files = Attachment.objects.select_related(
        "medium", "captions", "thumbnail", "alt_missing_by", "captions_missing_by"
    )
    return Prefetch("attachments", with_files.order_by("position"), to_attr="media")


def adaptations_of(publication: Publication) -> list[Adaptation]:
    """Return what a publication says on each account, in the register's order."""
    adaptations = Adaptation.objects.filter(publication=publication)
    return list(with_media(adaptations).order_by("account_id"))


def going_adaptations(publication: Publication) -> list[Adaptation]:
    """Return those of the accounts where it goes out."""
    return [adaptation for adaptation in adaptations_of(publication) if not adaptation.skipped]


def adaptation_of(delivery: Delivery) -> Adaptation:
    """Return what a delivery says, with all its parts."""
    adaptations = with_media(Adaptation.objects.all())
    return adaptations.get(publication_id=delivery.publication_id, account_id=delivery.account_id)


def place_of(delivery: Delivery) -> ThreadPosition:
    """Return where a delivery goes: on its own, or under the parts above it, which are out."""
    if not delivery.position:
        return FIRST
    thread = Delivery.objects.filter(publication_id=delivery.publication_id, account_id=delivery.account_id)
    ids = dict(thread.filter(position__in=(0, delivery.position - 1)).values_list("position", "remote_id"))
    return ThreadPosition(delivery.position, reply_to=ids[delivery.position - 1], root=ids[0])


def adaptations_for(deliveries: Sequence[Delivery]) -> dict[int, Adaptation]:
    """Return what each of the deliveries says, by the delivery's id; their accounts are read already."""
    accounts = {delivery.account_id: delivery.account for delivery in deliveries}
    found = Adaptation.objects.filter(
        publication_id__in={delivery.publication_id for delivery in deliveries}, account_id__in=accounts
    )
    words = {}
    for each in found.select_related("publication").prefetch_related(_media()):
        each.account = accounts[each.account_id]
        words[each.publication_id, each.account_id] = each
    places = {delivery.pk: (delivery.publication_id, delivery.account_id) for delivery in deliveries}
    return {pk: words[place] for pk, place in places.items() if place in words}


def deliveries_of(publication: Publication) -> list[Delivery]:
    """Return a publication's deliveries, in the register's order of accounts, and each thread's in its own."""
    deliveries = Delivery.objects.filter(publication=publication)
    return list(
        deliveries.select_related("account", "publication", "follows", "hand_made__by").order_by(
            "account_id", "position"
        )
    )


def lock_deliveries(publication: Publication) -> list[Delivery]:
    """Return a publication's deliveries under lock, inside the caller's transaction."""
    deliveries = Delivery.objects.select_for_update(of=("self",)).filter(publication=publication)
    return list(deliveries.select_related("account", "publication", "follows").order_by("account_id", "position"))


def by_account(deliveries: Iterable[Delivery]) -> dict[int, list[Delivery]]:
    """Return deliveries by their account, each thread in its order: as given, which is by position."""
    threads: dict[int, list[Delivery]] = {}
    for delivery in deliveries:
        threads.setdefault(delivery.account_id, []).append(delivery)
    return threads


def last_attempt(delivery: Delivery) -> Attempt | None:
    """Return the last commit call that was written down."""
    return Attempt.objects.filter(delivery=delivery).order_by("-number").first()


def media_of(attempt: Attempt) -> dict[str, Medium]:
    """Return the media that an attempt sent, by digest."""
    digests = [entry["sha256"] for entry in attempt.content["media"]]
    found = Medium.objects.filter(entity_id=attempt.delivery.entity_id, sha256__in=digests).order_by("-pk")
    return {medium.sha256: medium for medium in found}


def uncertain_since(deliveries: Sequence[Delivery]) -> dict[int, datetime]:
    """Return, for each that has one, when its first attempt was made whose answer never came."""
    if not deliveries:
        return {}
    lost = Attempt.objects.filter(delivery__in=deliveries, outcome=Outcome.UNCERTAIN)
    return dict(lost.values("delivery_id").annotate(first=Min("started_at")).values_list("delivery_id", "first"))


def attempts_of(publication: Publication) -> QuerySet[Attempt]:
    """Return every commit call of a publication, in order."""
    attempts = Attempt.objects.filter(delivery__publication=publication)
    return attempts.select_related("delivery__account").order_by("started_at", "pk")


def latest_link_check(publication: Publication) -> LinkCheck | None:
    """Return what the link answered last."""
    return LinkCheck.objects.filter(publication=publication).order_by("-pk").first()


def latest_acceptance(publication: Publication) -> LinkAcceptance | None:
    """Return who answers for the link as it is now, if anybody."""
    acceptances = LinkAcceptance.objects.filter(publication=publication, address=publication.link)
    return acceptances.select_related("by").order_by("-pk").first()


def issues(publication: Publication) -> list[Issue]:
    """Return everything that is missing before a publication can go out."""
    return rules.issues_of(
        publication,
        adaptations_of(publication),
        latest_link_check(publication),
        latest_acceptance(publication),
    )
