"""What workers ask for: which deliveries need which job now. Every list is bounded, oldest first."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.db.models import Count, Q, QuerySet

from pregonero.networks.base import ApiCredentials, Post
from pregonero.networks.models import Account, AccountState
from pregonero.networks.queries import credentials_for
from pregonero.networks.rate_limits.models import NetworkSuspension
from pregonero.networks.rate_limits.queries import InFlight, suspends_only_preparing
from pregonero.networks.registry import NETWORKS, connector
from pregonero.outbox.models import PUBLIC_KINDS, Delivery
from pregonero.outbox.queries.holds import not_held
from pregonero.outbox.send_job import lease_owner
from pregonero.outbox.states import IN_FLIGHT, WAITING, DeliveryState
from pregonero.processes import is_known_dead

BATCH = 500
A_DAY = timedelta(days=1)


def unleased(now: datetime) -> Q:
    """Match deliveries that no worker has leased, or whose lease is over."""
    return Q(leased_by="") | Q(leased_until__lt=now)


def lock_delivery(pk: int, *, unleased_at: datetime | None = None) -> Delivery | None:
    """Return a delivery under lock, inside the caller's transaction; with `unleased_at`, only if no lease is open."""
    deliveries = Delivery.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk)
    if unleased_at is not None:
        deliveries = deliveries.filter(unleased(unleased_at))
    return deliveries.select_related("entity", "account").first()


def lock_following_parts(delivery: Delivery) -> list[Delivery]:
    """Return, under lock, the further parts of a delivery's thread that wait for it."""
    thread = Delivery.objects.filter(
        subject_kind=delivery.subject_kind, subject_id=delivery.subject_id, account_id=delivery.account_id
    )
    below = thread.filter(position__gt=delivery.position, state__in=WAITING).select_for_update(
        no_key=True, of=("self",)
    )
    return list(below.select_related("entity", "account").order_by("position"))


def with_following_part(pks: Collection[int]) -> list[Delivery]:
    """Return those of the deliveries that have a part waiting to go out under them."""
    followed = Delivery.objects.filter(pk__in=pks, followed_by__state=DeliveryState.PLANNED)
    return list(followed.order_by("pk"))


def to_prepare(*, now: datetime, limit: int = BATCH) -> list[int]:
    """Return the deliveries whose preparation may start and is not done."""
    return list(_to_prepare(now).order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def to_prepare_remotely(*, now: datetime, limit: int = BATCH) -> list[int]:
    """Return the deliveries to prepare that store something at their network: each needs a job of its own."""
    remotely = _to_prepare(now).exclude(_prepares_locally())
    return list(remotely.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def to_prepare_locally(*, now: datetime, account_id: int | None, limit: int) -> list[int]:
    """Return the deliveries to prepare that may store nothing at their network: texts without files.

    They are prepared together. The others may be thousands, and this query does not read them.
    """
    waiting = _to_prepare(now).filter(_prepares_locally())
    if account_id is not None:
        waiting = waiting.filter(account_id=account_id)
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def _prepares_locally() -> Q:
    without_files = Q(payload__media=[]) | Q(payload__media__isnull=True)
    return Q(account__network__in=_networks_without_drafts()) & without_files


@cache
def _networks_without_drafts() -> tuple[str, ...]:
    return tuple(name for name in NETWORKS if connector(name).prepares_locally(Post("Un texto"), {}))


@contextmanager
def only_worker(task: str) -> Iterator[bool]:
    """Yield whether no other worker runs this task during the block. The lock ends with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [task])
        (is_only,) = cursor.fetchone()
    try:
        yield is_only
    finally:
        if is_only:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [task])


def _to_prepare(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        unleased(now),
        not_held(),
        state__in=WAITING,
        prepared_for="",
        prepare_at__lte=now,
        expires_at__gte=now,
        account__state=AccountState.ACTIVE,
    )


def with_credentials(pks: Sequence[int]) -> list[Delivery]:
    """Return deliveries with their accounts and credentials, oldest first."""
    return list(Delivery.objects.filter(pk__in=pks).select_related("account__credential").order_by("due_at", "pk"))


def _ready_to_send(now: datetime) -> QuerySet[Delivery]:
    ready = Delivery.objects.filter(
        unleased(now),
        not_held(),
        account__state=AccountState.ACTIVE,
        state=DeliveryState.DUE,
        ready_at__lte=now,
        expires_at__gte=now,
    )
    return ready.exclude(prepared_for="")


def accounts_to_send(*, now: datetime) -> list[int]:
    """Return the accounts that have something prepared and due."""
    ready = _ready_to_send(now).order_by("account_id")
    return list(ready.values_list("account_id", flat=True).distinct()[:BATCH])


def to_reconcile(*, now: datetime) -> list[int]:
    """Return the uncertain deliveries whose network may be asked."""
    uncertain = Delivery.objects.filter(unleased(now), state=DeliveryState.UNCERTAIN, ready_at__lte=now)
    return list(uncertain.order_by("ready_at", "pk").values_list("pk", flat=True)[:BATCH])


def to_recheck(*, now: datetime) -> list[int]:
    """Return the deliveries whose network may have taken a call late and is asked again now."""
    due = Delivery.objects.filter(unleased(now), recheck_at__lte=now)
    return list(due.order_by("recheck_at", "pk").values_list("pk", flat=True)[:BATCH])


def leases_of_dead_workers() -> list[str]:
    """Return the leases of deliveries being sent whose worker has certainly ended, on this machine."""
    leases = Delivery.objects.filter(state=DeliveryState.SENDING).order_by("leased_by")
    leased_by = leases.values_list("leased_by", flat=True).distinct()
    return [lease for lease in leased_by if is_known_dead(lease_owner(lease))]


def account_due(*, delivery_id: int, now: datetime) -> int | None:
    """Return the account of a delivery that is prepared and due."""
    due = Delivery.objects.filter(pk=delivery_id, state__in=WAITING, ready_at__lte=now).exclude(prepared_for="")
    return due.values_list("account_id", flat=True).first()


def free_slots(*, accounts: Collection[int], limit: int, now: datetime) -> dict[int, int]:
    """Return how many more deliveries of each account may be in flight: a slow one does not take every worker."""
    sending = Delivery.objects.filter(account_id__in=accounts, state=DeliveryState.SENDING, leased_until__gte=now)
    counts = dict(sending.order_by().values_list("account_id").annotate(Count("pk")))
    return {account: max(0, limit - counts.get(account, 0)) for account in accounts}


def posts_in_flight(account: Account) -> InFlight:
    """Return how many posts of an account, and of its application, the network's headers do not count yet."""
    theirs = Q(
        entity_id=account.entity_id, account__network=account.network, state__in=IN_FLIGHT, kind__in=PUBLIC_KINDS
    )
    counts = Delivery.objects.filter(theirs).aggregate(app=Count("pk"), own=Count("pk", filter=Q(account=account)))
    return InFlight(account=counts["own"], app=counts["app"])


def lock_due_before(deliveries: QuerySet[Delivery], *, until: datetime, now: datetime) -> QuerySet[Delivery]:
    """Return, under lock, those that are due and ready before a moment; rows locked by others are skipped."""
    due = deliveries.filter(unleased(now), state=DeliveryState.DUE, ready_at__lte=until).order_by("due_at", "pk")
    return due.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("entity", "account")


def suspended_by(suspension: NetworkSuspension) -> QuerySet[Delivery]:
    """Return the deliveries that a network's refusal suspends: of its account, or of its whole application.

    A suspension of preparing leaves out what is prepared already.
    """
    deliveries = Delivery.objects.filter(entity_id=suspension.entity_id, account__network=suspension.network)
    if suspends_only_preparing(suspension):
        deliveries = deliveries.filter(prepared_for="")
    return deliveries if suspension.account_id is None else deliveries.filter(account_id=suspension.account_id)


def has_due(*, account_id: int, now: datetime, with_others: bool) -> bool:
    """Return whether an account, or another of its network `with_others`, has a prepared delivery that is due."""
    own = Q(account_id=account_id)
    if with_others:
        own |= Q(account__network__in=Account.objects.filter(pk=account_id).values("network"))
    return _ready_to_send(now).filter(own).exists()


def network_of(account_id: int) -> str:
    """Return the network of an account."""
    return Account.objects.values_list("network", flat=True).get(pk=account_id)


def due_deliveries(*, account_id: int, now: datetime, limit: int) -> list[int]:
    """Return an account's prepared deliveries that are due, oldest first."""
    due = _ready_to_send(now).filter(account_id=account_id).order_by("due_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def due_beside(*, account_id: int, now: datetime, limit: int) -> dict[int, Account]:
    """Return the oldest prepared deliveries that other accounts of its network have due, with their accounts."""
    network = Account.objects.filter(pk=account_id).values("network")
    due = _ready_to_send(now).filter(account__network__in=network).exclude(account_id=account_id)
    due = due.select_related("account__credential")
    return {delivery.pk: delivery.account for delivery in due.order_by("due_at", "account_id", "pk")[:limit]}


def lock_due_of_all(accounts: Mapping[int, Account], *, now: datetime) -> dict[Account, list[Delivery]]:
    """Return under lock, by account, those of the deliveries that are still due; rows locked by others are skipped."""
    due = _ready_to_send(now).filter(pk__in=accounts).order_by("due_at", "pk")
    by_account: dict[Account, list[Delivery]] = defaultdict(list)
    for delivery in due.select_for_update(skip_locked=True, no_key=True, of=("self",)):
        delivery.account = accounts[delivery.pk]
        by_account[delivery.account].append(delivery)
    return by_account


def lock_due(*, account_id: int, now: datetime, limit: int, only: int | None = None) -> list[Delivery]:
    """Return the same under lock, inside the caller's transaction; rows locked by others are skipped."""
    due = _ready_to_send(now).filter(account_id=account_id).order_by("due_at", "pk")
    if only is not None:
        due = due.filter(pk=only)
    locked = list(due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])
    if locked:
        account = Account.objects.get(pk=account_id)  # the same for all: read once
        for delivery in locked:
            delivery.account = account
    return locked


def known_posts(delivery: Delivery, *, since: datetime) -> frozenset[str]:
    """Return the ids of the account's posts of that time that belong to other deliveries."""
    others = Delivery.objects.filter(account_id=delivery.account_id, published_at__gte=since - A_DAY)
    return frozenset(others.exclude(pk=delivery.pk).values_list("remote_id", flat=True))


def credentials_of(*, account_id: int) -> tuple[ApiCredentials, str]:
    """Return the credentials of an account, and its network's name."""
    account = Account.objects.get(pk=account_id)
    return credentials_for(account), account.network
