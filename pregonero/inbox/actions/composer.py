"""The draft, the presence and the labels that a person stores while they work on a conversation."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from pregonero.inbox import queries
from pregonero.inbox.models import Answer, Conversation, Draft, Label, Presence
from pregonero.inbox.states import AnswerState
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record

MOST_LABELS = 10
JUST_SENT = timedelta(minutes=1)


@transaction.atomic(durable=True)
def save_draft(*, conversation: Conversation, text: str, by: Member, now: datetime) -> Draft | None:
    """Store a person's own draft; an empty text deletes it, and so does the one that they have just sent.

    The page stores the draft when the field loses the focus, which may arrive after the answer itself.
    """
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    if not text.strip() or _has_just_been_sent(conversation, text.strip(), by, now):
        Draft.objects.filter(conversation=conversation, by=by).delete()
        return None
    draft, _ = Draft.objects.update_or_create(conversation=conversation, by=by, defaults={"text": text, "at": now})
    return draft


def _has_just_been_sent(conversation: Conversation, text: str, by: Member, now: datetime) -> bool:
    answers = Answer.objects.filter(conversation=conversation, by=by, at__gt=now - JUST_SENT)
    sent = answers.exclude(state=AnswerState.FAILED).values_list("text", flat=True)
    return any(one.endswith(text) for one in sent)  # it may begin with the person's handle


@transaction.atomic(durable=True)
def mark_present(*, conversation: Conversation, by: Member, now: datetime) -> Presence:
    """Store that a person has the page of a conversation open."""
    check_may(by, "inbox.see", now=now)
    conversation = queries.get_conversation(member=by, pk=conversation.pk)
    presence, _ = Presence.objects.update_or_create(conversation=conversation, member=by, defaults={"seen_at": now})
    return presence


@transaction.atomic(durable=True)
def label_conversation(*, conversation: Conversation, names: Iterable[str], by: Member, now: datetime) -> Conversation:
    """Set the labels of a conversation; new ones are stored for the whole entity."""
    conversation = queries.get_conversation(member=by, pk=conversation.pk, for_update=True)
    check_may(by, "inbox.answer", now=now)
    chosen = list(dict.fromkeys(filter(None, (" ".join(name.lower().split())[:40] for name in names))))[:MOST_LABELS]
    Label.objects.bulk_create([Label(entity=by.entity, name=name) for name in chosen], ignore_conflicts=True)
    conversation.labels.set(Label.objects.filter(entity=by.entity, name__in=chosen))
    record(
        entity_id=conversation.entity_id,
        event_type="conversation.labelled",
        actor=by.actor,
        ref=conversation.ref,
        at=now,
        facts={"labels": chosen},
    )
    return conversation
