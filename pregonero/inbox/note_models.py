"""Internal notes on a conversation, and the reserved notes and deadline of a press question (N-5)."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pregonero.people.models import Member


class Note(models.Model):
    """An internal note on a conversation: the person never sees it."""

    is_reserved = False

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=1000)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(text__regex=r"\S"), name="note_has_text"),)

    def __str__(self) -> str:
        return f"nota de {self.conversation_id}"


class ReservedNote(models.Model):
    """A note that only the adviser and the coordinator read, because of professional secrecy (N-5).

    It has a table of its own, so that no list, search or export includes it. `press.reserved_notes_of` reads it.
    """

    is_reserved = True

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(text__regex=r"\S"), name="reserved_note_has_text"),)

    def __str__(self) -> str:
        return f"nota reservada de {self.conversation_id}"


class PressDeadline(models.Model):
    """The deadline of a press question; the latest row is in force."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.PROTECT, related_name="press_deadlines")
    due_at = models.DateTimeField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["conversation", "-id"], name="press_deadline_in_force"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"plazo de {self.conversation_id}"
