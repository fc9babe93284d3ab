"""Counting the usage of quotas, storing what the networks report of them, and suspending the sending."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone

from pregonero.networks.base import NetworkError, Transient
from pregonero.networks.models import Account
from pregonero.networks.rate_limits import queries
from pregonero.networks.rate_limits.capacity import Admission, QuotaStatus, admit_within
from pregonero.networks.rate_limits.header_buffer import ITEMS, BufferedReadings, LimitReading, rate_limit_buffer
from pregonero.networks.rate_limits.models import NetworkSuspension, Quota, UsageBucket
from pregonero.networks.rate_limits.policy import CallCost, LimitScope, PostClass, RateLimitPolicy, Unit
from pregonero.networks.rate_limits.queries import InFlight
from pregonero.networks.registry import NETWORKS, rate_limit_policy
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import networks_people_and_coordinators
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record

LONGEST_WINDOW, RELEASE_PERIOD = timedelta(days=62), timedelta(days=1)
MAX_SUSPENSION = timedelta(days=2)  # whatever a header says; the network is called again then
Owner = tuple[int, str, int | None]


def admit(*, account: Account, post_classes: Sequence[PostClass], in_flight: InFlight, now: datetime) -> Admission:
    """Return how many of the waiting posts may be sent now, in order, and count them in the claim's transaction.

    The caller holds `queries.lock_quota`. What the network does not accept is returned with `release_quota`.
    """
    suspension = queries.current_suspension(account, now=now)
    if suspension is not None:
        return Admission(0, suspension.reason, suspension.until, suspension.code)
    statuses = queries.quota_statuses(account, in_flight=in_flight, now=now)
    admission = admit_within(rate_limit_policy(account.network), post_classes, statuses)
    if admission.admitted:
        admitted = post_classes[: admission.admitted]
        _count_posts(account, admitted, now, 1)
        notify_near_limits(account, admitted, statuses, now=now)
    return admission


def release_quota(*, account: Account, post_classes: Sequence[PostClass], claimed_at: datetime) -> None:
    """Subtract the usage of posts that the network did not accept, inside the caller's transaction."""
    _count_posts(account, post_classes, claimed_at, -1)


def _count_posts(account: Account, post_classes: Sequence[PostClass], at: datetime, sign: int) -> None:
    policy = rate_limit_policy(account.network)
    amounts: Counter[str] = Counter()
    costs: dict[str, tuple[int, int]] = {}  # by kind: quantity and micro-dollars
    for post_class in post_classes:
        cost = policy.cost_of(post_class)
        amounts.update(cost)
        quantity, micros = costs.get(post_class, (0, 0))
        costs[post_class] = (quantity + sign, micros + sign * _micros(policy, cost))
    _count_usage(account, {quota: sign * amount for quota, amount in amounts.items() if amount}, at)
    _count_costs(account, costs, at)


def _micros(policy: RateLimitPolicy, amounts: Mapping[str, int]) -> int:
    """Return the micro-dollars in the amounts: those of the quota that counts money."""
    return sum(amounts.get(rule.key, 0) for rule in policy.quotas if rule.unit == Unit.MONEY)


def _owner(account: Account, scope: LimitScope) -> Owner:
    return account.entity_id, account.network, account.pk if scope == LimitScope.ACCOUNT else None


def _count_usage(account: Account, amounts: Mapping[str, int], at: datetime) -> None:
    """Add amounts to our own count of each quota, in its bucket of that moment; in order, to avoid deadlocks."""
    policy = rate_limit_policy(account.network)
    rows = []
    for key in sorted(amounts):
        rule = policy.quota(key)
        rows.append((*_owner(account, rule.scope), key, rule.window.bucket_start(at), amounts[key]))
    if not rows:
        return
    _upsert(
        "INSERT INTO networks_usagebucket AS bucket (entity_id, network, account_id, quota_key, starts_at, amount)"
        " VALUES {} ON CONFLICT (entity_id, network, account_id, quota_key, starts_at)"
        " DO UPDATE SET amount = greatest(0, bucket.amount + excluded.amount)",
        rows,
    )
    for key in {usage.quota for usage in policy.usage_responses} & set(amounts):
        # Its report does not come with every response: our usage since the report is subtracted from it.
        reported = Quota.objects.filter(account=account, quota_key=key, reported_at__lte=at)
        reported.update(used_since_report=Greatest(F("used_since_report") + amounts[key], 0))


@transaction.atomic(durable=True)
def delete_old_usage(*, now: datetime) -> int:
    """Delete the usage buckets that no window reaches any more; return how many. The costs remain."""
    old = Q(starts_at__lt=now - LONGEST_WINDOW)  # of a quota, or a network, that no longer exists
    for network in NETWORKS:
        for rule in rate_limit_policy(network).quotas:
            # `release_quota` writes in the bucket of the claim, which was up to some hours ago.
            first_needed = rule.window.start(now - RELEASE_PERIOD)
            old |= Q(network=network, quota_key=rule.key, starts_at__lt=first_needed)
    return UsageBucket.objects.filter(old).delete()[0]


def _count_costs(account: Account, costs: Mapping[str, tuple[int, int]], at: datetime) -> None:
    day = timezone.localdate(at)
    rows = [(account.entity_id, account.network, account.pk, day, kind, *costs[kind]) for kind in sorted(costs)]
    if rows:
        _upsert(
            "INSERT INTO networks_costentry AS entry (entity_id, network, account_id, day, kind, quantity, micros)"
            " VALUES {} ON CONFLICT (entity_id, network, account_id, day, kind)"
            " DO UPDATE SET quantity = entry.quantity + excluded.quantity, micros = entry.micros + excluded.micros",
            rows,
        )


def _upsert(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    values = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(values), [value for row in rows for value in row])


def flush_rate_limits(*, now: datetime, at_once: bool = False) -> None:
    """Store what the networks reported to this process, when it is urgent or has waited `FLUSH_SECONDS`.

    Call it before the outcomes of the calls are stored: a post that is no longer in flight must be in the report.
    """
    buffered = rate_limit_buffer.take_all(at_once=at_once)
    if buffered is None:
        return
    try:
        with transaction.atomic(durable=True):
            _store(buffered, now)
    except DatabaseError:
        rate_limit_buffer.put_back(buffered)
        raise


def _store(buffered: BufferedReadings, now: datetime) -> None:
    ids = {account_id for account_id, _ in (*buffered.readings, *buffered.calls)}
    accounts = {account.pk: account for account in Account.objects.filter(pk__in=ids)}
    newest: dict[tuple[Owner, str], LimitReading] = {}
    for (account_id, key), reading in buffered.readings.items():
        account = accounts.get(account_id)
        if account is not None:
            quota = _owner(account, rate_limit_policy(account.network).quota(key).scope), key
            # Several accounts report the quota of the application that they share.
            if quota not in newest or reading.is_newer_than(newest[quota]):
                newest[quota] = reading
    rows = [(*owner, key, *_report(reading, now)) for (owner, key), reading in newest.items()]
    _store_reports(sorted(rows, key=str))
    for account_id in sorted(ids & set(accounts)):
        calls = {call: count for (owner, call), count in buffered.calls.items() if owner == account_id}
        _count_calls(accounts[account_id], calls, now)


def _report(reading: LimitReading, now: datetime) -> tuple[int | None, int, datetime | None, datetime]:
    resets_at = datetime.fromtimestamp(reading.resets_at, UTC) if reading.resets_at is not None else None
    return reading.limit, reading.remaining, resets_at, now


def _store_reports(rows: Sequence[Sequence[object]]) -> None:
    """Store each report, unless another process stored a newer one: see `LimitReading.is_newer_than`."""
    if not rows:
        return
    _upsert(
        "INSERT INTO networks_quota AS old (entity_id, network, account_id, quota_key,"
        " reported_limit, reported_remaining, resets_at, reported_at, used_since_report) VALUES {}"
        " ON CONFLICT (entity_id, network, account_id, quota_key) DO UPDATE SET"
        " reported_limit = excluded.reported_limit, reported_remaining = excluded.reported_remaining,"
        " resets_at = excluded.resets_at, reported_at = excluded.reported_at, used_since_report = 0"
        " WHERE old.reported_remaining IS NULL OR excluded.resets_at IS NULL OR old.resets_at IS NULL"
        " OR excluded.resets_at > old.resets_at + interval '2 seconds'"
        " OR (excluded.resets_at > old.resets_at - interval '2 seconds'"
        " AND excluded.reported_remaining <= old.reported_remaining)",
        [(*row, 0) for row in rows],
    )


def _count_calls(account: Account, calls: Mapping[str, int], now: datetime) -> None:
    policy = rate_limit_policy(account.network)
    amounts: Counter[str] = Counter()
    costs: dict[str, tuple[int, int]] = {}  # by kind: quantity and micro-dollars
    for call, count in calls.items():
        is_items = call.endswith(ITEMS)
        cost: CallCost = policy.call_costs[call.removesuffix(ITEMS)]
        unit_amounts = cost.item_amounts if is_items else cost.amounts
        amounts.update({quota: amount * count for quota, amount in unit_amounts.items()})
        quantity, micros = costs.get(cost.kind, (0, 0))
        # A call whose items cost is counted by its items, and any other by the call itself.
        counts = is_items or not cost.items_key
        costs[cost.kind] = (quantity + count * counts, micros + count * _micros(policy, unit_amounts))
    _count_usage(account, amounts, now)
    _count_costs(account, costs, now)


def suspend_after_error(*, account: Account, error: NetworkError, now: datetime) -> NetworkSuspension | None:
    """Suspend an account, or the whole application, after an error that is not of one post alone (rules 6 and 10).

    Runs inside the caller's transaction. A running suspension is prolonged, never shortened. Returns a new one only.
    """
    rule = rate_limit_policy(account.network).suspensions.get(error.code)
    if rule is None:
        return None
    until = None if rule.until_resumed else now + _suspension_length(error)
    entity_id, network, owner = _owner(account, rule.scope)
    queries.lock_quota(account.pk)
    same = NetworkSuspension.objects.filter(entity_id=entity_id, network=network, account=owner, ended_at=None)
    suspension = same.first()
    if suspension is not None and suspension.until is not None and suspension.until <= now:
        suspension.ended_at = suspension.until
        suspension.save(update_fields=["ended_at"])
        suspension = None
    code, reason = error.code[:60], error.reason[:300]
    if suspension is None:
        suspension = NetworkSuspension.objects.create(
            entity_id=entity_id, network=network, account_id=owner, code=code, reason=reason, since=now, until=until
        )
        record(
            entity_id=entity_id,
            event_type="sending.suspended",
            actor=SYSTEM,
            ref=suspension.ref,
            at=now,
            related=[account.ref],
            facts={"network": network, "code": suspension.code},
        )
        return suspension
    if suspension.until is not None and (until is None or until > suspension.until):
        suspension.until, suspension.code, suspension.reason = until, code, reason
        suspension.save(update_fields=["until", "code", "reason"])
    return None


def _suspension_length(error: NetworkError) -> timedelta:
    requested = error.retry_after if isinstance(error, Transient) else None
    return min(timedelta(seconds=max(requested or 60.0, 1.0)), MAX_SUSPENSION)


def notify_near_limits(
    account: Account, post_classes: Sequence[PostClass], statuses: Sequence[QuotaStatus], *, now: datetime
) -> None:
    """Notify people, once in each window, that a quota is nearly used up; inside the caller's transaction."""
    policy = rate_limit_policy(account.network)
    for status in [status.after(policy, post_classes) for status in statuses if status.rule.warns]:
        if not status.is_near_limit:
            continue
        row = _locked_row(account, status.rule.key)
        if row.warned_at is not None and row.warned_at >= status.rule.window.start(now):
            continue
        row.warned_at = now
        row.save(update_fields=["warned_at"])
        notify(
            members=networks_people_and_coordinators(account.entity, today=timezone.localdate(now)),
            kind=f"budget.near:{now:%Y%m%d%H%M}",
            ref=row.ref,
            title=f"{account.get_network_display()}: va en {status.percent_used} % de {status.rule.label.lower()}",
            why="Lo que pase del límite espera a que se reinicie.",
            path=reverse("publishing:limits"),
            now=now,
        )


def _locked_row(account: Account, key: str) -> Quota:
    """Return a quota's row, locked; created if there is none."""
    entity_id, network, owner = _owner(account, rate_limit_policy(account.network).quota(key).scope)
    row, _ = Quota.objects.select_for_update(no_key=True, of=("self",)).get_or_create(
        entity_id=entity_id, network=network, account=account if owner else None, quota_key=key
    )
    return row


def set_quota_limit(*, account: Account, quota: str, limit: int | None, by: Member, now: datetime) -> Quota:
    """Set the entity's own limit of a quota, or remove it (None); inside the caller's transaction."""
    check_may(by, "budgets.manage", now=now)
    queries.lock_quota(account.pk)
    row = _locked_row(account, quota)
    before = row.own_limit
    row.own_limit, row.set_by, row.set_at = limit, by, now
    row.save(update_fields=["own_limit", "set_by", "set_at"])
    record(
        entity_id=row.entity_id,
        event_type="limit.set",
        actor=by.actor,
        ref=row.ref,
        at=now,
        related=[account.ref],
        facts={"network": row.network, "budget": quota, "before": before, "after": limit},
    )
    return row


def end_suspension(*, suspension: NetworkSuspension, by: Member, now: datetime) -> None:
    """End a suspension because a person says that its cause is solved; inside the caller's transaction."""
    check_may(by, "sending.resume", now=now)
    suspension.ended_at, suspension.ended_by = now, by
    suspension.save(update_fields=["ended_at", "ended_by"])
    record(
        entity_id=suspension.entity_id,
        event_type="sending.resumed",
        actor=by.actor,
        ref=suspension.ref,
        at=now,
        facts={"network": suspension.network, "code": suspension.code},
    )
