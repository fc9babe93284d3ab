"""Checks on a day's calendar (P-2): clashes, repeated themes and proposed hours. Pure functions without queries."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pregonero.publishing.models import ZONE

TOO_CLOSE = timedelta(minutes=15)  # the minimum between two publications on one account
QUARTER = timedelta(minutes=15)
HALF_HOUR = timedelta(minutes=30)
SHORTEST_NOTICE = timedelta(minutes=5)  # between opening the editor and the hour that it suggests
SHORTEST_FREE = timedelta(hours=1)  # a shorter gap is not offered as free time
FIRST_HOUR, LAST_HOUR = 7, 18  # hours in Bogotá that the calendar always shows
PROPOSE_FROM, PROPOSE_TO = 8, 17
MOST_YEARS = 2  # between now and a requested day


@dataclass(frozen=True)
class ThreadPosition:
    """A publication's thread on one account: when it is due (in Bogotá) and its theme. Cancelled ones are left out."""

    key: int
    publication: int
    account: int
    at: datetime
    title: str
    theme: str


@dataclass(frozen=True)
class CalendarProblem:
    """A problem of a publication in the calendar, with its Spanish text."""

    kind: str  # "clash" or "repeat"
    text: str


@dataclass(frozen=True)
class Proposal:
    """A free hour for a publication that is not scheduled, with the reason."""

    waiting: int
    at: datetime
    accounts: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class FreeSpan:
    """A part of a day, in Bogotá, in which nothing is published."""

    start: datetime
    end: datetime


def find_problems(positions: Iterable[ThreadPosition]) -> dict[int, CalendarProblem]:
    """Return by key the positions too close to another one, or with the theme of another, on the same account."""
    problems: dict[int, CalendarProblem] = {}
    by_account: dict[int, list[ThreadPosition]] = {}
    for position in sorted(positions, key=lambda position: (position.at, position.key)):
        before = by_account.setdefault(position.account, [])
        problem = _problem(position, before)
        if problem is not None:
            problems[position.key] = problem
        before.append(position)
    return problems


def _problem(position: ThreadPosition, before: Sequence[ThreadPosition]) -> CalendarProblem | None:
    for other in reversed(before):  # nearest first, so that a busy day is not compared pair by pair
        if position.at - other.at >= TOO_CLOSE:
            break
        if other.publication != position.publication:
            minutes = int((position.at - other.at).total_seconds() // 60)
            text = f"a {minutes} min de la de las {other.at:%H:%M}" if minutes else "a la misma hora que otra"
            return CalendarProblem("clash", text)
    theme = position.theme.casefold()
    for other in before if theme else ():
        if other.publication != position.publication and theme == other.theme.casefold():
            return CalendarProblem("repeat", f"repite el tema de las {other.at:%H:%M}")
    return None


def free_spans(taken: Iterable[datetime], day: date, now: datetime) -> list[FreeSpan]:
    """Return the parts of a day of an hour or more between what is published, from `now` on, in half hours.

    They are within the hours that the calendar always shows, or within more if something is published outside of them.
    """
    times = sorted(taken)
    end = at_hour(day, LAST_HOUR + 1)
    if times:
        end = max(end, _half_hour_after(times[-1]))
    earliest = max(min([at_hour(day, FIRST_HOUR), *times]), next_quarter(now))
    starts = [earliest, *(max(_half_hour_after(at), earliest) for at in times)]
    spans = []
    for start, following in zip(starts, [*times, end], strict=True):
        until = _half_hour_before(following)
        if until - start >= SHORTEST_FREE:
            spans.append(FreeSpan(start, until))
    return spans


def _half_hour_after(moment: datetime) -> datetime:
    """Return the first half hour that is far enough from a publication of that minute."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour + HALF_HOUR * math.ceil((moment + TOO_CLOSE - hour) / HALF_HOUR)


def _half_hour_before(moment: datetime) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour + HALF_HOUR * math.floor((moment - hour) / HALF_HOUR)


def free_hours(
    positions: Iterable[ThreadPosition], accounts: Iterable[int], day: date, now: datetime
) -> list[datetime]:
    """Return the hours of the day from `now` on in which none of the accounts publishes."""
    wanted = set(accounts)
    taken = {position.at.hour for position in positions if position.account in wanted}
    hours = [at_hour(day, hour) for hour in range(PROPOSE_FROM, PROPOSE_TO + 1)]
    return [hour for hour in hours if hour >= now and hour.hour not in taken]


def in_bogota(moment: datetime) -> datetime:
    """Return a moment in the time of Bogotá."""
    return moment.astimezone(ZoneInfo(ZONE))


def at_hour(day: date, hour: int, minute: int = 0) -> datetime:
    """Return an hour of a day in Bogotá as an instant."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(ZONE))


def requested_minute(text: str, now: datetime) -> datetime | None:
    """Return a minute in Bogotá such as "2026-12-01T09:30", or "09:30" of the day of `now`; None if it is not one."""
    day, _, hour = text.rpartition("T")
    try:
        on = date.fromisoformat(day) if day else in_bogota(now).date()
        at = time.fromisoformat(hour)
    except ValueError:
        return None
    return at_hour(on, at.hour, at.minute) if abs(on.year - now.year) <= MOST_YEARS else None


def next_quarter(now: datetime) -> datetime:
    """Return the next quarter of an hour that is at least five minutes away, so that there is time to schedule."""
    earliest = in_bogota(now) + SHORTEST_NOTICE
    start = earliest.replace(minute=0, second=0, microsecond=0)
    return start + QUARTER * math.ceil((earliest - start) / QUARTER)


def propose(
    waiting: Iterable[tuple[int, str]],
    positions: Sequence[ThreadPosition],
    accounts: Sequence[int],
    day: date,
    now: datetime,
) -> list[Proposal]:
    """Propose a free hour for each waiting item (id and theme, most relevant first) until there are none left.

    The hour farthest from other publications is proposed first.
    """
    hours = free_hours(positions, accounts, day, now)
    today = in_bogota(now).date()
    proposals = []
    for key, theme in waiting:
        if not hours:
            break
        at = max(hours, key=lambda hour: (_distance(hour, positions, accounts), -hour.timestamp()))
        hours.remove(at)
        proposals.append(Proposal(key, at, tuple(accounts), _reason(theme, positions, at, today)))
    return proposals


def _distance(hour: datetime, positions: Sequence[ThreadPosition], accounts: Sequence[int]) -> float:
    gaps = [abs((position.at - hour).total_seconds()) for position in positions if position.account in accounts]
    return min(gaps, default=0.0)


def _reason(theme: str, positions: Sequence[ThreadPosition], at: datetime, today: date) -> str:
    free = f"A las {at:%H:%M} hay espacio"
    if not theme:
        return f"{free}."
    when = {0: "hoy", 1: "mañana"}.get((at.date() - today).days, "ese día")
    if any(position.theme.casefold() == theme.casefold() for position in positions):
        return f"{free}; ojo: {when} ya sale otra de {theme.lower()}."
    return f"{free}, y {when} no sale otra de ese tema."
