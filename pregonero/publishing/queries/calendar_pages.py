"""The pages of the calendar: a day, a week, a month and a list (P-2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.people.models import Member
from pregonero.publishing.calendar import FreeSpan, at_hour, free_spans, in_bogota, next_quarter
from pregonero.publishing.calendar_filters import Filters
from pregonero.publishing.live.live_models import LiveEvent
from pregonero.publishing.live.queries import events_between
from pregonero.publishing.queries.calendar import WaitingItem, deliveries_on, waiting_items
from pregonero.publishing.queries.calendar_entries import Entry, entries_between, with_pictures
from pregonero.publishing.queries.forecast import foreseen_of

MOST_IN_HOUR = 12  # publications of an hour that a day shows; the hour has pages of its own
MOST_IN_BAND = 8  # of the week
MOST_IN_MONTH_DAY = 3
MOST_IN_LIST_DAY = 50
LIST_DAYS = 14
WHOLE_DAY = ((0, 24),)
BANDS = ((0, 6), (6, 9), (9, 12), (12, 15), (15, 18), (18, 21), (21, 24))
USUAL_BANDS = BANDS[1:-1]  # the others are shown if something is published in them
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CalendarItem:
    """Something at a time of the calendar.

    `kind` is "entry" (a publication), "live" (a live event), "suggested" (an hour for a publication that has none),
    "free" (time without publications), "more" (publications that are not shown) or "now".
    """

    kind: str
    at: datetime
    entry: Entry | None = None
    live: LiveEvent | None = None
    waiting: WaitingItem | None = None
    free: FreeSpan | None = None
    more: int = 0


@dataclass(frozen=True)
class Day:
    """A day of the calendar; `items` are its rows, in order."""

    day: date
    accounts: tuple[Account, ...]
    items: tuple[CalendarItem, ...]
    entries: tuple[Entry, ...]
    waiting: tuple[WaitingItem, ...]
    is_today: bool
    is_past: bool
    foreseen: tuple[str, ...] = ()  # what the networks' limits will do to it
    events: tuple[LiveEvent, ...] = ()


@dataclass(frozen=True)
class Band:
    """Some hours of a day in the week; `adds_at` is its first quarter of an hour that is not past, or None."""

    start: int
    end: int
    items: tuple[CalendarItem, ...]
    more: int
    adds_at: datetime | None


@dataclass(frozen=True)
class WeekDay:
    """A day of the week, in bands of hours, or a day of the list, in only one."""

    day: date
    count: int
    is_today: bool
    bands: tuple[Band, ...]

    @property
    def adds_at(self) -> datetime | None:
        """Return the first quarter of an hour of the day that is not past, or None."""
        return next((band.adds_at for band in self.bands if band.adds_at is not None), None)


@dataclass(frozen=True)
class Days:
    """Several days of the calendar: a week, a month or a list."""

    start: date
    end: date  # the last one
    days: tuple[WeekDay, ...]
    bands: tuple[tuple[int, int], ...]
    entries: tuple[Entry, ...]
    waiting: tuple[WaitingItem, ...]
    events: tuple[LiveEvent, ...] = ()


def day_of(by: Member, day: date, filters: Filters, *, now: datetime) -> Day:
    """Return a day of the calendar of the member's entity."""
    accounts = tuple(accounts_of(by.entity))
    foreseen = foreseen_of(accounts, deliveries_on(by.entity, day), now=now)
    start = at_hour(day, 0)
    everything = entries_between(by.entity, start, start + ONE_DAY, by=by, now=now, notes=foreseen.words)
    entries = with_pictures(filters.entries(everything))
    waiting = waiting_items(by.entity, accounts, day, now=now)
    today = in_bogota(now).date()
    events = filters.live_events(events_between(by.entity, start, start + ONE_DAY))
    suggested = () if filters.hides_publications else waiting
    return Day(
        day=day,
        accounts=filters.accounts(accounts),
        items=tuple(_day_items(_shown(entries) + _live(events) + _suggested(suggested, day), day, filters, now)),
        entries=tuple(entries),
        waiting=waiting,
        is_today=day == today,
        is_past=day < today,
        foreseen=foreseen.sentences,
        events=tuple(events),
    )


def _day_items(items: list[CalendarItem], day: date, filters: Filters, now: datetime) -> list[CalendarItem]:
    if not filters.hides_publications:
        times = [item.at for item in items]
        items += [CalendarItem("free", span.start, free=span) for span in free_spans(times, day, now)]
    return _with_now(items, day, now)


def _shown(entries: Sequence[Entry]) -> list[CalendarItem]:
    """Return the publications; an hour with too many ends with an item that counts the rest."""
    by_hour: dict[int, list[Entry]] = {}
    for entry in entries:
        by_hour.setdefault(entry.at.hour, []).append(entry)
    items = []
    for of_hour in by_hour.values():
        shown, left = of_hour[:MOST_IN_HOUR], of_hour[MOST_IN_HOUR:]
        items += [CalendarItem("entry", entry.at, entry=entry) for entry in shown]
        if left:
            items.append(CalendarItem("more", left[0].at, more=len(left)))
    return items


def _live(events: Iterable[LiveEvent]) -> list[CalendarItem]:
    return [CalendarItem("live", in_bogota(event.starts_at), live=event) for event in events]


def _suggested(waiting: Iterable[WaitingItem], day: date) -> list[CalendarItem]:
    proposed = [(item.proposal.at, item) for item in waiting if item.proposal is not None]
    return [CalendarItem("suggested", at, waiting=item) for at, item in proposed if at.date() == day]


def _with_now(items: list[CalendarItem], day: date, now: datetime) -> list[CalendarItem]:
    """Return the items by time, with the present time among them if it is of that day."""
    if day == in_bogota(now).date():
        items = [*items, CalendarItem("now", in_bogota(now))]
    return sorted(items, key=lambda item: item.at)


def week_of(by: Member, day: date, filters: Filters, *, now: datetime) -> Days:
    """Return the week, from Monday to Sunday, of a day."""
    start = day - timedelta(days=day.weekday())
    return _days(by, start, 7, filters, now=now, most=MOST_IN_BAND)


def month_of(by: Member, day: date, filters: Filters, *, now: datetime) -> Days:
    """Return the whole weeks that have a day of the month of a day."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - ONE_DAY
    start = first - timedelta(days=first.weekday())
    weeks = (last - start).days // 7 + 1
    return _days(by, start, 7 * weeks, filters, now=now, most=MOST_IN_MONTH_DAY, bands=WHOLE_DAY)


def list_of(by: Member, day: date, filters: Filters, *, now: datetime) -> Days:
    """Return the two weeks that begin on a day, each publication with its picture."""
    return _days(by, day, LIST_DAYS, filters, now=now, most=MOST_IN_LIST_DAY, bands=WHOLE_DAY, pictures=True)


def _days(
    by: Member,
    start: date,
    count: int,
    filters: Filters,
    *,
    now: datetime,
    most: int,
    bands: tuple[tuple[int, int], ...] = (),
    pictures: bool = False,
) -> Days:
    days = [start + timedelta(days=number) for number in range(count)]
    first, after = at_hour(start, 0), at_hour(days[-1] + ONE_DAY, 0)
    entries = filters.entries(entries_between(by.entity, first, after, by=by, now=now))
    entries = with_pictures(entries) if pictures else entries
    waiting = waiting_items(by.entity, tuple(accounts_of(by.entity)), max(start, in_bogota(now).date()), now=now)
    by_day: dict[date, list[CalendarItem]] = {}
    events = filters.live_events(events_between(by.entity, first, after))
    items = [CalendarItem("entry", entry.at, entry=entry) for entry in entries] + _live(events)
    for item in items:
        by_day.setdefault(item.at.date(), []).append(item)
    bands = bands or _bands(items)
    suggested = () if filters.hides_publications else waiting
    return Days(
        start=start,
        end=days[-1],
        days=tuple(_week_day(day, by_day.get(day, []), suggested, bands, most=most, now=now) for day in days),
        bands=bands,
        entries=tuple(entries),
        waiting=waiting,
        events=tuple(events),
    )


def _bands(items: Iterable[CalendarItem]) -> tuple[tuple[int, int], ...]:
    hours = {item.at.hour for item in items}
    return tuple(
        (start, end) for start, end in BANDS if (start, end) in USUAL_BANDS or hours.intersection(range(start, end))
    )


def _week_day(
    day: date,
    scheduled: list[CalendarItem],
    waiting: Iterable[WaitingItem],
    bands: Iterable[tuple[int, int]],
    *,
    most: int,
    now: datetime,
) -> WeekDay:
    items = _with_now(scheduled + _suggested(waiting, day), day, now)
    return WeekDay(
        day=day,
        count=len(scheduled),
        is_today=day == in_bogota(now).date(),
        bands=tuple(_band(items, day, start, end, most=most, now=now) for start, end in bands),
    )


def _band(items: Iterable[CalendarItem], day: date, start: int, end: int, *, most: int, now: datetime) -> Band:
    inside = [item for item in items if start <= item.at.hour < end]
    left = [item.entry for item in inside if item.entry is not None][most:]
    shown = tuple(item for item in inside if item.entry not in left)
    adds_at = max(at_hour(day, start), next_quarter(now))
    is_open = adds_at < at_hour(day, 0) + timedelta(hours=end)
    return Band(start, end, shown, len(left), adds_at if is_open else None)
