"""Press questions: their deadline, who attends them, and their reserved notes (N-5)."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from pregonero.inbox.models import Conversation, PressDeadline, ReservedNote
from pregonero.inbox.states import ConversationState, Question
from pregonero.people.models import Member
from pregonero.people.roles import GROUP_HEADS
from pregonero.working_days import add_working_days

CLOSING_HOUR = time(17)  # of the next working day: our own measure, until somebody writes the journalist's
MOST_NOTES = 300
MOST_LISTED = 50


def advises_or_coordinates(member: Member, *, today: date) -> bool:
    """Return whether a member is the adviser or the coordinator that day, also as a stand-in."""
    return bool(GROUP_HEADS.intersection(member.roles_on(today)))


def reserved_notes_of(conversation: Conversation, *, member: Member, today: date) -> list[ReservedNote]:
    """Return the reserved notes of a conversation, the first one first; none unless the member may read them."""
    if not advises_or_coordinates(member, today=today):
        return []
    notes = ReservedNote.objects.filter(conversation=conversation).select_related("by")
    return list(notes.order_by("-pk")[:MOST_NOTES])[::-1]


def proposed_deadline(now: datetime) -> datetime:
    """Return the deadline when nobody wrote one: the end of the next working day."""
    day = add_working_days(timezone.localdate(now), 1)
    return timezone.make_aware(datetime.combine(day, CLOSING_HOUR))


def deadline_of(conversation: Conversation) -> PressDeadline | None:
    """Return the deadline in force of a conversation, or None."""
    return PressDeadline.objects.filter(conversation=conversation).select_related("by").order_by("-pk").first()


@dataclass(frozen=True)
class PressRow:
    """An open press question and its deadline, which is None until somebody confirms the question."""

    conversation: Conversation
    due_at: datetime | None


def open_press(member: Member) -> list[PressRow]:
    """Return the open press questions of the member's entity, those that fall due first."""
    latest = PressDeadline.objects.filter(conversation=OuterRef("pk")).order_by("-pk").values("due_at")[:1]
    found = Conversation.objects.filter(
        entity_id=member.entity_id, question=Question.PRESS, state=ConversationState.OPEN
    ).annotate(press_due_at=Subquery(latest))
    related = found.select_related("account", "contact").order_by("press_due_at", "waiting_since", "pk")
    return [PressRow(conversation, conversation.press_due_at) for conversation in related[:MOST_LISTED]]
