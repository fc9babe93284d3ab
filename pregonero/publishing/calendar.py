"""The day's order (P-2): clashes, repeated themes, free places and what to put in them. Pure: rows in, findings out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pregonero.publishing.models import ZONE

TOO_CLOSE = timedelta(minutes=15)  # two topics on one account closer than this push each other away
FIRST_HOUR, LAST_HOUR = 7, 18  # the hours that a day always shows, in Bogotá
PROPOSE_FROM, PROPOSE_TO = 8, 17


@dataclass(frozen=True)
class ThreadPosition:
    """Something that goes out: on which account, when (Bogotá), about what. Stopped ones take no place."""

    key: int
    publication: int
    account: int
    at: datetime
    title: str
    theme: str


@dataclass(frozen=True)
class Finding:
    """What stands badly in the day, and with what."""

    kind: str  # "clash" or "repeat"
    words: str


@dataclass(frozen=True)
class Proposal:
    """A free hour for something that waits, and why there."""

    waiting: int
    at: datetime
    accounts: tuple[int, ...]
    why: str


def find_troubles(places: Iterable[ThreadPosition]) -> dict[int, Finding]:
    """Return, by the place's key, what is too close to another topic or repeats one of the same day and account."""
    troubles: dict[int, Finding] = {}
    by_account: dict[int, list[ThreadPosition]] = {}
    for place in sorted(places, key=lambda place: (place.at, place.key)):
        before = by_account.setdefault(place.account, [])
        finding = _trouble(place, before)
        if finding is not None:
            troubles[place.key] = finding
        before.append(place)
    return troubles


def _trouble(place: ThreadPosition, before: Sequence[ThreadPosition]) -> Finding | None:
    for other in reversed(before):  # from the nearest: a very full day must not be compared each with each
        if place.at - other.at >= TOO_CLOSE:
            break
        if other.publication != place.publication:
            return Finding("clash", f"choca con «{other.title}» de las {other.at:%H:%M}")
    theme = place.theme.casefold()
    for other in before if theme else ():
        if other.publication != place.publication and theme == other.theme.casefold():
            return Finding("repeat", f"repite el tema de las {other.at:%H:%M}")
    return None


def free_hours(places: Iterable[ThreadPosition], accounts: Iterable[int], day: date, now: datetime) -> list[datetime]:
    """Return the hours of the day, from now on, in which none of the accounts has anything."""
    wanted = set(accounts)
    taken = {place.at.hour for place in places if place.account in wanted}
    hours = [at_hour(day, hour) for hour in range(PROPOSE_FROM, PROPOSE_TO + 1)]
    return [hour for hour in hours if hour >= now and hour.hour not in taken]


def at_hour(day: date, hour: int, minute: int = 0) -> datetime:
    """Return that hour of the day in Bogotá."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(ZONE))


def propose(
    waiting: Iterable[tuple[int, str]],
    places: Sequence[ThreadPosition],
    accounts: Sequence[int],
    day: date,
    now: datetime,
) -> list[Proposal]:
    """Return a free hour for each thing that waits (its id and theme, most relevant first), while there are any.

    The hour that is farthest from the neighbours comes first, so that topics do not crowd.
    """
    hours = free_hours(places, accounts, day, now)
    proposals = []
    for key, theme in waiting:
        if not hours:
            break
        at = max(hours, key=lambda hour: (_distance(hour, places, accounts), -hour.timestamp()))
        hours.remove(at)
        proposals.append(Proposal(key, at, tuple(accounts), _reason(theme, places, at)))
    return proposals


def _distance(hour: datetime, places: Sequence[ThreadPosition], accounts: Sequence[int]) -> float:
    gaps = [abs((place.at - hour).total_seconds()) for place in places if place.account in accounts]
    return min(gaps, default=0.0)


def _reason(theme: str, places: Sequence[ThreadPosition], at: datetime) -> str:
    same = [place for place in places if theme and place.theme.casefold() == theme.casefold()]
    if same:
        return f"Es un hueco a las {at:%H:%M}; ojo: hoy ya sale otra de {theme.lower()}."
    return f"Es un hueco a las {at:%H:%M} y hoy no sale otra de ese tema."
