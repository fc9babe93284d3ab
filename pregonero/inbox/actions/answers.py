"""Answering and redirecting: one answer to each message, sent as an operation of the outbox (Q-2, Q-3)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.outcomes import record_failure
from pregonero.inbox.actions.triage import confirm_question
from pregonero.inbox.models import Answer, Conversation, Draft, Message
from pregonero.inbox.private_answers import private_reply_window, private_target, window_of
from pregonero.inbox.rules import (
    check_answer_text,
    check_answerable,
    check_is_by_hand,
    check_links,
    check_may_answer,
    check_may_answer_privately,
    check_seen,
)
from pregonero.inbox.states import AnswerKind, ConversationState, Question
from pregonero.networks.base import OperationKind
from pregonero.networks.registry import connector
from pregonero.newsroom.models import News
from pregonero.newsroom.reading.text import digest_of
from pregonero.outbox.actions.manual import take_by_hand
from pregonero.outbox.actions.schedule import schedule
from pregonero.outbox.models import TOLERANCE_MINUTES
from pregonero.outbox.payload import Parent, post_payload
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record
from pregonero.records.undo import WINDOW as UNDO_WINDOW


@dataclass(frozen=True)
class WrittenAnswer:
    """What a person wrote, the key that makes a repeated send one, and the revision of the conversation that they saw.

    `source` is the news item from which it was answered, and `alike_to` the answer that is given to others too. With
    `is_private`, a comment is answered by private message.
    """

    text: str
    key: uuid.UUID
    seen: int
    source: News | None = None
    alike_to: Answer | None = None
    is_private: bool = False
    corrects: Answer | None = None


@transaction.atomic(durable=True)
def send_answer(*, conversation: Conversation, written: WrittenAnswer, by: Member, now: datetime) -> Answer:
    """Answer the last message of a conversation. The same key again returns the answer that it made.

    It is sent after `UNDO_WINDOW`, so that it can be undone until then.
    Raises `ThreadChanged`, and sends nothing, when the conversation changed after the person saw it.
    """
    return _send(conversation, AnswerKind.ANSWER, written, by, now)


def send_alike(
    *, answer: Answer, others: Sequence[Conversation], by: Member, now: datetime
) -> tuple[list[Answer], list[str]]:
    """Give the same answer to other conversations that ask the same, each in its own transaction.

    Return the answers that were sent, and in Spanish why others were not: each conversation stands alone.
    """
    sent, refused = list[Answer](), list[str]()
    source = News.objects.filter(pk=answer.source_id, entity_id=by.entity_id).first() if answer.source_id else None
    for other in others:
        key = uuid.uuid5(answer.key, str(other.pk))
        try:
            written = WrittenAnswer(answer.text, key, other.revision, source, alike_to=answer)
            sent.append(_send_alike(other, written, by, now))
        except Refused as refusal:
            refused.append(f"{other.contact}: {refusal.message}")
    return sent, refused


@transaction.atomic(durable=True)
def _send_alike(conversation: Conversation, written: WrittenAnswer, by: Member, now: datetime) -> Answer:
    """Answer a conversation that asks the same, and confirm its question if it was only proposed."""
    locked = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_seen(locked, seen=written.seen)
    message = queries.message_to_answer(locked)
    if message is not None and (late := window_of(message, now=now).why_by_hand):
        raise WrongState(late)
    if not locked.is_confirmed:
        locked = confirm_question(locked, Question.BASIC, "Pregunta lo mismo que otra que se respondió.", by, now)
        written = replace(written, seen=locked.revision)
    return _send(locked, AnswerKind.ANSWER, written, by, now)


@transaction.atomic(durable=True)
def redirect_to_pqrsd(*, conversation: Conversation, key: uuid.UUID, seen: int, by: Member, now: datetime) -> Answer:
    """Send the person to PQRSD with the text that its owners set (Q-3, Q-4)."""
    check_may(by, "inbox.answer", now=now)
    parameters = queries.pqrsd_parameters(by.entity)
    if parameters is None:
        raise WrongState("Falta la dirección de PQRSD: la fija el Grupo de Relación con el Ciudadano.")
    written = WrittenAnswer(f"{parameters.text} {parameters.address}", key, seen)
    return _send(conversation, AnswerKind.REDIRECT, written, by, now)


def send_number(*, message: Message, text: str, key: uuid.UUID, by: Member, now: datetime) -> Answer:
    """Tell a person the number of their petition, inside the caller's transaction (Q-5)."""
    written = WrittenAnswer(text, key, message.conversation.revision, is_private=message.is_private)
    return send_beside(message, AnswerKind.NUMBER, written, by, now)


def send_beside(message: Message, kind: AnswerKind, written: WrittenAnswer, by: Member, now: datetime) -> Answer:
    """Send a petition's number or a correction, besides the answer of a message, inside the caller's transaction."""
    text = _addressed(message.conversation, written.text, is_private=written.is_private)
    answer = _create(message, kind, replace(written, text=text), by, now)
    _record(answer, written.source)
    _schedule(answer, now, now)
    return answer


def _send(conversation: Conversation, kind: AnswerKind, written: WrittenAnswer, by: Member, now: datetime) -> Answer:
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    earlier = Answer.objects.filter(conversation=conversation, key=written.key).first()
    if earlier is not None:
        return earlier
    check_may_answer(by, conversation, kind=kind, now=now)
    check_seen(conversation, seen=written.seen)
    message = check_answerable(queries.message_to_answer(conversation))
    if written.is_private and not message.is_private:
        check_may_answer_privately(message, now=now)
    is_private = written.is_private or message.is_private
    text = _addressed(conversation, written.text.strip(), is_private=is_private)
    check_answer_text(conversation, text, is_private=is_private)
    check_links(text, conversation.entity, now=now)
    answer = _create(message, kind, replace(written, text=text, is_private=is_private), by, now)
    _record(answer, written.source)
    _schedule(answer, now + UNDO_WINDOW, now)
    conversation.state, conversation.snoozed_until = ConversationState.ANSWERED, None
    conversation.revision += 1
    conversation.save()
    Draft.objects.filter(conversation=conversation, by=by).delete()
    return answer


def _addressed(conversation: Conversation, text: str, *, is_private: bool) -> str:
    """Return the text with the person's handle before it, on networks where an answer must name them.

    A network with private messages of their own names the recipient outside the text.
    """
    capabilities = connector(conversation.account.network).capabilities
    names_author = capabilities.names_author_in_replies and not (is_private and "message" in capabilities.limits)
    handle = f"@{conversation.contact.handle}"
    if not names_author or handle == "@" or handle in text:
        return text
    return f"{handle} {text}"


def _create(message: Message, kind: AnswerKind, written: WrittenAnswer, by: Member, now: datetime) -> Answer:
    source = written.source
    return Answer.objects.create(
        conversation=message.conversation,
        message=message,
        key=written.key,
        kind=kind,
        is_private=written.is_private,
        why_by_hand="" if _is_private_reply(message, written) else window_of(message, now=now).why_by_hand,
        text=written.text,
        by=by,
        at=now,
        alike_to=written.alike_to,
        corrects=written.corrects,
        source_kind="news" if source else "",
        source_id=source.pk if source else None,
        source_name=source.title if source else "",
        source_digest=digest_of(source.title, source.summary, source.body) if source else "",
        source_address=source.address if source else "",
    )


def _is_private_reply(message: Message, written: WrittenAnswer) -> bool:
    return written.is_private and not message.is_private


def _record(answer: Answer, source: News | None) -> None:
    conversation = answer.conversation
    subject = [conversation.subject] if conversation.subject else []
    record(
        entity_id=conversation.entity_id,
        event_type="answer.redirected" if answer.kind == AnswerKind.REDIRECT else "answer.written",
        actor=answer.by.actor,
        ref=answer.ref,
        at=answer.at,
        related=[conversation.ref, answer.message.ref, *subject, *([source.ref] if source else [])],
        texts={"text": answer.text},
    )


def _schedule(answer: Answer, due_at: datetime, now: datetime) -> None:
    conversation, message = answer.conversation, answer.message
    parent = Parent(reply_to=message.remote_id, root=conversation.post_id or message.remote_id)
    operation = schedule(
        account=conversation.account,
        subject=answer.ref,
        kind=OperationKind.MESSAGE if answer.is_private else OperationKind.REPLY,
        payload=post_payload(answer.text, parent=parent, private=private_target(answer)),
        due_at=due_at,
        now=now,
        tolerance_minutes=_tolerance(answer, due_at),
    )
    if answer.why_by_hand:  # its network takes it from a person only: nothing sends it
        take_by_hand(operation, by=answer.by, now=now)


def _tolerance(answer: Answer, due_at: datetime) -> int:
    """Return for how many minutes an answer may wait: never beyond the window that its network gives."""
    message = answer.message
    window = window_of(message, now=due_at) if message.is_private else private_reply_window(message, now=due_at)
    if not answer.is_private or window is None or window.closes_at is None:
        return TOLERANCE_MINUTES
    return max(1, min(TOLERANCE_MINUTES, int((window.closes_at - due_at).total_seconds() // 60)))


@transaction.atomic(durable=True)
def give_up_by_hand(*, answer: Answer, by: Member, now: datetime) -> Answer:
    """Store that a person will not answer at the network after all: the conversation waits again (Q-6)."""
    answer = queries.get_answer(member=by, pk=answer.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    check_is_by_hand(answer)
    record_failure(answer, reason=f"{by} decidió no responder en la red.")
    record(
        entity_id=by.entity_id,
        event_type="answer.given_up",
        actor=by.actor,
        ref=answer.ref,
        at=now,
        related=[answer.conversation.ref],
    )
    return answer
