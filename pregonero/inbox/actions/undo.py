"""Undo an answer in its first seconds, before it is sent: its text goes back to the composer of who wrote it."""

from datetime import datetime

from django.db import transaction

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.outcomes import record_failure
from pregonero.inbox.models import Answer, Draft
from pregonero.inbox.states import AnswerState
from pregonero.outbox.actions.schedule import cancel
from pregonero.outbox.queries.deliveries import lock_deliveries
from pregonero.outbox.states import WAITING
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


def undo_answers(*, answer: Answer, by: Member, now: datetime) -> tuple[int, list[str]]:
    """Undo an answer and those that were given at once to others, each in its own transaction.

    Return how many were undone, and in Spanish why others were not: what is out stays out.
    """
    undone, refused = 0, list[str]()
    for one in [answer, *answer.alike.select_related("conversation__contact").order_by("pk")]:
        try:
            undo_answer(answer=one, by=by, now=now)
            undone += 1
        except Refused as refusal:
            refused.append(f"{one.conversation.contact}: {refusal.message}")
    return undone, refused


@transaction.atomic(durable=True)
def undo_answer(*, answer: Answer, by: Member, now: datetime) -> Answer:
    """Cancel an answer that nothing has tried to send yet; its text becomes the draft of who wrote it.

    The delivery is locked first, as the claim locks it: either the answer is undone, or it is being sent.
    """
    (delivery,) = lock_deliveries(answer.ref)
    answer = queries.get_answer(member=by, pk=answer.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    if answer.by_id != by.pk:
        raise NotAllowed(f"La respuesta la puede deshacer quien la envió: {answer.by}.")
    if answer.state != AnswerState.SENDING or answer.is_by_hand:
        raise WrongState("Esta respuesta ya no se puede deshacer: ya salió, o ya se había deshecho.")
    if delivery.state not in WAITING or delivery.attempts_made:
        raise WrongState("Ya se está enviando: lo que salió no se puede deshacer.")
    cancel(delivery=delivery, reason=f"La deshizo {by}.", by=by.actor, now=now)
    record_failure(answer, reason=f"La deshizo {by} antes de que saliera.", undone_at=now)
    _restore_draft(answer, now)
    record(
        entity_id=by.entity_id,
        event_type="answer.undone",
        actor=by.actor,
        ref=answer.ref,
        at=now,
        related=[answer.conversation.ref],
    )
    return answer


def _restore_draft(answer: Answer, now: datetime) -> None:
    """Put the text back in the composer of its author, after what they have written since."""
    draft, is_new = Draft.objects.get_or_create(
        conversation=answer.conversation, by=answer.by, defaults={"text": answer.text, "at": now}
    )
    if not is_new and answer.text not in draft.text:
        draft.text, draft.at = f"{draft.text}\n\n{answer.text}".strip(), now
        draft.save(update_fields=["text", "at"])
