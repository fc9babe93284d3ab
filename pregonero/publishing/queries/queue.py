"""What the workers ask: which deliveries need which job now. Bounded, oldest first."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from pregonero.networks.base import ApiCredentials, Post
from pregonero.networks.models import Account, AccountState
from pregonero.networks.queries import credentials_for
from pregonero.networks.rate_limits.models import NetworkSuspension
from pregonero.networks.rate_limits.queries import InFlight, suspends_only_preparing
from pregonero.networks.registry import NETWORKS, connector
from pregonero.publishing.models import Attachment, Delivery, PublicationState
from pregonero.publishing.queries.pauses import not_stopped
from pregonero.publishing.states import IN_FLIGHT, WAITING, DeliveryState

BATCH = 500
A_DAY = timedelta(days=1)


def free(now: datetime) -> Q:
    """Match deliveries that no worker holds, or whose holder's lease is over."""
    return Q(leased_by="") | Q(leased_until__lt=now)


def lock_delivery(pk: int, *, free_at: datetime | None = None) -> Delivery | None:
    """Return a delivery under lock, inside the caller's transaction; with `free_at`, only if nobody holds it then."""
    deliveries = Delivery.objects.select_for_update(of=("self",)).filter(pk=pk)
    if free_at is not None:
        deliveries = deliveries.filter(free(free_at))
    return deliveries.select_related("publication__entity", "account").first()


def lock_followers(delivery: Delivery) -> list[Delivery]:
    """Return what waits to go out under a delivery, whole, under lock, inside the caller's transaction."""
    thread = Delivery.objects.filter(publication_id=delivery.publication_id, account_id=delivery.account_id)
    below = thread.filter(position__gt=delivery.position, state__in=WAITING).select_for_update(of=("self",))
    return list(below.select_related("publication__entity", "account").order_by("position"))


def with_followers(pks: Collection[int]) -> list[Delivery]:
    """Return those of the deliveries under which another one waits to go out."""
    followed = Delivery.objects.filter(pk__in=pks, followed_by__state=DeliveryState.PLANNED)
    return list(followed.select_related("publication").order_by("pk"))


def to_prepare(*, now: datetime, limit: int = BATCH) -> list[int]:
    """Return the deliveries whose preparation may start and has not been done."""
    return list(_to_prepare(now).order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def to_prepare_apart(*, now: datetime, limit: int = BATCH) -> list[int]:
    """Return those of them that certainly leave something at their network."""
    apart = _to_prepare(now).exclude(pk__in=_text_alone(_to_prepare(now)))
    return list(apart.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def to_prepare_here(*, now: datetime, account_id: int | None, limit: int) -> list[int]:
    """Return those of them that may leave nothing at their network: without files, where a text alone leaves nothing.

    The others wait for a job of their own, thousands of them at times: they are not read again at each look.
    """
    waiting = _text_alone(_to_prepare(now))
    if account_id is not None:
        waiting = waiting.filter(account_id=account_id)
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def _text_alone(waiting: QuerySet[Delivery]) -> QuerySet[Delivery]:
    files = Attachment.objects.filter(
        adaptation__publication=OuterRef("publication"), adaptation__account=OuterRef("account")
    )
    return waiting.filter(account__network__in=_leave_nothing()).exclude(Exists(files), position=0)


@cache
def _leave_nothing() -> tuple[str, ...]:
    return tuple(name for name in NETWORKS if connector(name).prepares_locally(Post("Un texto"), {}))


@contextmanager
def alone_at(what: str) -> Iterator[bool]:
    """Say whether no other worker is at this for the time of the block; one that dies is at nothing any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [what])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [what])


def _to_prepare(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        free(now),
        not_stopped(),
        state__in=WAITING,
        prepared_for="",
        prepare_at__lte=now,
        expires_at__gte=now,
        account__state=AccountState.ACTIVE,
        publication__state=PublicationState.PROGRAMMED,
    )


def preparing(pks: Sequence[int]) -> list[Delivery]:
    """Return deliveries to be prepared, with their accounts."""
    return list(Delivery.objects.filter(pk__in=pks).select_related("account__credential").order_by("due_at", "pk"))


def accounts_to_send(*, now: datetime) -> list[int]:
    """Return the accounts that have something prepared and due."""
    due = Delivery.objects.filter(
        free(now),
        not_stopped(),
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


def in_flight(*, account_id: int, now: datetime) -> int:
    """Return how many of an account's deliveries are being sent now by workers that live."""
    return Delivery.objects.filter(account_id=account_id, state=DeliveryState.SENDING, leased_until__gte=now).count()


def places_for(*, account_id: int, most: int, now: datetime) -> int:
    """Return how many more of an account's deliveries may be in the air: a slow one does not take every place."""
    return max(0, most - in_flight(account_id=account_id, now=now))


def in_the_air_of(account: Account) -> InFlight:
    """Return how many posts of an account, and of its whole application, no word of the network has counted yet."""
    theirs = Q(entity_id=account.entity_id, account__network=account.network, state__in=IN_FLIGHT)
    found = Delivery.objects.filter(theirs).aggregate(app=Count("pk"), own=Count("pk", filter=Q(account=account)))
    return InFlight(account=found["own"], app=found["app"])


def lock_waiting(theirs: QuerySet[Delivery], *, until: datetime, now: datetime) -> QuerySet[Delivery]:
    """Return, under lock, what is due and would be looked at before a moment; what somebody else has locked is his."""
    due = theirs.filter(free(now), state=DeliveryState.DUE, ready_at__lte=until).order_by("due_at", "pk")
    return due.select_for_update(skip_locked=True, of=("self",)).select_related("publication__entity", "account")


def stopped_by(stop: NetworkSuspension) -> QuerySet[Delivery]:
    """Return the deliveries that a network's refusal stops: of its account, or of all that its application serves.

    One that stops only preparing leaves alone what is prepared.
    """
    theirs = Delivery.objects.filter(entity_id=stop.entity_id, account__network=stop.network)
    if suspends_only_preparing(stop):
        theirs = theirs.filter(prepared_for="")
    return theirs if stop.account_id is None else theirs.filter(account_id=stop.account_id)


def _due(*, account_id: int, now: datetime) -> QuerySet[Delivery]:
    due = Delivery.objects.filter(
        free(now),
        not_stopped(),
        account_id=account_id,
        account__state=AccountState.ACTIVE,
        publication__state=PublicationState.PROGRAMMED,
        state=DeliveryState.DUE,
        ready_at__lte=now,
        expires_at__gte=now,
    )
    return due.order_by("due_at", "pk")


def due_deliveries(*, account_id: int, now: datetime, limit: int) -> list[int]:
    """Return an account's prepared deliveries whose minute has come, the oldest minute first."""
    return list(_due(account_id=account_id, now=now).exclude(prepared_for="").values_list("pk", flat=True)[:limit])


def lock_due(*, account_id: int, now: datetime, limit: int, only: int | None = None) -> list[Delivery]:
    """Return them under lock, inside the caller's transaction; those that somebody else has locked are his."""
    due = _due(account_id=account_id, now=now).exclude(prepared_for="")
    if only is not None:
        due = due.filter(pk=only)
    locked = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
    if locked:
        account = Account.objects.get(pk=account_id)  # the same for all: read once
        for delivery in locked:
            delivery.account = account
    return locked


def known_posts(delivery: Delivery, *, since: datetime) -> frozenset[str]:
    """Return the ids of the account's posts of that time that are other deliveries' already."""
    others = Delivery.objects.filter(account_id=delivery.account_id, published_at__gte=since - A_DAY)
    return frozenset(others.exclude(pk=delivery.pk).values_list("remote_id", flat=True))


def access_of(*, account_id: int) -> tuple[ApiCredentials, str]:
    """Return what a call for an account needs, and its network's name."""
    account = Account.objects.get(pk=account_id)
    return credentials_for(account), account.network
