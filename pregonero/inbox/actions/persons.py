"""Joining a person's accounts on several networks, always by a person's decision, and promises to them (Q-7)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import Conflict, Refused, WrongState
from pregonero.inbox import person_queries, queries
from pregonero.inbox.models import Contact, ContactJoin, Conversation, Promise
from pregonero.inbox.person_models import PromiseEnd
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def join_contacts(*, contact: Contact, other: Contact, reason: str, by: Member, now: datetime) -> ContactJoin:
    """Record that two people of the networks are the same one. Their rows stay apart, so that it can be undone."""
    check_may(by, "inbox.answer", now=now)
    pair = sorted({contact.pk, other.pk})
    if len(pair) == 1:
        raise Refused("Elige a otra persona.")
    first, second = (queries.get_contact(member=by, pk=pk, for_update=True) for pk in pair)
    if first.erased_at or second.erased_at:
        raise WrongState("Los datos de esa persona se borraron.")
    if not reason.strip():
        raise Refused("Escribe cómo sabes que es la misma persona.")
    if second.pk in person_queries.joined_ids(first):
        raise Conflict("Ya están unidas.")
    join = ContactJoin.objects.create(first=first, second=second, reason=reason.strip()[:300], by=by, at=now)
    _record_join(join, "contact.joined", by, now)
    return join


@transaction.atomic(durable=True)
def undo_join(*, join: ContactJoin, by: Member, now: datetime) -> ContactJoin:
    """Undo a join: the histories are apart again."""
    check_may(by, "inbox.answer", now=now)
    join = person_queries.get_join(member=by, pk=join.pk, for_update=True)
    if join.undone_at is not None:
        raise WrongState("Esa unión ya se deshizo.")
    join.undone_by, join.undone_at = by, now
    join.save(update_fields=["undone_by", "undone_at"])
    _record_join(join, "contact.join_undone", by, now)
    return join


def _record_join(join: ContactJoin, event_type: str, by: Member, now: datetime) -> None:
    record(
        entity_id=by.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=join.first.ref,
        at=now,
        related=[join.second.ref],
        texts={"reason": join.reason} if join.undone_at is None else {},
    )


@transaction.atomic(durable=True)
def make_promise(*, conversation: Conversation, text: str, due_on: date, by: Member, now: datetime) -> Promise:
    """Record what the entity promised to a person, and by which day."""
    check_may(by, "inbox.answer", now=now)
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    if not text.strip():
        raise Refused("Escribe qué se le prometió.")
    if due_on < timezone.localdate(now):
        raise Refused("Elige un día que no haya pasado.")
    promise = Promise.objects.create(conversation=conversation, text=text.strip()[:300], due_on=due_on, by=by, at=now)
    record(
        entity_id=conversation.entity_id,
        event_type="promise.made",
        actor=by.actor,
        ref=promise.ref,
        at=now,
        related=[conversation.ref],
        facts={"due_on": due_on.isoformat()},
        texts={"promise": promise.text},
    )
    return promise


@transaction.atomic(durable=True)
def end_promise(*, promise: Promise, end: PromiseEnd, by: Member, now: datetime) -> Promise:
    """Record that a promise was kept, or that it does not apply any more."""
    check_may(by, "inbox.answer", now=now)
    promise = person_queries.get_promise(member=by, pk=promise.pk, for_update=True)
    if promise.end:
        raise WrongState(f"Esa promesa ya está {promise.get_end_display()}.")
    promise.end, promise.ended_by, promise.ended_at = end, by, now
    promise.save(update_fields=["end", "ended_by", "ended_at"])
    record(
        entity_id=by.entity_id,
        event_type="promise.ended",
        actor=by.actor,
        ref=promise.ref,
        at=now,
        related=[promise.conversation.ref],
        facts={"end": end, "was_late": timezone.localdate(now) > promise.due_on},
    )
    return promise
