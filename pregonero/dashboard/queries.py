"""The Hoy page of a person: what they must do, what goes out, how the accounts stand, and what others did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from pregonero.dashboard.account_rows import AccountRow, account_rows
from pregonero.dashboard.colleagues import ColleagueAct, done_by_others
from pregonero.dashboard.due_publications import DuePublication, due_publications
from pregonero.dashboard.informed_news import InformedNews, informed_by
from pregonero.dashboard.notices import still_valid
from pregonero.dashboard.pending_tasks import TaskGroup, task_groups
from pregonero.dashboard.task import Task
from pregonero.media.models import Medium, MediumKind
from pregonero.outbox.queries.account_stops import AccountStop, StopKind, account_stops
from pregonero.outbox.queries.holds import widest_hold
from pregonero.people.models import Member
from pregonero.people.queries import waiting_notices
from pregonero.people.rules import may
from pregonero.publishing.models import Attachment
from pregonero.publishing.queries.calendar import publications_on, waiting_for_minute
from pregonero.publishing.sources import Source

NOTICE_LIMIT = 200  # notices read, before those that no longer apply are left out
NEXT_LIMIT = 5
OUT_LIMIT = 20  # the calendar shows the whole day


@dataclass(frozen=True)
class Today:
    """The contents of a person's Hoy page."""

    groups: tuple[TaskGroup, ...]
    coming: tuple[DuePublication, ...]  # the next ones to go out, and those on their way
    out: tuple[DuePublication, ...]  # those of today that are settled, the last one first
    out_total: int
    next_at: datetime | None
    delayed: int  # publications past their time, or kept waiting by something other than it
    uncertain: int  # publications that are being sent, or whose result is not known
    tomorrow: int  # publications of tomorrow
    unscheduled: tuple[Source, ...]  # for those who do not schedule; the others have them among their tasks
    stops: tuple[AccountStop, ...]  # accounts that do not publish now, for everybody to know
    accounts: tuple[AccountRow, ...]
    done_by_others: tuple[ColleagueAct, ...]
    informed: tuple[InformedNews, ...]  # what became of what the person informed
    pictures: Mapping[int, Medium]  # by publication

    @property
    def tasks(self) -> list[Task]:
        """Return the tasks of all the groups, in order."""
        return [task for group in self.groups for task in group.tasks]

    @property
    def pending(self) -> int:
        """Return how many things this person must do."""
        return sum(group.pending for group in self.groups)


def today_of(member: Member, *, now: datetime) -> Today:
    """Return the contents of a person's Hoy page."""
    entity = member.entity
    all_stops = account_stops(entity_id=entity.pk, now=now)
    stops = {stop.account.pk: stop for stop in all_stops}
    due = due_publications(entity, stops, now=now)
    groups = _groups_of(member, due, now)
    coming = tuple(item for item in due if item.is_waiting or item.is_uncertain)[:NEXT_LIMIT]
    day = timezone.localdate(now)
    settled = [item for item in due if item.is_settled and item.is_begun and timezone.localdate(item.due_at) == day]
    out = tuple(reversed(settled[-OUT_LIMIT:]))
    return Today(
        groups=groups,
        coming=coming,
        out=out,
        out_total=len(settled),
        next_at=min((item.due_at for item in due if item.is_next(now)), default=None),
        delayed=sum(item.is_delayed(now) for item in due),
        uncertain=sum(item.is_uncertain for item in due),
        tomorrow=publications_on(entity, day + timedelta(days=1)),
        unscheduled=_unscheduled(member, now),
        stops=tuple(stop for stop in all_stops if stop.publications or stop.kind != StopKind.THROTTLED),
        accounts=account_rows(entity, stops, now=now),
        done_by_others=done_by_others(member, now=now),
        informed=informed_by(member, now=now),
        pictures=_pictures(_shown_publications(groups, (*coming, *out))),
    )


def groups_of(member: Member, *, now: datetime) -> tuple[TaskGroup, ...]:
    """Return what a person must do. Every page counts it, so nothing else of Hoy is read for it."""
    stops = {stop.account.pk: stop for stop in account_stops(entity_id=member.entity_id, now=now)}
    return _groups_of(member, due_publications(member.entity, stops, now=now), now)


def _groups_of(member: Member, due: Sequence[DuePublication], now: datetime) -> tuple[TaskGroup, ...]:
    notices = still_valid(waiting_notices(member, limit=NOTICE_LIMIT), now=now)
    is_all_held = widest_hold(member.entity_id, "publication") is not None
    return task_groups(member, due, notices, is_all_held=is_all_held, now=now)


def nothing_pending(member: Member, *, now: datetime) -> str:
    """Return what a person without tasks may expect on this page, by what they may do."""
    sentences = {
        "publication.compose": "Cuando se informe una noticia o algo no salga, aparecerá aquí.",
        "news.inform": "Lo nuevo de la sede aparecerá aquí.",
        "delivery.decide": "Lo que necesite tu decisión aparecerá aquí.",
        "accounts.manage": "Si una cuenta o una fuente falla, aparecerá aquí.",
    }
    mine = (sentence for action, sentence in sentences.items() if may(member, action, now=now))
    return next(mine, "Aquí puedes seguir lo que se publica y cómo están las cuentas.")


def _unscheduled(member: Member, now: datetime) -> tuple[Source, ...]:
    """Return what waits for a time, for those who only see it."""
    if may(member, "publication.compose", now=now):
        return ()
    return tuple(source for source, _ in waiting_for_minute(member.entity))


def _shown_publications(groups: Iterable[TaskGroup], due: Iterable[DuePublication]) -> set[int]:
    tasks = {task.publication_id for group in groups for task in group.tasks if task.picture is None}
    return {item.publication_id for item in due} | {pk for pk in tasks if pk is not None}


def _pictures(publications: Iterable[int]) -> dict[int, Medium]:
    """Return the first image of each publication, by publication, in one query."""
    attachments = Attachment.objects.filter(
        adaptation__publication__in=publications, medium__kind__in=(MediumKind.PICTURE, MediumKind.VIDEO)
    )
    first = attachments.order_by("adaptation__publication_id", "medium__kind", "position", "pk")
    first = first.distinct("adaptation__publication_id").select_related("medium", "adaptation")
    return {attachment.adaptation.publication_id: attachment.medium for attachment in first}
