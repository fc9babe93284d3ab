"""How much of each budget is left now, and how many of what waits may go: pure, from rows already read.

The network's own word wins over our count, while it holds; a limit that a person set holds besides it. What is being
sent has not been counted by any word yet, and is taken off.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pregonero.networks.rate_limits.policy import Budget, PostClass, RateLimitPolicy

NEAR = 80  # hundredths: from here on it is said
SOON = timedelta(seconds=5)  # what is being sent will have its answer, and its word, by then
BY_NETWORK, BY_US, BY_PERSON = "network", "count", "person"


@dataclass(frozen=True)
class QuotaReading:
    """A budget's row, as far as it is known."""

    reported_limit: int | None = None
    reported_remaining: int | None = None
    reported_at: datetime | None = None
    resets_at: datetime | None = None
    used_since_report: int = 0
    own_limit: int | None = None

    def holds(self, now: datetime) -> bool:
        """Return whether the network's word is still of the window that runs."""
        return self.reported_remaining is not None and (self.resets_at is None or now < self.resets_at)


@dataclass(frozen=True)
class QuotaStatus:
    """How a budget stands: `left` is nothing when nobody set a limit."""

    budget: Budget
    limit: int | None
    used: int
    left: int | None
    until: datetime | None  # when there is more
    source: str
    reported_at: datetime | None = None
    awaits: bool = False  # an answer that is on its way will tell whether there is more
    tells: bool = False  # the answer of the next one will, which no other has yet

    @property
    def hundredths(self) -> int:
        """Return how much is used, of a hundred."""
        return min(100, 100 * self.used // self.limit) if self.limit else (100 if self.limit == 0 else 0)

    @property
    def near(self) -> bool:
        """Return whether it is nearly used up."""
        return self.limit is not None and self.hundredths >= NEAR


def quota_status(
    budget: Budget,
    told: QuotaReading,
    pieces: Sequence[tuple[datetime, int]],
    in_flight: int,
    now: datetime,
    *,
    tells: bool = False,
) -> QuotaStatus:
    """Return what is left of a budget.

    `pieces` is our own count by stretches of its window, in order; `in_flight` what it takes that is being sent;
    `tells` whether its network tells of it in every answer.
    """
    count = _by_count(budget, told.own_limit, pieces, now)
    word = _by_word(budget, told, in_flight, now)
    if word is None:
        tells = tells and told.own_limit is None
        return replace(count, awaits=tells and in_flight > 0, tells=tells)
    if told.own_limit is None:
        return word
    return min(word, count, key=lambda found: found.left or 0)


def _by_word(budget: Budget, told: QuotaReading, in_flight: int, now: datetime) -> QuotaStatus | None:
    if told.reported_remaining is None or told.reported_at is None:
        return None
    known = budget.limit.value if budget.limit else told.reported_remaining
    limit = known if told.reported_limit is None else told.reported_limit
    said = max(0, told.reported_remaining - told.used_since_report) if told.holds(now) else limit
    left = max(0, said - in_flight)
    until = told.resets_at if said <= 0 else now + SOON
    return QuotaStatus(budget, limit, max(0, limit - left), left, until, BY_NETWORK, told.reported_at, awaits=said > 0)


def _by_count(
    budget: Budget, own_limit: int | None, pieces: Sequence[tuple[datetime, int]], now: datetime
) -> QuotaStatus:
    used = sum(amount for _, amount in pieces)
    source = BY_US if own_limit is None else BY_PERSON
    limit = own_limit if own_limit is not None else budget.limit.value if budget.limit else None
    if limit is None:
        return QuotaStatus(budget, None, used, None, None, source)
    return QuotaStatus(budget, limit, used, max(0, limit - used), _more_at(budget, pieces, now), source)


def _more_at(budget: Budget, pieces: Sequence[tuple[datetime, int]], now: datetime) -> datetime | None:
    """Return when the day or month is over, or when the first of what counts leaves the window."""
    end = budget.window.ends(now)
    if end is not None:
        return end
    return next((budget.window.leaves(piece) for piece, amount in pieces if amount > 0), None)


@dataclass(frozen=True)
class Admission:
    """How many may go, and what holds the next one: why and until when, where anybody knows."""

    go: int
    reason: str = ""
    until: datetime | None = None
    budget: str = ""
    awaits: bool = False  # only for the answer of what is in the air


def admit_within(rates: RateLimitPolicy, acts: Sequence[PostClass], lefts: Iterable[QuotaStatus]) -> Admission:
    """Return how many of the acts, in their order, every budget still takes: none passes another that waits."""
    found = {each.budget.key: each for each in lefts}
    left = {key: each.left for key, each in found.items()}
    for at, act in enumerate(acts):
        cost = rates.cost_of(act)
        short = _short(cost, left)
        if short:
            awaits = found[short].awaits or (found[short].tells and at > 0)
            return Admission(at, reason_of(found[short]), found[short].until, short, awaits)
        for key, amount in cost.items():
            remaining = left.get(key)
            if remaining is not None:
                left[key] = remaining - amount
    return Admission(len(acts))


def _short(cost: Mapping[str, int], left: Mapping[str, int | None]) -> str:
    """Return the budget that does not take it; one with nothing left takes nothing, whatever it costs."""
    for key, amount in cost.items():
        remaining = left.get(key)
        if remaining is not None and remaining < max(amount, 1):
            return key
    return ""


def reason_of(left: QuotaStatus) -> str:
    """Return why something waits, as a person reads it."""
    name = left.budget.label[0].lower() + left.budget.label[1:]
    if left.source == BY_PERSON:
        return f"Espera: se llegó al límite fijado por la entidad ({name})."
    said = "la red dice que se llegó a su límite" if left.source == BY_NETWORK else "se llegó al límite de la red"
    return f"Espera: {said} ({name})."


def taking(rates: RateLimitPolicy, acts: Sequence[PostClass], left: QuotaStatus) -> QuotaStatus:
    """Return how a budget stands after the acts."""
    taken = sum(rates.cost_of(act).get(left.budget.key, 0) for act in acts)
    remaining = None if left.left is None else left.left - taken
    return replace(left, used=left.used + taken, left=remaining)
