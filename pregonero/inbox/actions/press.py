"""The deadline of a press question, and the notes that only the adviser and the coordinator read (N-5)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.models import Contact, Conversation, PressDeadline, ReservedNote
from pregonero.inbox.press import advises_or_coordinates, deadline_of, proposed_deadline
from pregonero.inbox.states import Question
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS
from pregonero.people.rules import check_may
from pregonero.records.actions import record
from pregonero.ui.templatetags.ui_time import stamp


def hand_to_press(conversation: Conversation, *, by: Member, now: datetime) -> None:
    """Set a press question's deadline and notify the adviser and the coordinator, in the caller's transaction."""
    deadline = deadline_of(conversation)
    if deadline is None or deadline.due_at < now:
        deadline = _save_deadline(conversation, proposed_deadline(now), by, now)
    notify(
        members=members_with(conversation.entity, GROUP_HEADS, today=timezone.localdate(now)),
        kind="conversation.press",
        ref=conversation.ref,
        title=f"Pregunta de prensa en {conversation.account}",
        path=conversation.get_absolute_url(),
        now=now,
        why=f"La responde quien asesora o coordina. Plazo: {stamp(deadline.due_at, now)}.",
    )


@transaction.atomic(durable=True)
def set_press_deadline(*, conversation: Conversation, due_at: datetime, by: Member, now: datetime) -> PressDeadline:
    """Set the deadline of a press question."""
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "inbox.sort", now=now)
    if conversation.question != Question.PRESS or not conversation.is_confirmed:
        raise WrongState("Solo una pregunta de prensa tiene plazo: corrige primero qué pide.")
    if due_at <= now:
        raise Refused("Elige un plazo que no haya pasado.")
    return _save_deadline(conversation, due_at, by, now)


def _save_deadline(conversation: Conversation, due_at: datetime, by: Member, now: datetime) -> PressDeadline:
    deadline = PressDeadline.objects.create(conversation=conversation, due_at=due_at, by=by, at=now)
    record(
        entity_id=conversation.entity_id,
        event_type="press.deadline",
        actor=by.actor,
        ref=conversation.ref,
        at=now,
        facts={"due_at": due_at.isoformat()},
    )
    return deadline


@transaction.atomic(durable=True)
def add_reserved_note(*, conversation: Conversation, text: str, by: Member, now: datetime) -> ReservedNote:
    """Write a reserved note. The record says that there is one and nothing of its words."""
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "inbox.note", now=now)
    if not advises_or_coordinates(by, today=timezone.localdate(now)):
        raise Refused("Una nota reservada la escribe quien asesora o coordina.")
    if not text.strip():
        raise Refused("Escribe la nota.")
    note = ReservedNote.objects.create(conversation=conversation, text=text.strip()[:1000], by=by, at=now)
    record(
        entity_id=conversation.entity_id,
        event_type="conversation.noted",
        actor=by.actor,
        ref=conversation.ref,
        at=now,
        facts={"is_reserved": True},
    )
    return note


def erase_reserved_notes(contact: Contact, erased: str) -> int:
    """Replace the words of the reserved notes about a person, and return how many there were (N-7)."""
    return ReservedNote.objects.filter(conversation__contact=contact).update(text=erased)
