"""What a person must do, in groups, in one order for all roles: what went wrong, what expires, and what is theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from pregonero.dashboard.close_tasks import close_tasks
from pregonero.dashboard.control_tasks import control_tasks, departure_tasks
from pregonero.dashboard.conversation_tasks import (
    conversation_tasks,
    correction_tasks,
    petition_tasks,
    press_tasks,
    promise_tasks,
)
from pregonero.dashboard.due_publications import DuePublication
from pregonero.dashboard.live_tasks import live_tasks
from pregonero.dashboard.moderation_tasks import moderation_tasks, restriction_tasks
from pregonero.dashboard.need_tasks import need_tasks
from pregonero.dashboard.notice_acts import NoticeUrgency, act_label, urgency_of
from pregonero.dashboard.piece_tasks import (
    pieces_to_approve_tasks,
    pieces_to_correct_tasks,
    pieces_to_send_tasks,
    pieces_to_use_tasks,
)
from pregonero.dashboard.review_tasks import review_tasks
from pregonero.dashboard.synergy_tasks import synergy_tasks
from pregonero.dashboard.task import Act, Task
from pregonero.networks.queries import accounts_of
from pregonero.newsroom.models import Informing, News, NewsState
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.rules import may
from pregonero.publishing.queries.calendar import WaitingItem, waiting_items
from pregonero.publishing.templatetags.calendar_labels import waiting_act
from pregonero.records.actions import ObjectRef
from pregonero.ui.templatetags.ui_time import ago, at_time, hour

TASK_LIMIT = 20  # in a group
NEWS = "news"  # the kind of `News.ref`


@dataclass(frozen=True)
class GroupKind:
    """What the tasks of a group have in common, and how its heading looks."""

    key: str
    title: str
    icon: str
    state: str = ""


FAILED = GroupKind("failed", "No salió", "circle-alert", "bad")
ATTENTION = GroupKind("attention", "Por revisar", "circle-alert", "bad")
EXPIRING = GroupKind("expiring", "Vence pronto", "clock", "wait")
HELD = GroupKind("held", "En pausa", "pause", "wait")
SCHEDULE = GroupKind("schedule", "Por programar", "calendar-plus")
ANSWER = GroupKind("answer", "Por responder", "messages-square")
RESTRICTIONS = GroupKind("restrictions", "Alguien está bloqueado", "ban", "bad")
LIVE = GroupKind("live", "En vivo", "radio-tower", "wait")
REVIEWS = GroupKind("reviews", "Revisiones que pide la ciudadanía", "scale", "wait")
CLOSES = GroupKind("closes", "Cierre del día", "calendar-check", "wait")
MODERATION = GroupKind("moderation", "Comentarios por decidir", "eye-off")
CORRECTIONS = GroupKind("corrections", "Respuestas por corregir", "circle-alert", "wait")
PRESS = GroupKind("press", "Prensa", "newspaper", "wait")
PETITIONS = GroupKind("petitions", "Peticiones", "file-clock", "wait")
CONTROLS = GroupKind("controls", "Controles por revisar", "shield-check", "wait")
DEPARTURES = GroupKind("departures", "Personas que salen", "user-minus", "wait")
PROMISES = GroupKind("promises", "Promesas", "handshake", "wait")
INFORM = GroupKind("inform", "Por informar", "megaphone")
SYNERGIES = GroupKind("synergies", "Sinergias por definir", "handshake", "wait")
NEEDS = GroupKind("needs", "Necesidades por decidir", "inbox", "wait")
APPROVE_PIECES = GroupKind("approve_pieces", "Piezas por aprobar", "images", "wait")
SEND_PIECES = GroupKind("send_pieces", "Piezas por enviar", "send", "wait")
CORRECT_PIECES = GroupKind("correct_pieces", "Piezas por corregir", "pencil", "wait")
USE_PIECES = GroupKind("use_pieces", "Piezas que te enviaron", "images")
PIECE_GROUPS = (APPROVE_PIECES, SEND_PIECES, CORRECT_PIECES, USE_PIECES)
NOTICES = GroupKind("notices", "Avisos", "bell")


@dataclass(frozen=True)
class TaskGroup:
    """Tasks of one kind. `total` counts also those that do not fit in it."""

    kind: GroupKind
    tasks: tuple[Task, ...]
    total: int

    @property
    def pending(self) -> int:
        """Return how many of them this person must do."""
        return self.total - sum(not task.is_mine for task in self.tasks)


@dataclass
class _Notices:
    """The notices of a person that still ask for something, by their urgency."""

    failed: list[Notice] = field(default_factory=list)
    expiring: list[Notice] = field(default_factory=list)
    other: list[Notice] = field(default_factory=list)


def task_groups(
    member: Member, due: Sequence[DuePublication], notices: Sequence[Notice], *, is_all_held: bool, now: datetime
) -> tuple[TaskGroup, ...]:
    """Return the groups that have any task. `notices` are those that still ask for something.

    `is_all_held` says that everything is paused: a banner shows it, so no publication gets a task to resume it.
    """
    failed = [item for item in due if item.trouble]
    by_urgency = _by_urgency(notices, failed)
    may_compose = may(member, "publication.compose", now=now)
    scheduling = _scheduling_tasks(member, now) if may_compose else []
    informing, candidates = _informing_tasks(member, now) if may(member, "news.inform", now=now) else ([], 0)
    held = _held_tasks(due) if may(member, "publishing.resume", now=now) and not is_all_held else []
    groups = (
        _group(FAILED, [_failed_task(item, member, now) for item in failed]),
        _group(ATTENTION, [_notice_task(notice) for notice in by_urgency.failed]),
        _group(EXPIRING, [_notice_task(notice) for notice in by_urgency.expiring]),
        _group(HELD, held),
        _group(RESTRICTIONS, restriction_tasks(member, now=now)),
        _group(LIVE, live_tasks(member, now=now)),
        _group(REVIEWS, review_tasks(member, now=now)),
        _group(CLOSES, close_tasks(member, now=now)),
        _group(MODERATION, *moderation_tasks(member, now=now)),
        _group(CORRECTIONS, correction_tasks(member, now=now)),
        _group(PRESS, press_tasks(member, now=now)),
        _group(PETITIONS, petition_tasks(member, now=now)),
        _group(PROMISES, promise_tasks(member, now=now)),
        _group(ANSWER, *conversation_tasks(member, now=now)),
        *_piece_groups(member, now),
        _group(SCHEDULE, scheduling),
        _group(INFORM, informing, candidates),
        _group(NEEDS, *need_tasks(member, now=now)),
        _group(SYNERGIES, *synergy_tasks(member, now=now)),
        _group(CONTROLS, control_tasks(member, now=now)),
        _group(DEPARTURES, departure_tasks(member, now=now)),
        _group(NOTICES, [_notice_task(notice) for notice in by_urgency.other]),
    )
    # What others must do comes after what is theirs.
    return tuple(sorted((group for group in groups if group.tasks), key=lambda group: group.pending == 0))


def _piece_groups(member: Member, now: datetime) -> tuple[TaskGroup, ...]:
    return (
        _group(APPROVE_PIECES, *pieces_to_approve_tasks(member, now=now)),
        _group(SEND_PIECES, *pieces_to_send_tasks(member, now=now)),
        _group(CORRECT_PIECES, *pieces_to_correct_tasks(member, now=now)),
        _group(USE_PIECES, *pieces_to_use_tasks(member, now=now)),
    )


def _group(kind: GroupKind, tasks: list[Task], total: int = 0) -> TaskGroup:
    return TaskGroup(kind, tuple(tasks[:TASK_LIMIT]), total or len(tasks))


def _by_urgency(notices: Sequence[Notice], failed: Sequence[DuePublication]) -> _Notices:
    """Return the notices by urgency, without those of deliveries and news that have a group of their own."""
    shown = {part.pk for item in failed for thread in item.threads for part in thread}
    groups = _Notices()
    lists = {
        NoticeUrgency.FAILED: groups.failed,
        NoticeUrgency.EXPIRING: groups.expiring,
        NoticeUrgency.OTHER: groups.other,
    }
    for notice in notices:
        ref = ObjectRef.parse(notice.ref)
        urgency = urgency_of(notice)
        if (ref.kind == "delivery" and ref.id in shown) or urgency is None:
            continue
        lists[urgency].append(notice)
    return groups


def _notice_task(notice: Notice) -> Task:
    act = Act(act_label(notice), reverse("dashboard:receive", args=[notice.pk]), {})
    return Task(notice.title, notice.path, notice.why, act)


def _failed_task(item: DuePublication, member: Member, now: datetime) -> Task:
    """Return the task of a publication that did not go out everywhere, with the act that this person may do."""
    file = reverse("reports:expediente", args=[item.publication_id])
    undecided = [delivery for delivery in item.deliveries if delivery.state == DeliveryState.NEEDS_PERSON]
    if undecided and may(member, "delivery.decide", now=now):
        act = Act("Decidir", reverse("publishing:resolution", args=[undecided[0].pk]))
    elif may(member, "publication.compose", now=now):
        is_late = all(delivery.state != DeliveryState.REJECTED for delivery in item.deliveries)
        act = Act("Reprogramar" if is_late else "Corregir", reverse("publishing:editor", args=[item.publication_id]))
    else:
        act = Act("Abrir el expediente", file)
    is_mine = act.path != file
    return Task(item.title, file, item.trouble, act, publication_id=item.publication_id, is_mine=is_mine)


def _held_tasks(due: Sequence[DuePublication]) -> list[Task]:
    """Return a task for each publication that a person paused."""
    return [
        Task(
            item.title,
            reverse("reports:expediente", args=[item.publication_id]),
            f"Iba a salir a las {hour(item.due_at)}; espera a que alguien la reanude.",
            Act("Reanudar", reverse("publishing:resume_publication", args=[item.publication_id]), {}),
            publication_id=item.publication_id,
        )
        for item in due
        if item.is_held and item.is_waiting
    ]


def _scheduling_tasks(member: Member, now: datetime) -> list[Task]:
    """Return a task for each source and draft without a time, with the free hour that the calendar proposes."""
    waiting = [item for item in _waiting(member.entity, now) if not _is_draft_of_others(item, member, now)]
    news = [item.source.id for item in waiting if item.source.kind == NEWS]
    informings = Informing.objects.filter(news__in=news).select_related("by", "rule__source")
    informed = {informing.news_id: informing for informing in informings}
    return [_scheduling_task(item, member, informed.get(item.source.id), now) for item in waiting]


def _waiting(entity: Entity, now: datetime) -> tuple[WaitingItem, ...]:
    return waiting_items(entity, tuple(accounts_of(entity)), timezone.localdate(now), now=now)


def _is_draft_of_others(item: WaitingItem, member: Member, now: datetime) -> bool:
    """Return whether a colleague wrote the draft today; then it is listed among what others did."""
    draft = item.publication
    if draft is None or member.pk in (draft.created_by_id, draft.edited_by_id):
        return False
    return timezone.localdate(draft.edited_at) == timezone.localdate(now)


def _scheduling_task(item: WaitingItem, member: Member, informing: Informing | None, now: datetime) -> Task:
    source, draft = item.source, item.publication
    minute = timezone.localtime(item.proposal.at) if item.proposal else None
    label, asked = waiting_act(item, now), f"{minute:%Y-%m-%dT%H:%M}" if minute else ""
    if draft is not None:
        is_mine = member.pk in (draft.created_by_id, draft.edited_by_id)
        why = "Tu borrador" if is_mine else f"Borrador de {draft.edited_by.name}"
        path = reverse("publishing:editor", args=[draft.pk])
        act = Act(label, f"{path}?hora={asked}" if asked else path)
        return Task(source.title, path, f"{why}, guardado {ago(draft.edited_at, now)}.", act, source.picture, draft.pk)
    why = f"{informing.who} la informó {ago(informing.at, now)}." if informing else "Sin programar."
    if minute is not None and minute.date() == timezone.localdate(now):
        why += f" A las {minute:%H:%M} hay espacio."
    fields = {"source": source.ref.reference, "hour": asked}
    return Task(source.title, source.address, why, Act(label, reverse("publishing:draft"), fields), source.picture)


def _informing_tasks(member: Member, now: datetime) -> tuple[list[Task], int]:
    """Return a task for each of the latest news to inform, and how many there are."""
    candidates = News.objects.filter(entity_id=member.entity_id, state=NewsState.CANDIDATE)
    latest = candidates.select_related("picture").order_by(F("published_at").desc(nulls_last=True), "-found_at", "-pk")
    tasks = [
        Task(
            news.title,
            news.get_absolute_url(),
            f"Nueva en la sede{f', publicada {at_time(news.published_at, now)}' if news.published_at else ''}.",
            Act("Informar", reverse("newsroom:inform_several"), {"news": str(news.pk), "next": "/"}),
            news.picture,
        )
        for news in latest[:TASK_LIMIT]
    ]
    return tasks, candidates.count()
