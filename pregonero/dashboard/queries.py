"""What each person must do now, what goes out today, and what went wrong."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from pregonero.newsroom.models import News, NewsState, Source, SourceState
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, WAITING, DeliveryState
from pregonero.people.models import Member, Notice
from pregonero.people.queries import waiting_notices
from pregonero.people.rules import may
from pregonero.publishing.queries.calendar import deliveries_on, waiting_for_minute
from pregonero.publishing.threads import speaks_for, threads_in

MOST = 20
MOST_TOLD = 200  # read, to show those that still stand
STILL_SO = {
    "delivery.rejected": (DeliveryState.REJECTED,),
    "delivery.expired": (DeliveryState.EXPIRED,),
    "delivery.needs_person": (DeliveryState.NEEDS_PERSON,),
    "delivery.unauthorized": (*WAITING, *IN_FLIGHT),
    "delivery.spent": (*WAITING, *IN_FLIGHT),
    "delivery.unserved": (*WAITING, *IN_FLIGHT),
}
"""What is told of a delivery, and in which states it still stands."""
SHOWN = 60  # of what goes out today; the whole day is in the programme
TROUBLED = (DeliveryState.REJECTED, DeliveryState.EXPIRED, DeliveryState.NEEDS_PERSON)  # what a person stopped is none


@dataclass(frozen=True)
class Task:
    """Something that waits for this person: since when, what, why, and the act."""

    at: datetime | None
    what: str
    why: str
    act: str
    path: str
    notice: Notice | None = None
    ref: str = ""


@dataclass(frozen=True)
class Outgoing:
    """A publication of today, with how it fares on each account."""

    publication_id: int
    title: str
    due_at: datetime
    threads: tuple[tuple[Delivery, ...], ...]  # on each account, its parts in order: most have one

    @property
    def deliveries(self) -> list[Delivery]:
        """Return where it stands on each account: of a thread, the part that has not gone out."""
        return [speaks_for(thread) for thread in self.threads]

    @property
    def trouble(self) -> str:
        """Return what went wrong, or nothing."""
        reasons = [f"{delivery.account.get_network_display()}: {delivery.reason}"
                   for delivery in self.deliveries if delivery.state in TROUBLED and delivery.reason]  # fmt: skip
        return " ".join(reasons)

    @property
    def waits(self) -> bool:
        """Return whether something of it is still to go out."""
        return any(delivery.state in WAITING for delivery in self.deliveries)

    @property
    def is_stopped(self) -> bool:
        """Return whether a person stopped it before any of it went out."""
        return all(each.state == DeliveryState.CANCELLED for thread in self.threads for each in thread)

    @property
    def is_out(self) -> bool:
        """Return whether everything of it is public."""
        return all(delivery.state in PUBLIC for delivery in self.deliveries)


@dataclass(frozen=True)
class Today:
    """The first screen of a person."""

    tasks: tuple[Task, ...]
    outgoing: tuple[Outgoing, ...]
    shown: tuple[Outgoing, ...]
    troubles: tuple[Outgoing, ...]
    next_at: datetime | None


def today_of(member: Member, *, now: datetime) -> Today:
    """Return a person's first screen."""
    outgoing = _outgoing(member, now)
    coming = [item.due_at for item in outgoing if item.due_at > now and item.waits]
    return Today(
        tasks=tuple(_tasks(member, now)),
        outgoing=outgoing,
        shown=_around(outgoing, now),
        troubles=tuple(item for item in outgoing if item.trouble)[:MOST],
        next_at=min(coming, default=None),
    )


def _around(outgoing: tuple[Outgoing, ...], now: datetime) -> tuple[Outgoing, ...]:
    """Return what is nearest to now, half of it before: a very full day would make a page that nobody can read."""
    past = sum(item.due_at <= now for item in outgoing)
    first = max(0, min(past - SHOWN // 2, len(outgoing) - SHOWN))
    return outgoing[first : first + SHOWN]


def _tasks(member: Member, now: datetime) -> list[Task]:
    notices = _unsolved(waiting_notices(member, limit=MOST_TOLD))[:MOST]
    told = [Task(notice.created_at, notice.title, notice.why, "Ver", notice.path, notice) for notice in notices]
    if may(member, "publication.compose", now=now):
        refs = {notice.ref for notice in notices}
        told += [task for task in _to_program(member) if task.ref not in refs]  # once is enough
    if may(member, "news.inform", now=now):
        told += _to_inform(member)
    return told[:MOST]


def _unsolved(notices: list[Notice]) -> list[Notice]:
    """Leave out what was told of a delivery or of a source and is not so any more: the trouble was solved."""
    told = {notice.pk: notice.kind.split(":")[0] for notice in notices}
    sources = Source.objects.filter(pk__in=_numbers(notices, {"source.failing"}), state=SourceState.ACTIVE)
    failing = set(sources.exclude(problem="").values_list("pk", flat=True))
    pks = _numbers(notices, STILL_SO)
    states = dict(Delivery.objects.filter(pk__in=pks).values_list("pk", "state"))

    def is_so(notice: Notice) -> bool:
        if told[notice.pk] == "source.failing":
            return int(notice.ref.rpartition(":")[2]) in failing
        while_in = STILL_SO.get(told[notice.pk])
        return while_in is None or states.get(int(notice.ref.rpartition(":")[2])) in while_in

    return [notice for notice in notices if is_so(notice)]


def _numbers(notices: list[Notice], kinds: Collection[str]) -> list[int]:
    """Return the numbers of the things that notices of these kinds tell of."""
    return [int(each.ref.rpartition(":")[2]) for each in notices if each.kind.split(":")[0] in kinds]


def _to_program(member: Member) -> list[Task]:
    tasks = []
    for news, draft in waiting_for_minute(member.entity)[:MOST]:
        path = reverse("publishing:editor", args=[draft.pk]) if draft else _start(news)
        why = "Borrador sin programar." if draft else "Informada y sin programar."
        tasks.append(Task(news.found_at, news.title, why, "Programar", path, ref=news.ref.reference))
    return tasks


def _start(news: News) -> str:
    return f"{reverse('publishing:start')}?noticia={news.pk}"


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
        for news in candidates.order_by(F("published_at").desc(nulls_last=True), "-found_at", "-pk")[:MOST]
    ]


def _outgoing(member: Member, now: datetime) -> tuple[Outgoing, ...]:
    grouped: dict[int, list[tuple[Delivery, ...]]] = {}
    for thread in threads_in(deliveries_on(member.entity, timezone.localdate(now))):
        grouped.setdefault(thread[0].subject_id, []).append(tuple(thread))
    return tuple(
        Outgoing(publication_id, threads[0][0].subject_name, threads[0][0].due_at, tuple(threads))
        for publication_id, threads in grouped.items()
    )
