"""The page Parrilla: a day of the entity's accounts, hour by hour (P-2)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.outbox.models import PUBLIC_KINDS, Delivery, Hold
from pregonero.outbox.states import IN_FLIGHT, STOPPED, TINTS, UNFINISHED, WAITING, DeliveryState
from pregonero.people.models import Entity
from pregonero.publishing.calendar import (
    FIRST_HOUR,
    LAST_HOUR,
    CalendarProblem,
    Proposal,
    ThreadPosition,
    at_hour,
    find_problems,
    propose,
)
from pregonero.publishing.models import ZONE, Publication, PublicationState
from pregonero.publishing.queries.forecast import foreseen_of
from pregonero.publishing.sources import Source, sources_of, unpublished_sources
from pregonero.publishing.threads import current_delivery, thread_label, threads_in

MOST_WAITING = 20
MOST_UNSETTLED = 200
MOST_IN_CELL = 12


@dataclass(frozen=True)
class Entry:
    """A delivery in its place of the day."""

    publication_id: int
    at: datetime
    title: str
    word: str
    state: str  # "", "wait" (near another one), "bad" (it did not go out) or "hold", as the ui's entry takes it
    moves: bool = False  # its publication may be given another hour from here: once in the day


@dataclass(frozen=True)
class Cell:
    """An hour of an account."""

    account: Account
    entries: tuple[Entry, ...]
    proposal: str
    more: int = 0  # that do not fit in it: the hour has pages of its own


@dataclass(frozen=True)
class Hour:
    """An hour of the day, across the accounts; or several empty hours in a row, until `free_until`."""

    number: int
    hour: str
    cells: tuple[Cell, ...]
    free_until: str = ""
    opens_at: str = ""  # the first of the empty hours that is still to come


@dataclass(frozen=True)
class Waiting:
    """A source that has no minute yet: of a draft, or without a publication."""

    source: Source
    publication: Publication | None
    relevance: str
    proposal: Proposal | None


@dataclass(frozen=True)
class Day:
    """The programme of a day."""

    day: date
    accounts: tuple[Account, ...]
    hours: tuple[Hour, ...]
    publications: int
    troubles: int
    waiting: tuple[Waiting, ...]
    is_today: bool
    foreseen: tuple[str, ...]  # what the networks' limits will do to it


def programme_of(entity: Entity, day: date, *, now: datetime) -> Day:
    """Return the calendar of a day: its deliveries by hour, their clashes, the free times, and what has no time yet."""
    accounts = tuple(accounts_of(entity))
    deliveries = deliveries_on(entity, day)
    threads = threads_in(deliveries)
    standing = [current_delivery(thread) for thread in threads]
    places = _places(standing, _themes_of(deliveries))
    troubles = find_problems(places)
    waiting = _waiting(entity, places, accounts, day, now)
    foreseen = foreseen_of(accounts, deliveries, now=now)
    return Day(
        day=day,
        accounts=accounts,
        hours=_hours(threads, accounts, troubles, waiting, day, foreseen=foreseen.words, now=now),
        publications=len({delivery.subject_id for delivery in deliveries}),
        troubles=len({places_by.publication for places_by in places if places_by.key in troubles}),
        waiting=waiting,
        is_today=day == _local(now).date(),
        foreseen=foreseen.sentences,
    )


def proposed_hour(publication: Publication, *, now: datetime) -> datetime | None:
    """Return the free hour that today's calendar proposes for a draft, or None if there is none left."""
    entity, today = publication.entity, _local(now).date()
    deliveries = deliveries_on(entity, today)
    standing = [current_delivery(thread) for thread in threads_in(deliveries)]
    waiting = _waiting(entity, _places(standing, _themes_of(deliveries)), tuple(accounts_of(entity)), today, now)
    return next((item.proposal.at for item in waiting if item.publication == publication and item.proposal), None)


def deliveries_on(entity: Entity, day: date) -> list[Delivery]:
    """Return what has its minute on that day in Bogotá, in order."""
    start = at_hour(day, 0)
    deliveries = _of_publications(entity).filter(due_at__gte=start, due_at__lt=start + timedelta(days=1))
    return list(deliveries.select_related("account").order_by("due_at", "account_id", "pk", "position"))


def unsettled_before(entity: Entity, day: date) -> list[Delivery]:
    """Return what had its minute before that day and is not settled yet, in order."""
    deliveries = _of_publications(entity).filter(due_at__lt=at_hour(day, 0), state__in=UNFINISHED)
    return list(
        deliveries.select_related("account").order_by("due_at", "account_id", "pk", "position")[:MOST_UNSETTLED]
    )


def _of_publications(entity: Entity) -> QuerySet[Delivery]:
    return Delivery.objects.filter(entity=entity, subject_kind="publication", kind__in=PUBLIC_KINDS)


def _themes_of(deliveries: list[Delivery]) -> dict[int, str]:
    """Return the theme of each delivery's publication, by publication."""
    publications = Publication.objects.filter(pk__in={delivery.subject_id for delivery in deliveries})
    return dict(publications.values_list("pk", "theme"))


def _places(standing: list[Delivery], themes: dict[int, str]) -> list[ThreadPosition]:
    return [_place(delivery, themes) for delivery in standing if delivery.state not in STOPPED]


def _place(delivery: Delivery, themes: dict[int, str]) -> ThreadPosition:
    return ThreadPosition(
        key=delivery.pk,
        publication=delivery.subject_id,
        account=delivery.account_id,
        at=_local(delivery.due_at),
        title=delivery.subject_name,
        theme=themes[delivery.subject_id],
    )


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(ZONE))


def _hours(
    threads: list[list[Delivery]],
    accounts: tuple[Account, ...],
    troubles: dict[int, CalendarProblem],
    waiting: tuple[Waiting, ...],
    day: date,
    *,
    foreseen: dict[int, str],
    now: datetime,
) -> tuple[Hour, ...]:
    cells: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    held = foreseen | _held([current_delivery(thread) for thread in threads])
    movable = _movable(threads)
    for thread in threads:
        delivery = current_delivery(thread)
        at = _local(delivery.due_at)
        entry = _entry(thread, at, troubles.get(delivery.pk), held.get(delivery.pk, ""))
        entry = replace(entry, moves=movable.get(delivery.subject_id) == delivery.pk)
        cells[at.hour, delivery.account_id].append(entry)
    proposed = _proposed(waiting, day)
    shown = {hour for hour, _ in cells} | set(range(FIRST_HOUR, LAST_HOUR + 1))
    hours = (
        Hour(
            number=hour,
            hour=f"{hour:02d}:00",
            cells=tuple(
                _cell(account, cells[hour, account.pk], proposed.get((hour, account.pk), "")) for account in accounts
            ),
        )
        for hour in range(min(shown), max(shown) + 1)
    )
    return _folded(hours, day, now)


def _folded(hours: Iterable[Hour], day: date, now: datetime) -> tuple[Hour, ...]:
    """Return the hours with each run of empty ones as one."""
    folded: list[Hour] = []
    for is_free, run in groupby(
        hours, key=lambda hour: not any(cell.entries or cell.more or cell.proposal for cell in hour.cells)
    ):
        same = list(run)
        if is_free:
            opens_at = next((hour.hour for hour in same if at_hour(day, hour.number) >= now), "")
            until = f"{same[-1].number + 1:02d}:00"
            same = [replace(same[0], cells=(), free_until=until, opens_at=opens_at)]
        folded += same
    return tuple(folded)


def _is_free(hour: Hour) -> bool:
    return not any(cell.entries or cell.more or cell.proposal for cell in hour.cells)


def _cell(account: Account, entries: list[Entry], proposal: str) -> Cell:
    return Cell(account, tuple(entries[:MOST_IN_CELL]), proposal, more=max(0, len(entries) - MOST_IN_CELL))


def hour_of(entity: Entity, day: date, hour: int) -> QuerySet[Delivery]:
    """Return what has its minute in an hour of a day in Bogotá, in order: for a page that shows some of it."""
    start = at_hour(day, hour)
    # The first of a thread stands for it.
    deliveries = _of_publications(entity).filter(due_at__gte=start, due_at__lt=start + timedelta(hours=1), position=0)
    return deliveries.select_related("account").order_by("due_at", "account_id", "pk")


def _entry(thread: list[Delivery], at: datetime, trouble: CalendarProblem | None, held: str) -> Entry:
    delivery, word = current_delivery(thread), thread_label(thread)
    tint = TINTS.get(DeliveryState(delivery.state), "")
    state = tint if tint in {"bad", "hold"} else ""
    if trouble is not None and delivery.state in (DeliveryState.PLANNED, DeliveryState.DUE):
        word, state = trouble.text, "wait"
    elif held and delivery.state in (DeliveryState.PLANNED, DeliveryState.DUE):
        word, state = held, "hold"
    return Entry(delivery.subject_id, at, delivery.subject_name, word, state)


def _movable(threads: list[list[Delivery]]) -> dict[int, int]:
    """Return the first delivery that still waits of each publication; one with a delivery being sent has none."""
    standing = [current_delivery(thread) for thread in threads]
    busy = {each.subject_id for thread in threads for each in thread if each.state in IN_FLIGHT}
    waiting: dict[int, int] = {}
    for delivery in standing:
        if delivery.state in (*WAITING, *STOPPED) and delivery.subject_id not in busy:
            waiting.setdefault(delivery.subject_id, delivery.pk)
    return waiting


def _held(deliveries: list[Delivery]) -> dict[int, str]:
    """Return what the calendar says of each delivery on hold: it is paused, or its publication or account is."""
    entities = {delivery.entity_id for delivery in deliveries}
    holds = Hold.objects.filter(entity_id__in=entities, subject_kind__in=("", "publication"), released_at__isnull=True)
    on_hold = set(holds.values_list("subject_id", flat=True))
    held = {each.pk: "en pausa" for each in deliveries if None in on_hold or each.subject_id in on_hold}
    return held | {each.pk: "retenida: cuenta en pausa" for each in deliveries if each.account.paused_reason}


def _proposed(waiting: tuple[Waiting, ...], day: date) -> dict[tuple[int, int], str]:
    return {
        (item.proposal.at.hour, account): item.source.title
        for item in waiting
        if item.proposal is not None and item.proposal.at.date() == day
        for account in item.proposal.accounts
    }


def _waiting(
    entity: Entity, places: list[ThreadPosition], accounts: tuple[Account, ...], day: date, now: datetime
) -> tuple[Waiting, ...]:
    found = waiting_for_minute(entity)
    # Where a text and a link are enough something can always go out; pictures and videos need what the source brings.
    open_accounts = [account.pk for account in accounts if not account.paused_reason][:2]
    themes = [
        (at, publication.theme if publication else source.theme) for at, (source, publication) in enumerate(found)
    ]
    proposals = {proposal.waiting: proposal for proposal in propose(themes, places, open_accounts, day, _local(now))}
    return tuple(
        Waiting(source, publication, publication.get_relevance_display() if publication else "", proposals.get(at))
        for at, (source, publication) in enumerate(found)
    )


def waiting_for_minute(entity: Entity) -> list[tuple[Source, Publication | None]]:
    """Return sources without a minute: those of drafts by relevance, then those without a publication, newest first."""
    drafts = Publication.objects.filter(entity=entity, state=PublicationState.DRAFT)
    ordered = list(drafts.select_related("edited_by").order_by("relevance", "-created_at", "-pk")[:MOST_WAITING])
    waiting: list[tuple[Source, Publication | None]] = list(zip(sources_of(ordered), ordered, strict=True))
    unpublished = unpublished_sources(entity_id=entity.pk, limit=MOST_WAITING)
    waiting += [(source, None) for source in unpublished]
    return waiting[:MOST_WAITING]
