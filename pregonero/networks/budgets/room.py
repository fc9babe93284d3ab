"""How much of each budget is left now, and how many of what waits may go: pure, from rows already read.

The network's own word wins over our count, while it holds; a limit that a person set holds besides it. What is being
sent has not been counted by any word yet, and is taken off.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pregonero.networks.budgets.kinds import Act, Budget, Rates

NEAR = 80  # hundredths: from here on it is said
SOON = timedelta(seconds=5)  # what is being sent will have its answer, and its word, by then
BY_NETWORK, BY_US, BY_PERSON = "network", "count", "person"


@dataclass(frozen=True)
class Told:
    """A budget's row, as far as it is known."""

    limit_told: int | None = None
    left_told: int | None = None
    told_at: datetime | None = None
    resets_at: datetime | None = None
    since_told: int = 0
    limit_set: int | None = None

    def holds(self, now: datetime) -> bool:
        """Return whether the network's word is still of the window that runs."""
        return self.left_told is not None and (self.resets_at is None or now < self.resets_at)


@dataclass(frozen=True)
class Left:
    """How a budget stands: `left` is nothing when nobody set a limit."""

    budget: Budget
    limit: int | None
    used: int
    left: int | None
    until: datetime | None  # when there is more
    source: str
    told_at: datetime | None = None
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


def left_of(
    budget: Budget,
    told: Told,
    pieces: Sequence[tuple[datetime, int]],
    in_flight: int,
    now: datetime,
    *,
    tells: bool = False,
) -> Left:
    """Return what is left of a budget.

    `pieces` is our own count by stretches of its window, in order; `in_flight` what it takes that is being sent;
    `tells` whether its network tells of it in every answer.
    """
    count = _by_count(budget, told.limit_set, pieces, now)
    word = _by_word(budget, told, in_flight, now)
    if word is None:
        tells = tells and told.limit_set is None
        return replace(count, awaits=tells and in_flight > 0, tells=tells)
    if told.limit_set is None:
        return word
    return min(word, count, key=lambda found: found.left or 0)


def _by_word(budget: Budget, told: Told, in_flight: int, now: datetime) -> Left | None:
    if told.left_told is None or told.told_at is None:
        return None
    known = budget.limit.value if budget.limit else told.left_told
    limit = known if told.limit_told is None else told.limit_told
    said = max(0, told.left_told - told.since_told) if told.holds(now) else limit
    left = max(0, said - in_flight)
    until = told.resets_at if said <= 0 else now + SOON
    return Left(budget, limit, max(0, limit - left), left, until, BY_NETWORK, told.told_at, awaits=said > 0)


def _by_count(budget: Budget, limit_set: int | None, pieces: Sequence[tuple[datetime, int]], now: datetime) -> Left:
    used = sum(amount for _, amount in pieces)
    source = BY_US if limit_set is None else BY_PERSON
    limit = limit_set if limit_set is not None else budget.limit.value if budget.limit else None
    if limit is None:
        return Left(budget, None, used, None, None, source)
    return Left(budget, limit, used, max(0, limit - used), _more_at(budget, pieces, now), source)


def _more_at(budget: Budget, pieces: Sequence[tuple[datetime, int]], now: datetime) -> datetime | None:
    """Return when the day or month is over, or when the first of what counts leaves the window."""
    end = budget.window.ends(now)
    if end is not None:
        return end
    return next((budget.window.leaves(piece) for piece, amount in pieces if amount > 0), None)


@dataclass(frozen=True)
class Room:
    """How many may go, and what holds the next one: why and until when, where anybody knows."""

    go: int
    reason: str = ""
    until: datetime | None = None
    budget: str = ""
    awaits: bool = False  # only for the answer of what is in the air


def fit(rates: Rates, acts: Sequence[Act], lefts: Iterable[Left]) -> Room:
    """Return how many of the acts, in their order, every budget still takes: none passes another that waits."""
    found = {each.budget.key: each for each in lefts}
    left = {key: each.left for key, each in found.items()}
    for at, act in enumerate(acts):
        cost = rates.cost_of(act)
        short = _short(cost, left)
        if short:
            awaits = found[short].awaits or (found[short].tells and at > 0)
            return Room(at, reason_of(found[short]), found[short].until, short, awaits)
        for key, amount in cost.items():
            remaining = left.get(key)
            if remaining is not None:
                left[key] = remaining - amount
    return Room(len(acts))


def _short(cost: Mapping[str, int], left: Mapping[str, int | None]) -> str:
    """Return the budget that does not take it; one with nothing left takes nothing, whatever it costs."""
    for key, amount in cost.items():
        remaining = left.get(key)
        if remaining is not None and remaining < max(amount, 1):
            return key
    return ""


def reason_of(left: Left) -> str:
    """Return why something waits, as a person reads it."""
    name = left.budget.label[0].lower() + left.budget.label[1:]
    if left.source == BY_PERSON:
        return f"Espera: se llegó al límite fijado por la entidad ({name})."
    said = "la red dice que se llegó a su límite" if left.source == BY_NETWORK else "se llegó al límite de la red"
    return f"Espera: {said} ({name})."


def taking(rates: Rates, acts: Sequence[Act], left: Left) -> Left:
    """Return how a budget stands after the acts."""
    taken = sum(rates.cost_of(act).get(left.budget.key, 0) for act in acts)
    remaining = None if left.left is None else left.left - taken
    return replace(left, used=left.used + taken, left=remaining)
