"""Deciding what a conversation asks for, and keeping it in order: close, reopen, assign, snooze, note (Q-1, Q-3)."""

from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.press import hand_to_press
from pregonero.inbox.models import Conversation, Note, PqrsdParameters, QuestionDecision
from pregonero.inbox.rules import check_may_sort
from pregonero.inbox.states import ConversationState, Question
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def sort_conversation(
    *, conversation: Conversation, question: Question, reason: str, by: Member, now: datetime
) -> Conversation:
    """Confirm or correct what a conversation asks for; the record says who and why, and what was proposed.

    A press question goes to the adviser and the coordinator, with a deadline (N-5).
    """
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may_sort(by, conversation, question=question, reason=reason, now=now)
    confirm_question(conversation, question, reason.strip() or conversation.question_why, by, now)
    if question == Question.PRESS:
        hand_to_press(conversation, by=by, now=now)
    return conversation


def confirm_question(
    conversation: Conversation, question: Question, why: str, by: Member, now: datetime
) -> Conversation:
    """Store and record what a locked conversation asks for, inside the caller's transaction."""
    was_confirmed, earlier = conversation.is_confirmed, conversation.question
    conversation.question, conversation.question_why, conversation.question_by = question, why[:300], by
    conversation.revision += 1
    conversation.save()
    message = queries.last_message_of(conversation)
    if message is not None:
        QuestionDecision.objects.create(message=message, proposed=earlier, question=question, by=by, at=now)
    record(
        entity_id=conversation.entity_id,
        event_type="conversation.sorted",
        actor=by.actor,
        ref=conversation.ref,
        at=now,
        related=[conversation.subject] if conversation.subject else [],
        facts={"question": question, "earlier": earlier, "was_confirmed": was_confirmed},
        texts={"reason": why},
    )
    return conversation


@transaction.atomic(durable=True)
def close_conversation(*, conversation: Conversation, reason: str, by: Member, now: datetime) -> Conversation:
    """Close a conversation that needs no answer, with the reason; a new message opens it again."""
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    if conversation.state == ConversationState.CLOSED:
        raise WrongState("Esta conversación ya está cerrada.")
    if not reason.strip():
        raise Refused("Escribe por qué no necesita respuesta.")
    conversation.state = ConversationState.CLOSED
    return _save_state(conversation, "conversation.closed", reason, by, now)


@transaction.atomic(durable=True)
def reopen_conversation(*, conversation: Conversation, by: Member, now: datetime) -> Conversation:
    """Open a closed or answered conversation again."""
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    if conversation.state == ConversationState.OPEN:
        raise WrongState("Esta conversación ya está abierta.")
    conversation.state = ConversationState.OPEN
    return _save_state(conversation, "conversation.reopened", "", by, now)


def _save_state(conversation: Conversation, event_type: str, reason: str, by: Member, now: datetime) -> Conversation:
    conversation.revision += 1
    conversation.save()
    record(
        entity_id=conversation.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=conversation.ref,
        at=now,
        related=[conversation.subject] if conversation.subject else [],
        texts={"reason": reason.strip()},
    )
    return conversation


@transaction.atomic(durable=True)
def assign_conversation(
    *, conversation: Conversation, assignee: Member | None, by: Member, now: datetime
) -> Conversation:
    """Give a conversation to a person of the entity, or to nobody."""
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    if assignee is not None and assignee.entity_id != conversation.entity_id:
        raise Refused("Esa persona no es de la entidad.")
    conversation.assignee = assignee
    conversation.save(update_fields=["assignee"])
    record(
        entity_id=conversation.entity_id,
        event_type="conversation.assigned",
        actor=by.actor,
        ref=conversation.ref,
        at=now,
        related=[assignee.ref] if assignee else [],
    )
    return conversation


@transaction.atomic(durable=True)
def snooze_conversation(*, conversation: Conversation, until: datetime, by: Member, now: datetime) -> Conversation:
    """Set a conversation aside until a moment; a new message brings it back before."""
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    if until <= now:
        raise Refused("Elige una fecha que no haya pasado.")
    conversation.snoozed_until = until
    conversation.save(update_fields=["snoozed_until"])
    record(
        entity_id=conversation.entity_id,
        event_type="conversation.snoozed",
        actor=by.actor,
        ref=conversation.ref,
        at=now,
        facts={"until": until.isoformat()},
    )
    return conversation


@transaction.atomic(durable=True)
def add_note(*, conversation: Conversation, text: str, by: Member, now: datetime) -> Note:
    """Write an internal note on a conversation."""
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "inbox.note", now=now)
    if not text.strip():
        raise Refused("Escribe la nota.")
    note = Note.objects.create(conversation=conversation, text=text.strip()[:1000], by=by, at=now)
    record(
        entity_id=conversation.entity_id,
        event_type="conversation.noted",
        actor=by.actor,
        ref=conversation.ref,
        at=now,
        facts={"is_reserved": False},
        texts={"note": note.text},
    )
    return note


@transaction.atomic(durable=True)
def set_pqrsd_parameters(
    *, entity: Entity, address: str, text: str, reason: str, by: Member, now: datetime, email: str = ""
) -> PqrsdParameters:
    """Set where PQRSD and petitions are received and the text that people receive, as a new version (Q-4)."""
    check_may(by, "pqrsd.manage", now=now)
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=entity.pk)
    if by.entity_id != entity.pk:
        raise Refused("Solo puedes fijar los parámetros de tu entidad.")
    if not reason.strip():
        raise Refused("Escribe por qué cambian.")
    parameters = PqrsdParameters.objects.create(
        entity=entity,
        number=PqrsdParameters.objects.filter(entity=entity).count() + 1,
        address=address,
        text=text.strip(),
        email=email,
        reason=reason.strip()[:300],
        by=by,
        at=now,
    )
    record(
        entity_id=entity.pk,
        event_type="pqrsd.set",
        actor=by.actor,
        ref=parameters.ref,
        at=now,
        facts={"number": parameters.number, "address": address, "email": email},
        texts={"text": parameters.text, "reason": parameters.reason},
    )
    return parameters
