"""Deliveries of a subject, their attempts, and the content that each one sends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Min, Q, QuerySet

from pregonero.errors import NotFound
from pregonero.media.models import Medium
from pregonero.networks.base import OperationKind, Post
from pregonero.outbox.models import PUBLIC_KINDS, Attempt, Delivery, Outcome
from pregonero.outbox.payload import NO_PARENT, Parent, build_post, content_of, digests_in, fingerprint_of
from pregonero.outbox.send_job import UnansweredAttempt
from pregonero.outbox.states import UNFINISHED
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef


@dataclass(frozen=True)
class Outgoing:
    """What a delivery sends now: the post for the connector, the content for its attempt, and its fingerprint."""

    post: Post
    content: dict[str, Any]
    fingerprint: str


@dataclass(frozen=True)
class Surroundings:
    """What the content of some deliveries needs from other rows: their files by digest, and the posts above them."""

    media: Mapping[str, Medium]
    parents: Mapping[int, Parent]


def get_delivery(*, member: Member, pk: int, for_update: bool = False) -> Delivery:
    """Return a delivery of the member's entity; any other is not found."""
    deliveries = Delivery.objects.select_related("entity", "account")
    if for_update:
        deliveries = deliveries.select_for_update(no_key=True, of=("self",))
    delivery = deliveries.filter(pk=pk, entity_id=member.entity_id).first()
    if delivery is None:
        raise NotFound
    return delivery


def of_subjects(kind: str, ids: Iterable[int]) -> Q:
    """Match the deliveries of some subjects of one kind."""
    return Q(subject_kind=kind, subject_id__in=ids)


def deliveries_of(subject: ObjectRef) -> list[Delivery]:
    """Return what a subject puts in front of people: by account in the register's order, each thread by position."""
    return list(_of(subject).select_related("account", "follows", "manual_post__by").order_by("account_id", "position"))


def lock_deliveries(subject: ObjectRef) -> list[Delivery]:
    """Return a subject's deliveries under lock, inside the caller's transaction, in the same order."""
    locked = _of(subject).select_for_update(no_key=True, of=("self",)).select_related("account", "follows")
    return list(locked.order_by("account_id", "position"))


def _of(subject: ObjectRef) -> QuerySet[Delivery]:
    return Delivery.objects.filter(of_subjects(subject.kind, [subject.id]), kind__in=PUBLIC_KINDS)


def by_account(deliveries: Iterable[Delivery]) -> dict[int, list[Delivery]]:
    """Return deliveries by account, each list in the order given."""
    threads: dict[int, list[Delivery]] = {}
    for delivery in deliveries:
        threads.setdefault(delivery.account_id, []).append(delivery)
    return threads


def surroundings_of(deliveries: Sequence[Delivery]) -> Surroundings:
    """Return what the content of the deliveries needs: at most two queries, whatever their number."""
    digests = {digest for delivery in deliveries for digest in digests_in(delivery.payload)}
    entities = {delivery.entity_id for delivery in deliveries}
    return Surroundings(media_by_digest(entities, digests), _parents_of(deliveries))


def outgoing_of(delivery: Delivery, around: Surroundings | None = None) -> Outgoing:
    """Return what a delivery sends now. Raises `LookupError` when one of its files or the post above is missing."""
    around = around or surroundings_of([delivery])
    content = content_of(delivery.account_id, delivery.payload, around.parents.get(delivery.pk, NO_PARENT))
    post = build_post(content, around.media, network=delivery.account.network)
    return Outgoing(post, content, fingerprint_of(content))


def media_by_digest(entities: Iterable[int], digests: Iterable[str]) -> dict[str, Medium]:
    """Return the stored files of some entities, by digest."""
    digests = set(digests)
    if not digests:
        return {}
    found = Medium.objects.filter(entity_id__in=set(entities), sha256__in=digests).order_by("-pk")
    return {medium.sha256: medium for medium in found}


def _parents_of(deliveries: Sequence[Delivery]) -> dict[int, Parent]:
    """Return, for each further part, the ids of the post right above it and of the first of its thread."""
    parts = [delivery for delivery in deliveries if delivery.position]
    if not parts:
        return {}
    threads = Q()
    for part in parts:
        positions = {0, part.position - 1}
        threads |= Q(
            subject_kind=part.subject_kind,
            subject_id=part.subject_id,
            account_id=part.account_id,
            position__in=positions,
        )
    rows = Delivery.objects.filter(threads, kind__in=PUBLIC_KINDS).values_list(
        "subject_kind", "subject_id", "account_id", "position", "remote_id"
    )
    ids = {tuple(key): remote_id for *key, remote_id in rows}
    parents = {}
    for part in parts:
        thread = (part.subject_kind, part.subject_id, part.account_id)
        parents[part.pk] = Parent(ids[(*thread, part.position - 1)], ids[(*thread, 0)])
    return parents


def last_attempt(delivery: Delivery) -> Attempt | None:
    """Return the last commit call that was stored."""
    return Attempt.objects.filter(delivery=delivery).order_by("-number").first()


def sent_post(attempt: Attempt) -> Post:
    """Return the post that an attempt sent, to recognise it, whatever the delivery says today."""
    delivery = attempt.delivery
    return build_post(attempt.content, media_of(attempt), network=delivery.account.network)


def media_of(attempt: Attempt) -> dict[str, Medium]:
    """Return the files that an attempt sent, by digest."""
    return media_by_digest([attempt.delivery.entity_id], digests_in(attempt.content))


def uncertain_since(deliveries: Sequence[Delivery]) -> dict[int, datetime]:
    """Return, for each delivery that has one, the time of its first attempt without an answer."""
    if not deliveries:
        return {}
    lost = Attempt.objects.filter(delivery__in=deliveries, outcome=Outcome.UNCERTAIN)
    return dict(lost.values("delivery_id").annotate(first=Min("started_at")).values_list("delivery_id", "first"))


def unanswered_attempts(delivery: Delivery) -> tuple[UnansweredAttempt, ...]:
    """Return the attempts of a delivery that had no answer and are not superseded, oldest first."""
    if not delivery.attempts_made:
        return ()
    return tuple(
        attempt for attempt in every_unanswered_attempt(delivery) if attempt.number > delivery.superseded_attempt
    )


def every_unanswered_attempt(delivery: Delivery) -> tuple[UnansweredAttempt, ...]:
    """Return all the attempts of a delivery that had no answer, oldest first."""
    attempts = Attempt.objects.filter(delivery=delivery, outcome=Outcome.UNCERTAIN)
    unanswered = []
    for attempt in attempts.order_by("number"):
        attempt.delivery = delivery
        unanswered.append(
            UnansweredAttempt(
                number=attempt.number,
                started_at=attempt.started_at,
                fingerprint=attempt.fingerprint,
                code=attempt.code,
                post=sent_post(attempt),
                prepared=attempt.prepared,
            )
        )
    return tuple(unanswered)


def with_unanswered_attempts(deliveries: Sequence[Delivery]) -> frozenset[int]:
    """Return the ids of those of the deliveries that have an attempt without an answer that is not superseded."""
    tried = [delivery.pk for delivery in deliveries if delivery.attempts_made]
    if not tried:
        return frozenset()
    unanswered = Attempt.objects.filter(
        delivery__in=tried, outcome=Outcome.UNCERTAIN, number__gt=F("delivery__superseded_attempt")
    )
    return frozenset(unanswered.values_list("delivery_id", flat=True))


def attempts_of(subject: ObjectRef) -> QuerySet[Attempt]:
    """Return every commit call of a subject, in order."""
    attempts = Attempt.objects.filter(delivery__subject_kind=subject.kind, delivery__subject_id=subject.id)
    return attempts.select_related("delivery__account").order_by("started_at", "pk")


def open_withdrawal(delivery: Delivery) -> Delivery | None:
    """Return the operation that is withdrawing a delivery's post, while its outcome is not known."""
    withdrawals = Delivery.objects.filter(account_id=delivery.account_id, target=delivery.remote_id)
    return withdrawals.filter(kind=OperationKind.WITHDRAW, state__in=UNFINISHED).first()


def post_owner(delivery: Delivery, remote_id: str) -> Delivery | None:
    """Return the other delivery of the same account that published this post."""
    others = Delivery.objects.filter(account_id=delivery.account_id, remote_id=remote_id)
    return others.exclude(pk=delivery.pk).first()
