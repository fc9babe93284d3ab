"""What a person does at the network about a chat message, and what somebody took down there (YT-5, N-3).

YouTube's API can neither hold nor release a chat message. What it can do, removing and banning, is never sent.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import WrongState
from pregonero.inbox.models import Message
from pregonero.moderation import queries
from pregonero.moderation.actions.decisions import show_again
from pregonero.moderation.actions.effects import confirm_done, lock_comment
from pregonero.moderation.models import Decision
from pregonero.moderation.states import Effect
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record

WAS_VISIBLE = "Ya se veía: la red solo deja quitarlo para siempre, y eso no se hace."


@transaction.atomic(durable=True)
def confirm_by_hand(*, message: Message, was_hidden: bool, by: Member, now: datetime) -> Decision:
    """Store what a person found and did at the network: it hid a message that was held, or the message was visible.

    A visible one stays visible: the network could only remove it for ever, which the procedure does not allow.
    """
    message = queries.get_message(member=by, pk=message.pk, for_update=True)
    check_may(by, "moderation.decide", now=now)
    comment = lock_comment(message.pk)
    if comment is None or comment.decision.effect != Effect.BY_HAND:
        raise WrongState("Este mensaje no espera que alguien lo oculte en la red.")
    decision = comment.decision
    if was_hidden:
        return confirm_done(comment, by=by, now=now)
    decision.effect, decision.problem = Effect.FAILED, WAS_VISIBLE
    decision.save(update_fields=["effect", "problem"])
    return show_again(message, reason=WAS_VISIBLE, by=by, now=now)


@transaction.atomic(durable=True)
def note_taken_down(*, messages: Sequence[Message], path: str, now: datetime) -> None:
    """Record that somebody removed chat messages at the network, and tell who coordinates: nothing is deleted (N-3)."""
    if not messages:
        return
    account = messages[0].account
    for message in messages:
        record(
            entity_id=account.entity_id,
            event_type="chat_message.removed",
            actor=SYSTEM,
            ref=message.ref,
            at=now,
            related=[account.ref],
        )
    notify(
        members=members_with(account.entity, GROUP_HEADS, today=timezone.localdate(now)),
        kind="moderation.taken_down",
        ref=account.ref,
        title=f"Alguien quitó {_count(len(messages))} del chat en vivo de {account}",
        why="Es para siempre, y el procedimiento pide no borrar lo que escribe la ciudadanía. Averigua quién lo hizo.",
        path=path,
        now=now,
    )


def _count(number: int) -> str:
    return "un mensaje" if number == 1 else f"{number} mensajes"
