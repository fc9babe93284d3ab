"""The Hoy page: a person's tasks, today's publications, and those with a problem."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from pregonero.dashboard.colleagues import ColleagueAct, done_by_others
from pregonero.dashboard.notices import still_valid
from pregonero.dashboard.outgoing import Outgoing, outgoing_of
from pregonero.newsroom.models import News, NewsState
from pregonero.outbox.queries.account_stops import AccountStop, StopKind, account_stops
from pregonero.people.models import Member, Notice
from pregonero.people.queries import waiting_notices
from pregonero.people.rules import may
from pregonero.publishing.queries.calendar import waiting_for_minute

TASK_LIMIT = 20
NOTICE_LIMIT = 200  # notices read, before those that no longer apply are left out
PUBLICATION_LIMIT = 60  # the calendar shows the whole day


@dataclass(frozen=True)
class Task:
    """Something that this person must do: since when, what, why, and the label and path of its button."""

    at: datetime | None
    what: str
    why: str
    act: str
    path: str
    notice: Notice | None = None
    ref: str = ""


@dataclass(frozen=True)
class Today:
    """The contents of a person's Hoy page. `shown` is the part of `outgoing` nearest to now."""

    tasks: tuple[Task, ...]
    outgoing: tuple[Outgoing, ...]
    shown: tuple[Outgoing, ...]
    troubles: tuple[Outgoing, ...]
    next_at: datetime | None
    delayed: int  # publications that wait for something else than their time
    uncertain: int  # that are being sent, or are not known to be out
    stops: tuple[AccountStop, ...]  # accounts that do not publish now, for everybody to know
    done_by_others: tuple[ColleagueAct, ...]


def today_of(member: Member, *, now: datetime) -> Today:
    """Return the contents of a person's Hoy page."""
    stops = account_stops(entity_id=member.entity_id, now=now)
    outgoing = outgoing_of(member.entity, {stop.account.pk: stop for stop in stops}, now=now)
    return Today(
        tasks=tuple(_tasks(member, now)),
        outgoing=outgoing,
        shown=_around(outgoing, now),
        troubles=tuple(item for item in outgoing if item.trouble)[:TASK_LIMIT],
        next_at=min((item.due_at for item in outgoing if item.is_next(now)), default=None),
        delayed=sum(item.is_delayed(now) for item in outgoing),
        uncertain=sum(item.is_uncertain for item in outgoing),
        stops=tuple(stop for stop in stops if stop.publications or stop.kind != StopKind.THROTTLED),
        done_by_others=done_by_others(member, now=now),
    )


def _around(outgoing: tuple[Outgoing, ...], now: datetime) -> tuple[Outgoing, ...]:
    """Return the `PUBLICATION_LIMIT` publications nearest to now, half of them before it."""
    past = sum(item.due_at <= now for item in outgoing)
    first = max(0, min(past - PUBLICATION_LIMIT // 2, len(outgoing) - PUBLICATION_LIMIT))
    return outgoing[first : first + PUBLICATION_LIMIT]


def _tasks(member: Member, now: datetime) -> list[Task]:
    notices = still_valid(waiting_notices(member, limit=NOTICE_LIMIT), now=now)[:TASK_LIMIT]
    tasks = [Task(notice.created_at, notice.title, notice.why, "Ver", notice.path, notice) for notice in notices]
    if may(member, "publication.compose", now=now):
        refs = {notice.ref for notice in notices}
        tasks += [task for task in _to_schedule(member, now) if task.ref not in refs]  # it has a notice already
    if may(member, "news.inform", now=now):
        tasks += _to_inform(member)
    return tasks[:TASK_LIMIT]


def _to_schedule(member: Member, now: datetime) -> list[Task]:
    tasks = []
    for source, draft in waiting_for_minute(member.entity)[:TASK_LIMIT]:
        is_mine = draft is None or member.pk in (draft.created_by_id, draft.edited_by_id)
        if draft and not is_mine and timezone.localdate(draft.edited_at) == timezone.localdate(now):
            continue  # a colleague is writing it: it stands among what others did
        path = reverse("publishing:editor", args=[draft.pk]) if draft else source.draft_address
        why = "Informada y sin programar."
        if draft:
            why = "Borrador sin programar." if is_mine else f"Borrador de {draft.edited_by.name}, sin programar."
        tasks.append(Task(source.found_at, source.title, why, "Programar", path, ref=source.ref.reference))
    return tasks


def _to_inform(member: Member) -> list[Task]:
    candidates = News.objects.filter(entity_id=member.entity_id, state=NewsState.CANDIDATE)
    return [
        Task(
            news.published_at or news.found_at,
            news.title,
            "Encontrada en la sede; falta informarla.",
            "Ver",
            news.get_absolute_url(),
        )
        for news in candidates.order_by(F("published_at").desc(nulls_last=True), "-found_at", "-pk")[:TASK_LIMIT]
    ]
