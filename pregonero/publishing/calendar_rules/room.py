"""Making room for a publication: which others would move, and where to (P-2). Pure functions without queries."""

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from pregonero.publishing.calendar import QUARTER, SHORTEST_NOTICE, ThreadPosition, at_hour, is_clear
from pregonero.publishing.calendar_rules.advice import PlannedHour
from pregonero.publishing.calendar_rules.rule_set import RuleSet

QUARTERS_A_DAY = 96


@dataclass(frozen=True)
class Move:
    """A publication that would move within its day, from one hour to another, in Bogotá."""

    publication: int
    title: str
    relevance: int
    before: datetime
    after: datetime


@dataclass(frozen=True)
class Room:
    """What would move, and what is too close and stays: it matters more, went out, or fits nowhere that day."""

    moves: tuple[Move, ...]
    stays: tuple[ThreadPosition, ...]

    @property
    def digest(self) -> str:
        """Return a digest of the moves, to do exactly what was shown."""
        moves = [{**asdict(move), "before": str(move.before), "after": str(move.after)} for move in self.moves]
        return hashlib.sha256(json.dumps(moves, sort_keys=True).encode()).hexdigest()


def too_close(planned: PlannedHour, positions: Iterable[ThreadPosition], rules: RuleSet) -> dict[int, ThreadPosition]:
    """Return the publications too close to an hour on its accounts, by id, the most relevant first."""
    near = [
        position
        for position in positions
        if position.publication != planned.publication
        and position.account in planned.accounts
        and abs(position.at - planned.at) < rules.gap_of(position.account)
    ]
    near.sort(key=lambda position: (position.relevance, position.at, position.publication))
    found: dict[int, ThreadPosition] = {}
    for position in near:
        found.setdefault(position.publication, position)
    return found


def make_room(
    planned: PlannedHour,
    positions: Sequence[ThreadPosition],
    movable: Collection[int],
    rules: RuleSet,
    *,
    now: datetime,
) -> Room:
    """Return how the less or equally relevant publications too close to an hour would move, each to a near quarter.

    `positions` are those of the day; `movable`, the publications that can still be moved.
    """
    placed = [position for position in positions if position.publication != planned.publication]
    placed += [ThreadPosition(0, planned.publication, account, planned.at, "", "") for account in planned.accounts]
    moves: list[Move] = []
    stays: list[ThreadPosition] = []
    for publication, position in too_close(planned, positions, rules).items():
        own = [other for other in placed if other.publication == publication]
        rest = [other for other in placed if other.publication != publication]
        can_move = publication in movable and position.relevance >= planned.relevance
        after = _nearest(position.at, own, rest, rules, now=now) if can_move else None
        if after is None:
            stays.append(position)
            continue
        moves.append(Move(publication, position.title, position.relevance, position.at, after))
        placed = rest + [replace(other, at=after) for other in own]
    return Room(tuple(moves), tuple(stays))


def _nearest(
    at: datetime, own: Sequence[ThreadPosition], rest: Iterable[ThreadPosition], rules: RuleSet, *, now: datetime
) -> datetime | None:
    """Return the free quarter of an hour of that day nearest to a moment; of two, the later one."""
    accounts = {position.account for position in own}
    there = [position for position in rest if position.account in accounts]
    start = at_hour(at.date(), 0)
    free = [
        quarter
        for quarter in (start + QUARTER * number for number in range(QUARTERS_A_DAY))
        if quarter >= now + SHORTEST_NOTICE and not rules.is_quiet(quarter) and is_clear(quarter, there, rules)
    ]
    return min(free, key=lambda quarter: (_minutes(quarter - at), quarter < at), default=None)


def _minutes(distance: timedelta) -> int:
    return math.floor(abs(distance).total_seconds() / 60)
