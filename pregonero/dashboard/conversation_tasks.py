"""The conversations and petitions that a person must attend, as tasks of Hoy."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from pregonero.dashboard.task import Act, Task
from pregonero.inbox import queries
from pregonero.inbox.correction_queries import outdated_answers
from pregonero.inbox.models import Conversation, Promise
from pregonero.inbox.person_queries import pending_promises
from pregonero.inbox.petitions import SOON_DAYS, PetitionRow, row_of
from pregonero.inbox.press import PressRow, advises_or_coordinates, open_press
from pregonero.inbox.states import Question
from pregonero.people.models import Member
from pregonero.people.rules import may
from pregonero.ui.templatetags.ui_time import ago, stamp
from pregonero.working_days import add_working_days

SHOWN = 20
WORDS = 90  # characters of a message


def conversation_tasks(member: Member, *, now: datetime) -> tuple[list[Task], int]:
    """Return the conversations that wait for an answer, the longest waiting first, and how many there are."""
    if not may(member, "inbox.answer", now=now):
        return [], 0
    waiting = _without_press(queries.conversations_of(member, queries.Filters(), now=now), member, now)
    found = list(waiting[:SHOWN])
    last = queries.last_messages(found)
    tasks = [
        Task(
            f"{conversation.contact} en {conversation.account.get_network_display()}",
            conversation.get_absolute_url(),
            f"{_words(last[conversation.pk].shown_text)}, {ago(conversation.waiting_since, now)}",
            Act("Responder", conversation.get_absolute_url()),
            network=conversation.account.network,
        )
        for conversation in found
        if conversation.pk in last
    ]
    return tasks, waiting.count() if tasks else 0


def _without_press(waiting: QuerySet[Conversation], member: Member, now: datetime) -> QuerySet[Conversation]:
    """Leave out what is press: who advises or coordinates has it apart, and the others only confirm that it is."""
    press = Q(question=Question.PRESS)
    return waiting.exclude(press if _attends_press(member, now) else press & Q(question_by__isnull=False))


def _attends_press(member: Member, now: datetime) -> bool:
    return advises_or_coordinates(member, today=timezone.localdate(now))


def correction_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the answers that were given with a fact that changed, each with a correction ready (Q-2)."""
    if not may(member, "inbox.answer", now=now):
        return []
    path = reverse("inbox:corrections")
    return [
        Task(
            f"{one.answer.conversation.contact} en {one.answer.conversation.account.get_network_display()}",
            path,
            f"Hay que corregir lo que le respondimos, porque {one.why}.",
            Act("Corregir", path),
            network=one.answer.conversation.account.network,
        )
        for one in outdated_answers(member.entity)
    ]


def press_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the open press questions of who advises or coordinates, those that fall due first (N-5)."""
    if not _attends_press(member, now):
        return []
    rows = open_press(member)
    last = queries.last_messages([row.conversation for row in rows])
    return [_press_task(row, last[row.conversation.pk].text, now) for row in rows if row.conversation.pk in last]


def _press_task(row: PressRow, text: str, now: datetime) -> Task:
    conversation, path = row.conversation, row.conversation.get_absolute_url()
    if row.due_at is None:
        why = "por confirmar que es de prensa"
    else:
        why = f"{'venció' if row.due_at <= now else 'plazo'}: {stamp(row.due_at, now)}"
    title = f"{conversation.contact} en {conversation.account.get_network_display()}"
    label = "Responder" if row.due_at else "Confirmar"
    return Task(title, path, f"{_words(text)}, {why}.", Act(label, path), network=conversation.account.network)


def _words(text: str) -> str:
    return f"«{text if len(text) <= WORDS else text[:WORDS].rstrip() + '…'}»"


def petition_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the petitions without a number, and those whose legal date is near or has passed."""
    if not may(member, "petition.manage", now=now):
        return []
    today = timezone.localdate(now)
    rows = sorted(
        (row_of(petition, today=today) for petition in queries.petitions_of(member.entity)), key=lambda row: row.order
    )
    return [_petition_task(row) for row in rows if not row.petition.number or row.tint in ("wait", "bad")]


def _petition_task(row: PetitionRow) -> Task:
    petition, path = row.petition, row.petition.get_absolute_url()
    due = f", vence el {row.count.due_on:%d/%m}" if row.count.due_on and not row.count.ended_on else ""
    title = f"Petición {petition.number}" if petition.number else "Petición sin radicado"
    first = f" Va primero: {petition.get_priority_display()}." if petition.priority else ""
    label = "Abrir la petición" if petition.number else "Poner el radicado"
    return Task(title, path, f"{row.word.capitalize()}{due}.{first}", Act(label, path))


def promise_tasks(member: Member, *, now: datetime) -> list[Task]:
    """Return the promises that fall due within a few working days, or are late, the first one due first (Q-7)."""
    if not may(member, "inbox.answer", now=now):
        return []
    today = timezone.localdate(now)
    soon = add_working_days(today, SOON_DAYS)
    pending = pending_promises(member.entity, limit=SHOWN)
    return [_promise_task(promise, today) for promise in pending if promise.due_on <= soon]


def _promise_task(promise: Promise, today: date) -> Task:
    path = promise.conversation.get_absolute_url()
    state = "Vencida" if promise.due_on < today else "Vence hoy" if promise.due_on == today else "Por vencer"
    why = f"{state}, para el {promise.due_on:%d/%m}. Se le prometió a {promise.conversation.contact}."
    return Task(f"Promesa: {promise.text}", path, why, Act("Abrir", path), network=promise.conversation.account.network)
