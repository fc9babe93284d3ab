"""What is left of the budgets of an account and of its application, and what stops them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from pregonero.networks.models import Account
from pregonero.networks.rate_limits.capacity import Admission, QuotaReading, QuotaStatus, quota_status, reason_of
from pregonero.networks.rate_limits.models import NetworkSuspension, OfNetwork, Quota, UsageBucket
from pregonero.networks.rate_limits.policy import Budget, LimitScope
from pregonero.networks.registry import rate_limit_policy

# The one lock of a room, from any rows that have an entity and a network: claims and refusals wait for each other.
LOCK = "SELECT pg_advisory_xact_lock(entity_id::int, hashtext('room:' || network)) FROM "


@dataclass(frozen=True)
class InFlight:
    """How many posts are being sent, or not known yet to be out: no word of the network counts them."""

    account: int = 0
    app: int = 0

    def of(self, scope: LimitScope) -> int:
        """Return those of an account, or of the whole application."""
        return self.account if scope == LimitScope.ACCOUNT else self.app


def lock_quotas(rooms: Iterable[tuple[int, str]]) -> None:
    """Lock the rooms of entities on their networks, for who gives back what was not taken: before any delivery too.

    A claim has its room first and takes from it afterwards: whoever did it the other way round would wait for it, and
    it for them.
    """
    with connection.cursor() as cursor:
        for entity_id, network in sorted(set(rooms)):
            cursor.execute(LOCK + "(VALUES (%s, %s)) AS room (entity_id, network)", [entity_id, network])


def lock_quota(account_id: int) -> None:
    """Let nobody else reckon this application's room until the transaction ends: two never take the same last place.

    In a claim, before any delivery is locked: whoever holds deliveries never waits here for who waits for them.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK + "networks_account WHERE id = %s", [account_id])


def quota_statuses(account: Account, *, in_flight: InFlight, now: datetime) -> list[QuotaStatus]:
    """Return how each budget stands that binds an account: its own, and its application's."""
    rates = rate_limit_policy(account.network)
    told, spent = _told(account), _spent(account, rates.budgets, now)
    return [
        quota_status(
            budget, told.get(_key(budget), QuotaReading()), spent[_key(budget)],
            in_flight.of(budget.scope) * rates.dearest(budget.key), now, tells=rates.tells(budget.key),
        )
        for budget in rates.budgets
    ]  # fmt: skip


def _key(budget: Budget) -> tuple[bool, str]:
    return budget.scope == LimitScope.ACCOUNT, budget.key


def _theirs(account: Account) -> Q:
    """Match what is of an account, or of its application."""
    return Q(entity_id=account.entity_id, network=account.network) & (Q(account=account) | Q(account=None))


def _told(account: Account) -> dict[tuple[bool, str], QuotaReading]:
    return {
        (row.account_id is not None, row.budget): quota_reading(row) for row in Quota.objects.filter(_theirs(account))
    }


def quota_reading(row: Quota) -> QuotaReading:
    """Return a budget's row as the reckoning takes it."""
    return QuotaReading(
        reported_limit=row.reported_limit, reported_remaining=row.reported_remaining, reported_at=row.reported_at, resets_at=row.resets_at,
        used_since_report=row.used_since_report, own_limit=row.own_limit,
    )  # fmt: skip


@dataclass(frozen=True)
class QuotaStanding:
    """How a budget stands, with our own count of its window by stretches."""

    left: QuotaStatus
    pieces: list[tuple[datetime, int]]


def quota_standings(accounts: Sequence[Account], *, now: datetime) -> dict[tuple[int | None, str, str], QuotaStanding]:
    """Return how every budget of an entity's accounts stands, by account (none: all of them), network and key.

    For pages: three readings, whatever the number of accounts.
    """
    if not accounts:
        return {}
    entity_id = accounts[0].entity_id
    rows = Quota.objects.filter(entity_id=entity_id)
    told = {(row.account_id, row.network, row.budget): quota_reading(row) for row in rows}
    running_now = Q(pk=None)
    for network in {account.network for account in accounts}:
        for budget in rate_limit_policy(network).budgets:
            running_now |= Q(network=network, budget=budget.key, starts_at__gte=budget.window.started(now))
    spent: dict[tuple[int | None, str, str], list[tuple[datetime, int]]] = defaultdict(list)
    for row in UsageBucket.objects.filter(running_now, entity_id=entity_id).order_by("starts_at"):
        spent[row.account_id, row.network, row.budget].append((row.starts_at, row.amount))
    found: dict[tuple[int | None, str, str], QuotaStanding] = {}
    for account in accounts:
        for budget in rate_limit_policy(account.network).budgets:
            key = (account.pk if budget.scope == LimitScope.ACCOUNT else None, account.network, budget.key)
            left = quota_status(budget, told.get(key, QuotaReading()), spent[key], 0, now)
            found[key] = QuotaStanding(left, spent[key])
    return found


def _spent(
    account: Account, budgets: Sequence[Budget], now: datetime
) -> dict[tuple[bool, str], list[tuple[datetime, int]]]:
    """Return our own count, by stretches, of each budget's running window."""
    running = Q()
    for budget in budgets:
        owner = account.pk if budget.scope == LimitScope.ACCOUNT else None
        running |= Q(account=owner, budget=budget.key, starts_at__gte=budget.window.started(now))
    rows = UsageBucket.objects.filter(running, entity_id=account.entity_id, network=account.network)
    found: dict[tuple[bool, str], list[tuple[datetime, int]]] = defaultdict(list)
    for row in rows.order_by("starts_at"):
        found[row.account_id is not None, row.budget].append((row.starts_at, row.amount))
    return found


def current_suspension(account: Account, *, now: datetime, preparing: bool = False) -> NetworkSuspension | None:
    """Return what stops an account now, or its whole application: of two, the one that lasts longer.

    With `preparing`, also what stops only preparing; a post that is prepared already has nothing to do with it.
    """
    stops = [
        stop
        for stop in NetworkSuspension.objects.filter(_theirs(account), running(now))
        if preparing or not stops_only_preparing(stop)
    ]
    return max(stops, key=lambda stop: stop.until or datetime.max.replace(tzinfo=now.tzinfo), default=None)


def stops_only_preparing(stop: NetworkSuspension) -> bool:
    """Return whether what is prepared already may go out in spite of it."""
    rule = rate_limit_policy(stop.network).stops.get(stop.code)
    return rule is not None and rule.preparing


def running(now: datetime) -> Q:
    """Match stops that nobody ended and whose time has not passed."""
    return Q(ended_at=None) & (Q(until=None) | Q(until__gt=now))


def capacity_to_prepare(account: Account, *, now: datetime) -> Admission | None:
    """Return what holds back another preparation, by what preparing takes; nothing when there is room."""
    needed = rate_limit_policy(account.network).preparing
    if not needed:
        return None
    lefts = [left for left in quota_statuses(account, in_flight=InFlight(), now=now) if left.budget.key in needed]
    short = next((left for left in lefts if left.left is not None and left.left < needed[left.budget.key]), None)
    return Admission(0, reason_of(short), short.until, short.budget.key) if short else None


def suspensions_of(entity_id: int, *, now: datetime) -> list[NetworkSuspension]:
    """Return everything that stops an entity's sending now."""
    return list(
        NetworkSuspension.objects.filter(running(now), entity_id=entity_id).select_related("account").order_by("pk")
    )


def suspended_accounts(accounts: Iterable[Account], *, now: datetime) -> dict[int, NetworkSuspension]:
    """Return what stops each of the accounts, where something does."""
    accounts = list(accounts)
    stops = NetworkSuspension.objects.filter(running(now), entity_id__in={account.entity_id for account in accounts})
    found: dict[int, NetworkSuspension] = {}
    for stop in stops:
        for account in accounts:
            if _holds(stop, account):
                found[account.pk] = stop
    return found


def _holds(of: OfNetwork, account: Account) -> bool:
    same = (of.entity_id, of.network) == (account.entity_id, account.network)
    return same and of.account_id in (None, account.pk)
