"""What is done with the budgets: taking room in a claim, keeping what the networks said, and stopping."""

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
from pregonero.networks.rate_limits.capacity import Admission, QuotaStatus, admit_within, taking
from pregonero.networks.rate_limits.header_buffer import BufferedReadings, LimitReading, rate_limit_buffer
from pregonero.networks.rate_limits.models import NetworkSuspension, Quota, UsageBucket
from pregonero.networks.rate_limits.policy import Cost, LimitScope, PostClass, RateLimitPolicy, Unit
from pregonero.networks.rate_limits.queries import InFlight
from pregonero.networks.registry import NETWORKS, rate_limit_policy
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import networks_people_and_coordinators
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record

LONGEST_WINDOW, STILL_GIVEN_BACK = timedelta(days=62), timedelta(days=1)
LONGEST_STOP = timedelta(days=2)  # whatever a header says; asked again then
Owner = tuple[int, str, int | None]


def admit(*, account: Account, acts: Sequence[PostClass], in_flight: InFlight, now: datetime) -> Admission:
    """Say how many of what waits may go now, in order, and take their room; inside the claim's transaction.

    What is taken is given back when the network refuses it (`give_back`). The caller holds `queries.lock_room`.
    """
    stop = queries.current_suspension(account, now=now)
    if stop is not None:
        return Admission(0, stop.reason, stop.until, stop.code)
    lefts = queries.quota_statuses(account, in_flight=in_flight, now=now)
    room = admit_within(rate_limit_policy(account.network), acts, lefts)
    if room.go:
        _take(account, acts[: room.go], now, 1)
        warn_of_near(account, acts[: room.go], lefts, now=now)
    return room


def give_back(*, account: Account, acts: Sequence[PostClass], claimed_at: datetime) -> None:
    """Give back the room of what the network did not take; inside the caller's transaction."""
    _take(account, acts, claimed_at, -1)


def _take(account: Account, acts: Sequence[PostClass], at: datetime, sign: int) -> None:
    rates = rate_limit_policy(account.network)
    amounts: Counter[str] = Counter()
    kinds: dict[str, tuple[int, int]] = {}
    for act in acts:
        cost = rates.cost_of(act)
        amounts.update(cost)
        quantity, micros = kinds.get(act, (0, 0))
        kinds[act] = (quantity + sign, micros + sign * _micros(rates, cost))
    _spend(account, {budget: sign * amount for budget, amount in amounts.items() if amount}, at)
    _write_ledger(account, kinds, at)


def _micros(rates: RateLimitPolicy, cost: Mapping[str, int]) -> int:
    """Return the money of a cost, which is the amount of the budget that counts money."""
    return sum(cost.get(budget.key, 0) for budget in rates.budgets if budget.unit == Unit.MONEY)


def _owner(account: Account, scope: LimitScope) -> Owner:
    return account.entity_id, account.network, account.pk if scope == LimitScope.ACCOUNT else None


def _spend(account: Account, amounts: Mapping[str, int], at: datetime) -> None:
    """Add to our own count of each budget, in the stretch of that moment; in order: two never wait for each other."""
    rates = rate_limit_policy(account.network)
    rows = []
    for key in sorted(amounts):
        budget = rates.budget(key)
        rows.append((*_owner(account, budget.scope), key, budget.window.piece_of(at), amounts[key]))
    if not rows:
        return
    _upsert(
        "INSERT INTO networks_usagebucket AS spent (entity_id, network, account_id, budget, starts_at, amount) VALUES {}"
        " ON CONFLICT (entity_id, network, account_id, budget, starts_at)"
        " DO UPDATE SET amount = greatest(0, spent.amount + excluded.amount)",
        rows,
    )
    for key in {reading.budget for reading in rates.readings} & set(amounts):
        # Its word does not come with every answer: what we took after it is taken off.
        told = Quota.objects.filter(account=account, budget=key, reported_at__lte=at)
        told.update(used_since_report=Greatest(F("used_since_report") + amounts[key], 0))


@transaction.atomic(durable=True)
def forget_spent(*, now: datetime) -> int:
    """Remove our own counts of stretches that no window reaches any more; return how many. What it cost stays."""
    old = Q(starts_at__lt=now - LONGEST_WINDOW)  # of a budget, or a network, that is no longer in any table
    for network in NETWORKS:
        for budget in rate_limit_policy(network).budgets:
            # What is given back is written in the stretch in which it was taken, up to some hours ago.
            needed = budget.window.started(now - STILL_GIVEN_BACK)
            old |= Q(network=network, budget=budget.key, starts_at__lt=needed)
    return UsageBucket.objects.filter(old).delete()[0]


def _write_ledger(account: Account, kinds: Mapping[str, tuple[int, int]], at: datetime) -> None:
    day = timezone.localdate(at)
    rows = [(account.entity_id, account.network, account.pk, day, kind, *kinds[kind]) for kind in sorted(kinds)]
    if rows:
        _upsert(
            "INSERT INTO networks_costentry AS line (entity_id, network, account_id, day, kind, quantity, micros)"
            " VALUES {} ON CONFLICT (entity_id, network, account_id, day, kind)"
            " DO UPDATE SET quantity = line.quantity + excluded.quantity, micros = line.micros + excluded.micros",
            rows,
        )


def _upsert(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    marks = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(marks), [value for row in rows for value in row])


def flush_rate_limits(*, now: datetime, at_once: bool = False) -> None:
    """Keep what the networks said in this process's calls, when it presses or some time has passed.

    Before the outcome of the calls is kept: what is no longer in flight must be in the network's word already.
    """
    heard = rate_limit_buffer.take_all(at_once=at_once)
    if heard is None:
        return
    try:
        with transaction.atomic(durable=True):
            _keep(heard, now)
    except DatabaseError:
        rate_limit_buffer.give_back(heard)
        raise


def _keep(heard: BufferedReadings, now: datetime) -> None:
    numbers = {account_id for account_id, _ in (*heard.words, *heard.calls)}
    accounts = {account.pk: account for account in Account.objects.filter(pk__in=numbers)}
    words = []
    for (account_id, key), word in heard.words.items():
        account = accounts.get(account_id)
        if account is not None:
            scope = rate_limit_policy(account.network).budget(key).scope
            words.append((*_owner(account, scope), key, *_told(word, now)))
    _keep_words(sorted(words, key=str))
    for account_id in sorted(numbers & set(accounts)):
        calls = {call: count for (owner, call), count in heard.calls.items() if owner == account_id}
        _keep_calls(accounts[account_id], calls, now)


def _told(word: LimitReading, now: datetime) -> tuple[int | None, int, datetime | None, datetime]:
    resets_at = datetime.fromtimestamp(word.resets_at, UTC) if word.resets_at is not None else None
    return word.limit, word.left, resets_at, now


def _keep_words(words: Sequence[Sequence[object]]) -> None:
    """Keep each word, unless another process has kept a newer one: of a later window, or with less left of the same."""
    if not words:
        return
    _upsert(
        "INSERT INTO networks_quota AS old"
        " (entity_id, network, account_id, budget, reported_limit, reported_remaining, resets_at, reported_at, used_since_report) VALUES {}"
        " ON CONFLICT (entity_id, network, account_id, budget) DO UPDATE SET reported_limit = excluded.reported_limit,"
        " reported_remaining = excluded.reported_remaining, resets_at = excluded.resets_at, reported_at = excluded.reported_at, used_since_report = 0"
        " WHERE old.reported_remaining IS NULL OR excluded.resets_at IS NULL OR old.resets_at IS NULL"
        " OR excluded.resets_at > old.resets_at + interval '2 seconds'"
        " OR (excluded.resets_at > old.resets_at - interval '2 seconds' AND excluded.reported_remaining <= old.reported_remaining)",
        [(*word, 0) for word in words],
    )


def _keep_calls(account: Account, calls: Mapping[str, int], now: datetime) -> None:
    rates = rate_limit_policy(account.network)
    amounts: Counter[str] = Counter()
    kinds: dict[str, tuple[int, int]] = {}
    for call, count in calls.items():
        cost: Cost = rates.calls[call.removesuffix(" *")]
        each = cost.each if call.endswith(" *") else cost.amounts
        amounts.update({budget: amount * count for budget, amount in each.items()})
        quantity, micros = kinds.get(cost.kind, (0, 0))
        # What the answer's items cost is counted by item, and the call itself where nothing is paid by item.
        counts = call.endswith(" *") or not cost.items
        kinds[cost.kind] = (quantity + count * counts, micros + count * _micros(rates, each))
    _spend(account, amounts, now)
    _write_ledger(account, kinds, now)


def keep_stop(*, account: Account, error: NetworkError, now: datetime) -> NetworkSuspension | None:
    """Stop an account, or the whole application, for a refusal that is not of one post alone (rules 6 and 10).

    Inside the caller's transaction. The one that stands is lengthened, never shortened; returns it when it is new.
    """
    stop = rate_limit_policy(account.network).stops.get(error.code)
    if stop is None:
        return None
    until = None if stop.person else now + _wait(error)
    entity_id, network, owner = _owner(account, stop.scope)
    queries.lock_quota(account.pk)
    found = NetworkSuspension.objects.filter(entity_id=entity_id, network=network, account=owner, ended_at=None).first()
    if found is not None and found.until is not None and found.until <= now:
        found.ended_at = found.until
        found.save(update_fields=["ended_at"])
        found = None
    if found is None:
        made = NetworkSuspension.objects.create(
            entity_id=entity_id, network=network, account_id=owner, code=error.code[:60], reason=error.reason[:300],
            since=now, until=until,
        )  # fmt: skip
        record(
            entity_id=entity_id, event_type="sending.suspended", actor=SYSTEM, ref=made.ref, at=now,
            related=[account.ref], facts={"network": network, "code": made.code},
        )  # fmt: skip
        return made
    if found.until is not None and (until is None or until > found.until):
        found.until, found.code, found.reason = until, error.code[:60], error.reason[:300]
        found.save(update_fields=["until", "code", "reason"])
    return None


def _wait(error: NetworkError) -> timedelta:
    told = error.retry_after if isinstance(error, Transient) else None
    return min(timedelta(seconds=max(told or 60.0, 1.0)), LONGEST_STOP)


def warn_of_near(account: Account, acts: Sequence[PostClass], lefts: Sequence[QuotaStatus], *, now: datetime) -> None:
    """Tell people, once in each window, that a budget is nearly used up; inside the caller's transaction."""
    after = [taking(rate_limit_policy(account.network), acts, left) for left in lefts if left.budget.warns]
    for left in after:
        if not left.near:
            continue
        row = _row(account, left.budget.key)
        if row.warned_window is not None and row.warned_window >= left.budget.window.started(now):
            continue
        row.warned_window = now
        row.save(update_fields=["warned_window"])
        notify(
            members=networks_people_and_coordinators(account.entity, today=timezone.localdate(now)),
            kind=f"budget.near:{now:%Y%m%d%H%M}",
            ref=row.ref,
            title=f"{account.get_network_display()}: va en {left.hundredths} % de {left.budget.label.lower()}",
            why="Lo que pase del límite esperará a que empiece otra vez.",
            path=reverse("publishing:limits"),
            now=now,
        )


def _row(account: Account, key: str) -> Quota:
    """Return a budget's row under lock, made if nothing was ever known of it."""
    entity_id, network, owner = _owner(account, rate_limit_policy(account.network).budget(key).scope)
    row, _ = Quota.objects.select_for_update().get_or_create(
        entity_id=entity_id, network=network, account=account if owner else None, budget=key
    )
    return row


def set_quota_limit(*, account: Account, budget: str, limit: int | None, by: Member, now: datetime) -> Quota:
    """Set the entity's own limit of a budget, or take it away; inside the caller's transaction."""
    check_may(by, "budgets.manage", now=now)
    queries.lock_quota(account.pk)
    row = _row(account, budget)
    before = row.own_limit
    row.own_limit, row.set_by, row.set_at = limit, by, now
    row.save(update_fields=["own_limit", "set_by", "set_at"])
    record(
        entity_id=row.entity_id, event_type="limit.set", actor=by.actor, ref=row.ref, at=now,
        related=[account.ref], facts={"network": row.network, "budget": budget, "before": before, "after": limit},
    )  # fmt: skip
    return row


def end_suspension(*, stop: NetworkSuspension, by: Member, now: datetime) -> None:
    """Let go what a refusal stopped, because a person says that it is solved; inside the caller's transaction."""
    check_may(by, "sending.resume", now=now)
    stop.ended_at, stop.ended_by = now, by
    stop.save(update_fields=["ended_at", "ended_by"])
    record(
        entity_id=stop.entity_id, event_type="sending.resumed", actor=by.actor, ref=stop.ref, at=now,
        facts={"network": stop.network, "code": stop.code},
    )  # fmt: skip
