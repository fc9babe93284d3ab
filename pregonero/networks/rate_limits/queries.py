"""How much is left of the quotas of an account and its application, and what suspends them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from pregonero.networks.models import Account
from pregonero.networks.rate_limits.capacity import (
    Admission,
    Bucket,
    QuotaReading,
    QuotaStatus,
    quota_status,
    waiting_reason,
)
from pregonero.networks.rate_limits.models import NetworkSuspension, OfNetwork, Quota, UsageBucket
from pregonero.networks.rate_limits.policy import LimitScope, QuotaRule
from pregonero.networks.registry import rate_limit_policy

# The lock of an entity's quotas on a network, computed from rows that have an entity and a network.
LOCK = "SELECT pg_advisory_xact_lock(entity_id::int, hashtext('quota:' || network)) FROM "
TRY_LOCK = """
SELECT entity_id, network FROM unnest(%s::bigint[], %s::text[]) AS quota (entity_id, network)
WHERE pg_try_advisory_xact_lock(entity_id::int, hashtext('quota:' || network))
"""
QuotaKey = tuple[int | None, str, str]  # the account (None: the application), the network and the key of its rule


@dataclass(frozen=True)
class InFlight:
    """How many posts are being sent or have an unknown outcome; no report of the network includes them."""

    account: int = 0
    app: int = 0

    def of(self, scope: LimitScope) -> int:
        """Return the number for an account or for the whole application."""
        return self.account if scope == LimitScope.ACCOUNT else self.app


def lock_quotas(applications: Iterable[tuple[int, str]]) -> None:
    """Lock the quotas of several (entity, network) pairs until the transaction ends.

    Like `lock_quota`, call it before any delivery is locked: a claim takes the locks in that order.
    """
    with connection.cursor() as cursor:
        for entity_id, network in sorted(set(applications)):
            cursor.execute(LOCK + "(VALUES (%s, %s)) AS quota (entity_id, network)", [entity_id, network])


def lock_quota(account_id: int) -> None:
    """Lock the quotas of an account's application, so that two workers cannot reserve the last post of one.

    Call it before any delivery is locked: a transaction that waits here must not have what another one waits for.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK + "networks_account WHERE id = %s", [account_id])


def try_lock_quotas(applications: Iterable[tuple[int, str]]) -> frozenset[tuple[int, str]]:
    """Lock the quotas of several (entity, network) pairs without waiting; return the pairs that are locked now."""
    pairs = sorted(set(applications))
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [[entity_id for entity_id, _ in pairs], [network for _, network in pairs]])
        return frozenset(cursor.fetchall())


def quota_statuses(account: Account, *, in_flight: InFlight, now: datetime) -> list[QuotaStatus]:
    """Return the status of each quota that applies to an account: its own and its application's."""
    policy = rate_limit_policy(account.network)
    readings = {
        (row.account_id is not None, row.quota_key): quota_reading(row)
        for row in Quota.objects.filter(_of_account_or_application(account))
    }
    buckets = _buckets(account, policy.quotas, now)
    return [
        quota_status(
            rule,
            readings.get(_row_key(rule), QuotaReading()),
            buckets[_row_key(rule)],
            in_flight.of(rule.scope) * policy.max_cost(rule.key),
            now,
            is_reported_with_posts=policy.is_reported_with_posts(rule.key),
        )
        for rule in policy.quotas
    ]


def _row_key(rule: QuotaRule) -> tuple[bool, str]:
    return rule.scope == LimitScope.ACCOUNT, rule.key


def _of_account_or_application(account: Account) -> Q:
    return Q(entity_id=account.entity_id, network=account.network) & (Q(account=account) | Q(account=None))


def quota_reading(row: Quota) -> QuotaReading:
    """Return the values of a quota's row."""
    return QuotaReading(
        reported_limit=row.reported_limit,
        reported_remaining=row.reported_remaining,
        reported_at=row.reported_at,
        resets_at=row.resets_at,
        used_since_report=row.used_since_report,
        own_limit=row.own_limit,
    )


def _buckets(account: Account, rules: Sequence[QuotaRule], now: datetime) -> dict[tuple[bool, str], list[Bucket]]:
    """Return our own count of each quota in its running window."""
    running = Q()
    for rule in rules:
        owner = account.pk if rule.scope == LimitScope.ACCOUNT else None
        running |= Q(account=owner, quota_key=rule.key, starts_at__gte=rule.window.start(now))
    rows = UsageBucket.objects.filter(running, entity_id=account.entity_id, network=account.network)
    buckets: dict[tuple[bool, str], list[Bucket]] = defaultdict(list)
    for row in rows.order_by("starts_at"):
        buckets[row.account_id is not None, row.quota_key].append((row.starts_at, row.amount))
    return buckets


@dataclass(frozen=True)
class QuotaUsage:
    """The status of a quota, with our own count of its running window."""

    status: QuotaStatus
    buckets: list[Bucket]


def quota_usages(accounts: Sequence[Account], *, now: datetime) -> dict[QuotaKey, QuotaUsage]:
    """Return the usage of every quota of an entity's accounts, in two queries whatever their number."""
    if not accounts:
        return {}
    entity_id = accounts[0].entity_id
    rows = Quota.objects.filter(entity_id=entity_id)
    readings = {(row.account_id, row.network, row.quota_key): quota_reading(row) for row in rows}
    running = Q(pk=None)
    for network in {account.network for account in accounts}:
        for rule in rate_limit_policy(network).quotas:
            running |= Q(network=network, quota_key=rule.key, starts_at__gte=rule.window.start(now))
    buckets: dict[QuotaKey, list[Bucket]] = defaultdict(list)
    for bucket in UsageBucket.objects.filter(running, entity_id=entity_id).order_by("starts_at"):
        buckets[bucket.account_id, bucket.network, bucket.quota_key].append((bucket.starts_at, bucket.amount))
    usages: dict[QuotaKey, QuotaUsage] = {}
    for account in accounts:
        for rule in rate_limit_policy(account.network).quotas:
            key = (account.pk if rule.scope == LimitScope.ACCOUNT else None, account.network, rule.key)
            status = quota_status(rule, readings.get(key, QuotaReading()), buckets[key], 0, now)
            usages[key] = QuotaUsage(status, buckets[key])
    return usages


def current_suspension(account: Account, *, now: datetime, preparing: bool = False) -> NetworkSuspension | None:
    """Return what suspends an account or its application now; of two suspensions, the one that lasts longer.

    Those that suspend only preparation count with `preparing` alone: a prepared post is published in spite of them.
    """
    suspensions = [
        suspension
        for suspension in NetworkSuspension.objects.filter(_of_account_or_application(account), running(now))
        if preparing or not suspends_only_preparing(suspension)
    ]
    never = datetime.max.replace(tzinfo=now.tzinfo)
    return max(suspensions, key=lambda suspension: suspension.until or never, default=None)


def suspends_only_preparing(suspension: NetworkSuspension) -> bool:
    """Return whether prepared posts are published in spite of it."""
    rule = rate_limit_policy(suspension.network).suspensions.get(suspension.code)
    return rule is not None and rule.preparing_only


def running(now: datetime) -> Q:
    """Match suspensions that no person has ended and whose time has not passed."""
    return Q(ended_at=None) & (Q(until=None) | Q(until__gt=now))


def capacity_to_prepare(account: Account, *, now: datetime) -> Admission | None:
    """Return why the account's next preparation has to wait; None when every quota has room for it."""
    needed = rate_limit_policy(account.network).prepare_amounts
    if not needed:
        return None
    for status in quota_statuses(account, in_flight=InFlight(), now=now):
        key = status.rule.key
        if key in needed and status.remaining is not None and status.remaining < needed[key]:
            return Admission(0, waiting_reason(status), status.more_at, key)
    return None


def suspensions_of(entity_id: int, *, now: datetime) -> list[NetworkSuspension]:
    """Return all the suspensions of an entity that are running."""
    return list(
        NetworkSuspension.objects.filter(running(now), entity_id=entity_id).select_related("account").order_by("pk")
    )


def suspended_accounts(accounts: Iterable[Account], *, now: datetime) -> dict[int, NetworkSuspension]:
    """Return the running suspension of each suspended account, by its primary key."""
    accounts = list(accounts)
    entity_ids = {account.entity_id for account in accounts}
    return {
        account.pk: suspension
        for suspension in NetworkSuspension.objects.filter(running(now), entity_id__in=entity_ids)
        for account in accounts
        if _applies_to(suspension, account)
    }


def _applies_to(row: OfNetwork, account: Account) -> bool:
    is_same = (row.entity_id, row.network) == (account.entity_id, account.network)
    return is_same and row.account_id in {None, account.pk}
