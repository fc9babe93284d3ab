"""The Hoy page: a person's tasks, today's publications, and those with a problem."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from pregonero.newsroom.models import News, NewsState, Source, SourceState
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.account_stops import AccountStop, StopKind, account_stops
from pregonero.outbox.states import IN_FLIGHT, PUBLIC, WAITING, DeliveryState
from pregonero.people.models import Member, Notice
from pregonero.people.queries import waiting_notices
from pregonero.people.rules import may
from pregonero.publishing.queries.calendar import deliveries_on, waiting_for_minute
from pregonero.publishing.threads import current_delivery, threads_in
from pregonero.records.actions import ObjectRef

TASK_LIMIT = 20
NOTICE_LIMIT = 200  # notices read, before those that no longer apply are left out
VALID_STATES = {
    "delivery.rejected": (DeliveryState.REJECTED,),
    "delivery.expired": (DeliveryState.EXPIRED,),
    "delivery.needs_person": (DeliveryState.NEEDS_PERSON,),
    "delivery.unauthorized": (*WAITING, *IN_FLIGHT),
    "delivery.spent": (*WAITING, *IN_FLIGHT),
    "delivery.unserved": (*WAITING, *IN_FLIGHT),
}
"""By kind of notice about a delivery, the states in which the notice still applies."""
PUBLICATION_LIMIT = 60  # the calendar shows the whole day
TROUBLED = (DeliveryState.REJECTED, DeliveryState.EXPIRED, DeliveryState.NEEDS_PERSON)  # not cancelled by a person


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
class Outgoing:
    """A publication that is due today, with its deliveries by account."""

    publication_id: int
    title: str
    due_at: datetime
    threads: tuple[tuple[Delivery, ...], ...]  # by account, the deliveries of its parts in order; most have one part

    @property
    def deliveries(self) -> list[Delivery]:
        """Return the delivery that shows the progress on each account."""
        return [current_delivery(thread) for thread in self.threads]

    @property
    def trouble(self) -> str:
        """Return the reasons of the failed deliveries, or an empty string."""
        reasons = [
            f"{delivery.account.get_network_display()}: {delivery.reason}"
            for delivery in self.deliveries
            if delivery.state in TROUBLED and delivery.reason
        ]
        return " ".join(reasons)

    @property
    def is_waiting(self) -> bool:
        """Return whether any delivery is still to be sent."""
        return any(delivery.state in WAITING for delivery in self.deliveries)

    @property
    def is_stopped(self) -> bool:
        """Return whether every delivery was cancelled before it was sent."""
        return all(part.state == DeliveryState.CANCELLED for thread in self.threads for part in thread)

    @property
    def is_out(self) -> bool:
        """Return whether it is public on every account."""
        return all(delivery.state in PUBLIC for delivery in self.deliveries)


@dataclass(frozen=True)
class Today:
    """The contents of a person's Hoy page. `shown` is the part of `outgoing` nearest to now."""

    tasks: tuple[Task, ...]
    outgoing: tuple[Outgoing, ...]
    shown: tuple[Outgoing, ...]
    troubles: tuple[Outgoing, ...]
    next_at: datetime | None
    stops: tuple[AccountStop, ...]  # accounts that do not publish now, for everybody to know


def today_of(member: Member, *, now: datetime) -> Today:
    """Return the contents of a person's Hoy page."""
    outgoing = _outgoing(member, now)
    stops = account_stops(entity_id=member.entity_id, now=now)
    coming = [item.due_at for item in outgoing if item.due_at > now and item.is_waiting]
    return Today(
        tasks=tuple(_tasks(member, now)),
        outgoing=outgoing,
        shown=_around(outgoing, now),
        troubles=tuple(item for item in outgoing if item.trouble)[:TASK_LIMIT],
        next_at=min(coming, default=None),
        stops=tuple(stop for stop in stops if stop.publications or stop.kind != StopKind.THROTTLED),
    )


def _around(outgoing: tuple[Outgoing, ...], now: datetime) -> tuple[Outgoing, ...]:
    """Return the `PUBLICATION_LIMIT` publications nearest to now, half of them before it."""
    past = sum(item.due_at <= now for item in outgoing)
    first = max(0, min(past - PUBLICATION_LIMIT // 2, len(outgoing) - PUBLICATION_LIMIT))
    return outgoing[first : first + PUBLICATION_LIMIT]


def _tasks(member: Member, now: datetime) -> list[Task]:
    notices = _still_valid(waiting_notices(member, limit=NOTICE_LIMIT))[:TASK_LIMIT]
    tasks = [Task(notice.created_at, notice.title, notice.why, "Ver", notice.path, notice) for notice in notices]
    if may(member, "publication.compose", now=now):
        refs = {notice.ref for notice in notices}
        tasks += [task for task in _to_schedule(member) if task.ref not in refs]  # it has a notice already
    if may(member, "news.inform", now=now):
        tasks += _to_inform(member)
    return tasks[:TASK_LIMIT]


def _still_valid(notices: list[Notice]) -> list[Notice]:
    """Return the notices without those about a problem of a delivery or a source that has been solved since."""
    sources = Source.objects.filter(pk__in=_object_ids(notices, {"source.failing"}), state=SourceState.ACTIVE)
    failing = set(sources.exclude(problem="").values_list("pk", flat=True))
    deliveries = Delivery.objects.filter(pk__in=_object_ids(notices, VALID_STATES))
    states = dict(deliveries.values_list("pk", "state"))

    def is_valid(notice: Notice) -> bool:
        kind, object_id = _base_kind(notice), ObjectRef.parse(notice.ref).id
        if kind == "source.failing":
            return object_id in failing
        return kind not in VALID_STATES or states.get(object_id) in VALID_STATES[kind]

    return [notice for notice in notices if is_valid(notice)]


def _object_ids(notices: list[Notice], kinds: Collection[str]) -> list[int]:
    """Return the ids of the objects of the notices of these kinds."""
    return [ObjectRef.parse(notice.ref).id for notice in notices if _base_kind(notice) in kinds]


def _base_kind(notice: Notice) -> str:
    return notice.kind.split(":")[0]


def _to_schedule(member: Member) -> list[Task]:
    tasks = []
    for source, draft in waiting_for_minute(member.entity)[:TASK_LIMIT]:
        path = reverse("publishing:editor", args=[draft.pk]) if draft else source.draft_address
        why = "Borrador sin programar." if draft else "Informada y sin programar."
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


def _outgoing(member: Member, now: datetime) -> tuple[Outgoing, ...]:
    grouped: dict[int, list[tuple[Delivery, ...]]] = {}
    for thread in threads_in(deliveries_on(member.entity, timezone.localdate(now))):
        grouped.setdefault(thread[0].subject_id, []).append(tuple(thread))
    return tuple(
        Outgoing(publication_id, threads[0][0].subject_name, threads[0][0].due_at, tuple(threads))
        for publication_id, threads in grouped.items()
    )
