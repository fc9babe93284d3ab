"""The page Límites y gasto, and when what is programmed will really leave with the limits of now (rules 6, 10)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Sum

from pregonero.errors import NotFound
from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.networks.rate_limits.capacity import BY_NETWORK, QuotaStatus, QuotaTimeline
from pregonero.networks.rate_limits.forecast import ExpectedSend, Forecast, PlannedPost
from pregonero.networks.rate_limits.models import CostEntry, NetworkSuspension, Quota
from pregonero.networks.rate_limits.policy import POST_CLASS_LABELS, LimitScope, PostClass, Unit, classify_post
from pregonero.networks.rate_limits.queries import (
    quota_statuses,
    quota_usages,
    running,
    suspended_accounts,
    suspensions_of,
)
from pregonero.networks.registry import connector, rate_limit_policy
from pregonero.outbox.models import PUBLIC_KINDS, Delivery
from pregonero.outbox.queries.queue import posts_in_flight
from pregonero.outbox.states import WAITING
from pregonero.people.models import Entity, Member

MOST_FORESEEN = 500  # of what waits: a page is not kept waiting for the whole year
A_MONTH = timedelta(days=31)
Key = tuple[int | None, str, str]  # of a quota: its account, or None; its network; and the key of its rule


@dataclass(frozen=True)
class QuotaLine:
    """One quota on the page: its status, and the limit that a person set, if any."""

    account: Account
    left: QuotaStatus
    reserved: int  # by the posts that are being sent
    restarts_at: datetime | None  # when all of it, or for a rolling window some of it, is free again
    set_by: str
    set_at: datetime | None
    own_limit: int | None

    @property
    def is_money(self) -> bool:
        """Return whether it is counted in micro-dollars."""
        return self.left.rule.unit == Unit.MONEY

    @property
    def is_shared(self) -> bool:
        """Return whether all the accounts of the network use it."""
        return self.left.rule.scope == LimitScope.APP

    @property
    def restarts_whole(self) -> bool:
        """Return whether all of it is free again at `restarts_at`."""
        return self.left.source == BY_NETWORK or bool(self.left.rule.window.calendar)

    @property
    def settled(self) -> int:
        """Return what is used by posts that are sent, without those that are being sent."""
        return max(0, self.left.used - self.reserved)

    @property
    def settled_percent(self) -> int:
        """Return the percentage of the limit that sent posts use."""
        return self._percent(self.settled)

    @property
    def reserved_percent(self) -> int:
        """Return the percentage of the limit that the posts being sent use."""
        return self._percent(self.left.used) - self.settled_percent

    def _percent(self, amount: int) -> int:
        return min(100, 100 * amount // self.left.limit) if self.left.limit else self.left.percent_used


@dataclass(frozen=True)
class Spent:
    """What was done of one kind in the month, and what it cost in micro-dollars."""

    label: str
    quantity: int
    micros: int


@dataclass(frozen=True)
class NetworkLimits:
    """The quotas of one network: of the application, and of each account."""

    key: str
    label: str
    shared: tuple[QuotaLine, ...]
    own: tuple[QuotaLine, ...]
    stops: tuple[NetworkSuspension, ...]
    spent: tuple[Spent, ...]
    micros: int
    foreseen: int  # what the rest of the month's programme will cost besides

    @property
    def charges(self) -> bool:
        """Return whether this network costs money."""
        return any(line.is_money for line in self.shared)


def limits_of(entity: Entity, *, today: date, now: datetime) -> list[NetworkLimits]:
    """Return every quota of the entity's networks, in the order of its accounts."""
    networks: dict[str, list[Account]] = defaultdict(list)
    for account in accounts_of(entity):
        networks[account.network].append(account)
    stops = suspensions_of(entity.pk, now=now)
    return [_network(accounts, stops, today, now) for accounts in networks.values()]


def _network(accounts: list[Account], stops: list[NetworkSuspension], today: date, now: datetime) -> NetworkLimits:
    network = accounts[0].network
    lines = [line for account in accounts for line in _lines(account, now)]
    shared = [line for line in lines if line.left.rule.scope == LimitScope.APP and line.account == accounts[0]]
    spent = _spent(accounts, today)
    return NetworkLimits(
        key=network,
        label=connector(network).capabilities.label,
        shared=tuple(shared),
        own=tuple(line for line in lines if line.left.rule.scope == LimitScope.ACCOUNT),
        stops=tuple(stop for stop in stops if stop.network == network),
        spent=spent,
        micros=sum(line.micros for line in spent),
        foreseen=_foreseen_cost(accounts, now),
    )


def _lines(account: Account, now: datetime) -> Iterable[QuotaLine]:
    rows = Quota.objects.filter(entity_id=account.entity_id, network=account.network).select_related("set_by")
    known = {(row.account_id, row.quota_key): row for row in rows}
    in_flight = posts_in_flight(account)
    for left in quota_statuses(account, in_flight=in_flight, now=now):
        rule = left.rule
        row = known.get((account.pk if rule.scope == LimitScope.ACCOUNT else None, rule.key))
        limit = row.own_limit if row else None
        yield QuotaLine(
            account=account,
            left=left,
            reserved=min(left.used, in_flight.of(rule.scope) * rate_limit_policy(account.network).max_cost(rule.key)),
            restarts_at=_restart(left, row, now),
            set_by=row.set_by.name if row and row.set_by and limit is not None else "",
            set_at=row.set_at if row else None,
            own_limit=limit,
        )


def _restart(left: QuotaStatus, row: Quota | None, now: datetime) -> datetime | None:
    """Return when a quota is free again; what a network reports is until the end of its window."""
    if left.source != BY_NETWORK:
        return left.more_at if left.used else None
    return row.resets_at if row and row.resets_at and now < row.resets_at else None


def get_quota_line(*, account: Account, key: str, now: datetime) -> QuotaLine:
    """Return one quota of an account; an unknown key is not found."""
    line = next((found for found in _lines(account, now) if found.left.rule.key == key), None)
    if line is None:
        raise NotFound
    return line


def _spent(accounts: list[Account], today: date) -> tuple[Spent, ...]:
    network = accounts[0].network
    words: dict[str, str] = dict(POST_CLASS_LABELS)
    words |= {cost.kind: cost.label for cost in rate_limit_policy(network).call_costs.values()}
    lines = CostEntry.objects.filter(account__in=accounts, day__gte=today.replace(day=1), day__lte=today)
    sums = lines.values_list("kind").annotate(Sum("quantity"), Sum("micros")).order_by("kind")
    return tuple(Spent(words.get(kind, kind), quantity, micros) for kind, quantity, micros in sums if quantity)


def get_suspension(*, member: Member, pk: int, now: datetime, for_update: bool = False) -> NetworkSuspension:
    """Return something that stops the member's entity now; any other is not found."""
    stops = (
        NetworkSuspension.objects.select_for_update(no_key=True, of=("self",))
        if for_update
        else NetworkSuspension.objects.all()
    )
    stop = stops.filter(running(now), pk=pk, entity_id=member.entity_id).first()
    if stop is None:
        raise NotFound
    return stop


def planned_on(accounts: Sequence[Account], *, until: datetime) -> list[PlannedPost]:
    """Return what waits on the accounts, each part of a thread by itself, in the order in which it will be sent."""
    waiting = Delivery.objects.filter(
        account__in=accounts, state__in=WAITING, due_at__lt=until, kind__in=PUBLIC_KINDS
    ).order_by("due_at", "pk")
    return [
        PlannedPost(delivery.pk, delivery.account_id, delivery.due_at, post_class(delivery), delivery.expires_at)
        for delivery in waiting[:MOST_FORESEEN]
    ]


def post_class(delivery: Delivery) -> PostClass:
    """Return what a delivery will be to its network's quotas and prices."""
    payload = delivery.payload
    if payload.get("private"):
        return PostClass.MESSAGE
    is_part = bool(delivery.position or payload.get("reply_to"))
    return classify_post(payload["text"], link=payload["link"], format=payload["format"], part=is_part)


def foresee(accounts: Sequence[Account], planned: Iterable[PlannedPost], *, now: datetime) -> dict[int, ExpectedSend]:
    """Return when each will really leave, by its key; the accounts of one network share their application's quotas."""
    networks: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        networks[account.network].append(account)
    planned = list(planned)
    tracks = _tracks(accounts, now)
    stops = suspended_accounts(accounts, now=now)
    stopped = {number: (stop.until, stop.code) for number, stop in stops.items()}
    found: dict[int, ExpectedSend] = {}
    for network, theirs in networks.items():
        numbers = {account.pk for account in theirs}
        forecast = Forecast(rate_limit_policy(network), partial(_track, tracks, network), stopped)
        ours = [post for post in planned if post.account in numbers]
        found |= {leaving.key: leaving for leaving in forecast.of(ours, now=now)}
    return found


def _track(tracks: Mapping[Key, QuotaTimeline], network: str, owner: int | None, quota: str) -> QuotaTimeline | None:
    return tracks.get((owner, network, quota))


def _tracks(accounts: Sequence[Account], now: datetime) -> dict[Key, QuotaTimeline]:
    found: dict[Key, QuotaTimeline] = {}
    for key, usage in quota_usages(accounts, now=now).items():
        track = usage.status.timeline(usage.buckets)
        if track is not None:
            found[key] = track
    return found


def _foreseen_cost(accounts: list[Account], now: datetime) -> int:
    """Return what the programme of the rest of the month will cost, in micro-dollars."""
    rates = rate_limit_policy(accounts[0].network)
    money = next((rule for rule in rates.quotas if rule.unit == Unit.MONEY), None)
    if money is None:
        return 0
    ends = money.window.end(now) or now + A_MONTH
    return sum(rates.cost_of(post.post_class).get(money.key, 0) for post in planned_on(accounts, until=ends))
