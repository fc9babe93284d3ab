"""Who may do what with a conversation, and in which state (Q-2, Q-3, N-5)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from pregonero.errors import Conflict, Refused, WrongState
from pregonero.inbox.composer_queries import LinkProblem, link_problems
from pregonero.inbox.models import Answer, Conversation, Message
from pregonero.inbox.press import advises_or_coordinates
from pregonero.inbox.private_answers import private_reply_window
from pregonero.inbox.states import AnswerKind, AnswerState, ConversationState, Question
from pregonero.inbox.text_links import links_in
from pregonero.networks.registry import connector
from pregonero.outbox.post_lookup import PostLookup
from pregonero.people.models import Entity, Member
from pregonero.people.roles import PERMISSIONS, Role
from pregonero.people.rules import as_question, check_may

FALLBACK_LIMIT = 280


class ThreadChanged(Conflict):
    """Somebody wrote, edited or answered since the page was opened: the answer is not sent (stop and look)."""

    code = "thread_changed"


def check_may_answer(by: Member, conversation: Conversation, *, kind: AnswerKind, now: datetime) -> None:
    """Raise unless this person may answer it, or send it to PQRSD."""
    check_may(by, "inbox.answer", now=now)
    if conversation.state == ConversationState.CLOSED:
        raise WrongState("Esta conversación está cerrada: ábrela otra vez para responder.")
    if not conversation.is_confirmed:
        raise WrongState("Antes de responder, confirma qué pide la persona.")
    if kind == AnswerKind.ANSWER and conversation.is_referred:
        raise Refused("Esto se tramita por PQRSD: desde aquí solo se envía la remisión.")
    if kind == AnswerKind.REDIRECT and not conversation.is_referred:
        raise Refused("Esta conversación no se remite a PQRSD: corrige primero qué pide.")
    if conversation.question == Question.PRESS and not advises_or_coordinates(by, today=timezone.localdate(now)):
        raise Refused("Las preguntas de prensa las responde quien asesora o coordina.")


may_answer = as_question(check_may_answer)


def check_may_sort(by: Member, conversation: Conversation, *, question: Question, reason: str, now: datetime) -> None:
    """Raise unless this person may confirm or correct what a conversation asks for."""
    check_may(by, "inbox.sort", now=now)
    is_correction = conversation.is_confirmed and conversation.question != question
    if is_correction and not reason.strip():
        raise Refused("Escribe por qué corriges lo que pide: queda en el registro.")
    if (
        is_correction
        and conversation.answers.exclude(state=AnswerState.FAILED).filter(kind=AnswerKind.REDIRECT).exists()
    ):
        raise WrongState("Ya se le envió la remisión a PQRSD: no se puede cambiar lo que pide.")


def check_seen(conversation: Conversation, *, seen: int) -> None:
    """Raise `ThreadChanged` when the conversation changed after the person saw it."""
    if conversation.revision != seen:
        raise ThreadChanged("La conversación cambió mientras escribías: mira lo nuevo y envíala otra vez.")


class LinksRefused(Refused):
    """A text has links that failed their check, and nobody answers for them (D-4)."""

    code = "links_refused"

    def __init__(self, problems: Sequence[LinkProblem], right: str) -> None:
        *first, last = (role.label for role in Role if role in PERMISSIONS[right].roles)
        who = f"{', '.join(first)} o {last}" if first else last
        sentences = " ".join(f"El enlace {problem.address} no se puede enviar. {problem.why}" for problem in problems)
        super().__init__(f"{sentences} Corrígelo o quítalo; también puede aceptarlo, con su nombre y una razón: {who}.")


def check_links(text: str, entity: Entity, *, now: datetime, right: str = "link.accept") -> None:
    """Raise `LinksRefused` unless every link of a text passed its check lately, or somebody answers for it (D-4).

    `right` is the permission of who may accept them.
    """
    problems = link_problems(links_in(text), entity, now=now)
    if problems:
        raise LinksRefused(problems, right)


def check_answer_text(conversation: Conversation, text: str, *, is_private: bool) -> None:
    """Raise unless the text fits in an answer, public or private, on this network."""
    if not text.strip():
        raise Refused("Escribe la respuesta.")
    most = answer_limit(conversation, is_private=is_private)
    measured = _measure(conversation.account.network, text, is_private=is_private)
    if measured > most:
        label, what = conversation.account.get_network_display(), "un mensaje" if is_private else "una respuesta"
        raise Refused(f"Sobran {measured - most}: en {label} {what} tiene hasta {most}.")


def answer_limit(conversation: Conversation, *, is_private: bool) -> int:
    """Return how long an answer may be on the conversation's network."""
    limits = connector(conversation.account.network).capabilities.limits
    private = limits.get("message") if is_private else None
    limit = private or limits.get("reply") or limits.get("text")
    return limit.value if limit is not None else FALLBACK_LIMIT


def _measure(network: str, text: str, *, is_private: bool) -> int:
    """Return the length of an answer as its network counts it: a private message in characters or in bytes."""
    found = connector(network)
    if not is_private or "message" not in found.capabilities.limits:
        return found.measure(text)
    return len(text.encode()) if found.capabilities.message_counts_bytes else len(text)


def check_may_answer_privately(message: Message, *, now: datetime) -> None:
    """Raise unless a comment may still have its one private answer by the network's API."""
    window = private_reply_window(message, now=now)
    if window is None:
        raise Refused("En esta red un comentario no se responde por mensaje privado.")
    if window.why_by_hand:
        raise Refused("Ya pasó el plazo para responder este comentario en privado: respóndelo en público.")


def check_answerable(message: Message | None) -> Message:
    """Return the message to answer. Raises when there is none, or its author deleted it."""
    if message is None:
        raise WrongState("Ya está respondida: no queda un mensaje por responder.")
    if message.deleted_at is not None:
        raise WrongState("La persona borró su mensaje: ya no se puede responder.")
    return message


def check_is_by_hand(answer: Answer) -> None:
    """Raise unless the answer waits for a person to write it at the network (Q-6)."""
    if not answer.is_by_hand:
        raise WrongState("Esta respuesta no espera a que alguien la escriba en la red.")


def check_replies_to(message: Message, lookup: PostLookup) -> None:
    """Raise when what a person wrote at the network was read and replies to another message (Q-6)."""
    seen = lookup.seen
    if seen is not None and seen.reply_to is not None and seen.reply_to != message.remote_id:
        raise Refused("Esa publicación no responde a lo que escribió la persona: respóndele desde su mensaje.")
