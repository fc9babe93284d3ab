"""What the team writes for itself on a conversation (N-5)."""

from django.db import models
from django.db.models import Q

from pregonero.people.models import Member


class Note(models.Model):
    """An internal note on a conversation: the person never sees it. A journalist's may be reserved."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=1000)
    is_reserved = models.BooleanField(default=False)  # only who advises or coordinates reads it (N-5)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(text__regex=r"\S"), name="note_has_text"),)

    def __str__(self) -> str:
        return f"nota de {self.conversation_id}"
