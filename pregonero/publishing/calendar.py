"""Checks on a day's calendar (P-2): clashes, repeated themes and proposed hours. Pure functions without queries."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pregonero.publishing.calendar_rules.rule_set import NO_RULES, TOO_CLOSE, RuleSet
from pregonero.publishing.models import ZONE, Relevance

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
    relevance: int = Relevance.MEDIUM


class Topic(NamedTuple):
    """What waits for an hour: a key, its theme and how much it matters."""

    key: int
    theme: str
    relevance: int = Relevance.MEDIUM


@dataclass(frozen=True)
class CalendarProblem:
    """A problem of a publication in the calendar, with its Spanish text."""

    kind: str  # "clash", "apart" or "repeat"
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


def find_problems(positions: Iterable[ThreadPosition], rules: RuleSet = NO_RULES) -> dict[int, CalendarProblem]:
    """Return by key the positions that the rules advise against because of an earlier one on the same account.

    They are too close to it, their themes must not touch, or they repeat its theme.
    """
    problems: dict[int, CalendarProblem] = {}
    by_account: dict[int, list[ThreadPosition]] = {}
    for position in sorted(positions, key=lambda position: (position.at, position.key)):
        before = by_account.setdefault(position.account, [])
        problem = _clash(position, before, rules) or _theme_problem(position, before, rules)
        if problem is not None:
            problems[position.key] = problem
        before.append(position)
    return problems


def _clash(position: ThreadPosition, before: Sequence[ThreadPosition], rules: RuleSet) -> CalendarProblem | None:
    gap = rules.gap_of(position.account)
    for other in reversed(before):  # nearest first, so that a busy day is not compared pair by pair
        if position.at - other.at >= gap:
            break
        if other.publication != position.publication:
            minutes = int((position.at - other.at).total_seconds() // 60)
            text = f"a {minutes} min de la de las {other.at:%H:%M}" if minutes else "a la misma hora que otra"
            return CalendarProblem("clash", text)
    return None


def _theme_problem(
    position: ThreadPosition, before: Sequence[ThreadPosition], rules: RuleSet
) -> CalendarProblem | None:
    theme = position.theme.casefold()
    for other in before if theme else ():
        if other.publication == position.publication:
            continue
        if rules.are_apart(theme, other.theme) and position.at - other.at < rules.apart_by:
            return CalendarProblem("apart", f"no va junto a {other.theme}, que sale a las {other.at:%H:%M}")
        if theme == other.theme.casefold():
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
    positions: Iterable[ThreadPosition], accounts: Iterable[int], day: date, now: datetime, rules: RuleSet = NO_RULES
) -> list[datetime]:
    """Return the hours of the day from `now` on in which none of the accounts publishes and the rules advise it.

    Quiet hours and those too close to another publication are left out; the best hours count even if they are early or
    late.
    """
    wanted = set(accounts)
    there = [position for position in positions if position.account in wanted]
    taken = {position.at.hour for position in there}
    numbers = sorted({*range(PROPOSE_FROM, PROPOSE_TO + 1), *rules.best_hours})
    hours = [at_hour(day, hour) for hour in numbers if hour not in taken]
    return [hour for hour in hours if hour >= now and not rules.is_quiet(hour) and is_clear(hour, there, rules)]


def is_clear(moment: datetime, positions: Iterable[ThreadPosition], rules: RuleSet) -> bool:
    """Return whether a moment is as far from each position as the rules of its account ask."""
    return all(abs(position.at - moment) >= rules.gap_of(position.account) for position in positions)


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
    waiting: Iterable[Topic],
    positions: Sequence[ThreadPosition],
    accounts: Sequence[int],
    day: date,
    now: datetime,
    *,
    rules: RuleSet = NO_RULES,
) -> list[Proposal]:
    """Propose a free hour for each topic, most relevant first, until there are none left.

    An hour far from topics that must not touch it comes first, then one of the best hours, then the hour farthest from
    other publications. On a day off only the most relevant ones have an hour.
    """
    hours = free_hours(positions, accounts, day, now, rules)
    today, is_off = in_bogota(now).date(), bool(rules.day_off(day))
    there = [position for position in positions if position.account in set(accounts)]
    proposals = []
    for topic in waiting:
        if not hours:
            break
        if is_off and topic.relevance != Relevance.HIGH:
            continue
        at = max(hours, key=lambda hour: _score(hour, topic.theme, there, rules))
        hours.remove(at)
        why = _reason(topic.theme, positions, at, today) + _rules_reason(at, topic.theme, there, rules)
        proposals.append(Proposal(topic.key, at, tuple(accounts), why))
    return proposals


def _score(
    hour: datetime, theme: str, positions: Sequence[ThreadPosition], rules: RuleSet
) -> tuple[bool, bool, float, float]:
    gaps = [abs((position.at - hour).total_seconds()) for position in positions]
    touches = _touched(hour, theme, positions, rules) is not None
    return not touches, rules.is_best(hour), min(gaps, default=0.0), -hour.timestamp()


def _touched(hour: datetime, theme: str, positions: Iterable[ThreadPosition], rules: RuleSet) -> ThreadPosition | None:
    """Return the first position near an hour with a theme that must not touch this one."""
    near = (position for position in positions if abs(position.at - hour) < rules.apart_by)
    return next((position for position in near if rules.are_apart(theme, position.theme)), None)


def _rules_reason(hour: datetime, theme: str, positions: Sequence[ThreadPosition], rules: RuleSet) -> str:
    """Return what the rules have to do with a proposed hour, as sentences after its reason."""
    sentences = []
    if rules.is_best(hour):
        sentences.append("Es de las mejores horas.")
    touched = _touched(hour, theme, positions, rules)
    if touched is not None:
        sentences.append(f"Ojo: a las {touched.at:%H:%M} sale una de {touched.theme}.")
    if name := rules.day_off(hour.date()):
        sentences.append(f"Es festivo ({name}): se propone por su relevancia.")
    return "".join(f" {sentence}" for sentence in sentences)


def _reason(theme: str, positions: Sequence[ThreadPosition], at: datetime, today: date) -> str:
    free = f"A las {at:%H:%M} hay espacio"
    if not theme:
        return f"{free}."
    when = {0: "hoy", 1: "mañana"}.get((at.date() - today).days, "ese día")
    if any(position.theme.casefold() == theme.casefold() for position in positions):
        return f"{free}; ojo: {when} ya sale otra de {theme.lower()}."
    return f"{free}, y {when} no sale otra de ese tema."
