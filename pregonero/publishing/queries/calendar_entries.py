"""The entries of the calendar: each publication at its time, with its state on each account (P-2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from pregonero.media.models import Medium
from pregonero.networks.models import Account
from pregonero.outbox.models import Delivery, Hold
from pregonero.outbox.states import STOPPED, TINTS, WAITING, DeliveryState
from pregonero.people.models import Entity, Member
from pregonero.publishing.calendar import CalendarProblem, ThreadPosition, find_problems, in_bogota
from pregonero.publishing.calendar_acts import CardActs, acts_on
from pregonero.publishing.calendar_rules.queries import rules_of
from pregonero.publishing.calendar_rules.rule_set import RuleSet
from pregonero.publishing.models import Publication
from pregonero.publishing.queries.calendar import of_publications, position_of
from pregonero.publishing.sources import SourceNoun, loader_of, sources_of
from pregonero.publishing.threads import current_delivery, thread_label, threads_in
from pregonero.spanish_lists import joined

MOST_NAMED = 2  # accounts that a state names; more are counted
SEVERITY = ("bad", "hold", "wait", "", "ok")  # the order of a card's states, what needs attention first


@dataclass(frozen=True)
class CellState:
    """The state of a publication on one account: its Spanish label, its colour, and what it waits for, if anything."""

    account: Account
    label: str
    tint: str  # "", "ok", "wait", "bad" or "hold", as the chips take it
    note: str = ""


@dataclass(frozen=True)
class StateSummary:
    """The accounts where a publication has the same state, in Spanish: "publicada en 4 redes"."""

    label: str
    tint: str


@dataclass(frozen=True)
class Entry:
    """A publication at one time of the calendar, with its state on each account where it goes out at that time."""

    publication: Publication
    at: datetime  # in Bogotá
    states: Mapping[int, CellState]  # by account
    problem: str  # why its time is not good, in Spanish; an empty string if it is
    acts: CardActs
    picture: Medium | None = None  # of its source, if it was asked for

    @property
    def noun(self) -> SourceNoun:
        """Return what its source is called, such as "noticia"."""
        return loader_of(self.publication.source_kind).noun

    @property
    def tint(self) -> str:
        """Return the colour of the entry: that of a failure, else of a pause, else of a bad time."""
        tints = {state.tint for state in self.states.values()}
        worst = next((tint for tint in ("bad", "hold") if tint in tints), "wait" if self.problem else "")
        return worst or ("ok" if tints == {"ok"} else "")

    @property
    def attention(self) -> list[StateSummary]:
        """Return the states that need attention: all but published and scheduled."""
        return [summary for summary in self.summaries if summary.tint in {"bad", "hold", "wait"}]

    @property
    def summaries(self) -> list[StateSummary]:
        """Return its states, each with the accounts that have it, those that need attention first."""
        ordered = sorted(self.states.values(), key=lambda state: (SEVERITY.index(state.tint), state.label))
        return [
            StateSummary(f"{label} {_where([state.account for state in same])}", tint)
            for (tint, label), same in groupby(ordered, key=lambda state: (state.tint, state.label))
        ]


def with_pictures(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries with the picture, or else the video, of their sources."""
    sources = sources_of([entry.publication for entry in entries])
    return [
        replace(entry, picture=source.picture or source.video) for entry, source in zip(entries, sources, strict=True)
    ]


def _where(accounts: Iterable[Account]) -> str:
    names = [str(account.get_network_display()) for account in accounts]
    return f"en {joined(names)}" if len(names) <= MOST_NAMED else f"en {len(names)} redes"


def entries_between(
    entity: Entity,
    start: datetime,
    end: datetime,
    *,
    by: Member,
    now: datetime,
    notes: Mapping[int, str] | None = None,
) -> list[Entry]:
    """Return what is published from `start` until before `end`, by time, in a constant number of queries.

    `notes` say, by delivery, what the limits of its network do to it.
    """
    threads = _threads_between(entity, start, end)
    shown = [thread for thread in threads if start <= current_delivery(thread).due_at < end]
    publications = _publications(threads)
    holds = _holds(entity)
    problems = _problems(shown, publications, rules_of(entity))
    of_publication: dict[int, list[Delivery]] = {}
    for thread in threads:
        of_publication.setdefault(thread[0].subject_id, []).extend(thread)
    acts = {
        pk: acts_on(publications[pk], deliveries, holds.get(pk), by=by, now=now)
        for pk, deliveries in of_publication.items()
    }
    is_everything_held = None in holds
    entries = []
    for (due_at, pk), same in _grouped(shown):
        is_held = is_everything_held or pk in holds
        states = [_cell_state(thread, is_held=is_held, note=(notes or {}).get(thread[0].pk, "")) for thread in same]
        entries.append(
            Entry(
                publication=publications[pk],
                at=in_bogota(due_at),
                states={state.account.pk: state for state in states},
                problem=_problem_of(same, problems),
                acts=acts[pk],
            )
        )
    return entries


def _threads_between(entity: Entity, start: datetime, end: datetime) -> list[list[Delivery]]:
    """Return all threads of the publications of which something is due in that time."""
    deliveries = of_publications(entity)
    due = deliveries.filter(due_at__gte=start, due_at__lt=end).values("subject_id")
    found = deliveries.filter(subject_id__in=due).select_related("account")
    return threads_in(found.order_by("due_at", "subject_id", "account_id", "position"))


def _publications(threads: Iterable[Sequence[Delivery]]) -> dict[int, Publication]:
    pks = {thread[0].subject_id for thread in threads}
    return Publication.objects.select_related("entity", "created_by", "edited_by").in_bulk(pks)


def _holds(entity: Entity) -> dict[int | None, Hold]:
    """Return the open holds by publication; the hold on everything has the key None."""
    holds = Hold.objects.filter(entity=entity, subject_kind__in=("", "publication"), released_at__isnull=True)
    return {hold.subject_id: hold for hold in holds.select_related("by")}


def _problems(
    threads: Iterable[list[Delivery]], publications: Mapping[int, Publication], rules: RuleSet
) -> dict[int, CalendarProblem]:
    """Return what the rules of the calendar advise against in each day, by delivery."""
    days: dict[date, list[ThreadPosition]] = {}
    for delivery in map(current_delivery, threads):
        if delivery.state not in STOPPED:
            position = position_of(delivery, publications[delivery.subject_id])
            days.setdefault(position.at.date(), []).append(position)
    return {key: problem for positions in days.values() for key, problem in find_problems(positions, rules).items()}


def _problem_of(threads: Iterable[list[Delivery]], problems: Mapping[int, CalendarProblem]) -> str:
    """Return the problem of what still waits of a publication, with its accounts if others do not have it."""
    waiting = [delivery for delivery in map(current_delivery, threads) if delivery.state in WAITING]
    found = [(delivery, problems[delivery.pk].text) for delivery in waiting if delivery.pk in problems]
    if not found:
        return ""
    text = found[0][1]
    accounts = [delivery.account for delivery, other in found if other == text]
    return text if len(accounts) == len(waiting) else f"{text}, {_where(accounts)}"


def _grouped(threads: Iterable[list[Delivery]]) -> Iterable[tuple[tuple[datetime, int], list[list[Delivery]]]]:
    """Group threads by the time and publication that they belong to, in that order."""

    def group_key(thread: list[Delivery]) -> tuple[datetime, int]:
        return current_delivery(thread).due_at, thread[0].subject_id

    return [(key, list(same)) for key, same in groupby(sorted(threads, key=group_key), key=group_key)]


def _cell_state(thread: list[Delivery], *, is_held: bool, note: str) -> CellState:
    delivery = current_delivery(thread)
    if delivery.state in WAITING and delivery.account.paused_reason:
        return CellState(delivery.account, "cuenta en pausa", "hold")
    if delivery.state in WAITING and is_held:
        return CellState(delivery.account, "en pausa", "hold")
    tint = TINTS.get(DeliveryState(delivery.state), "")
    return CellState(delivery.account, thread_label(thread), "wait" if note else tint, note)
