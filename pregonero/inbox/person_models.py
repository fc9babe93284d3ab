"""People across networks: who was recognised as the same one, and what was promised to them (Q-7)."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef


class ContactJoin(models.Model):
    """Two contacts that somebody recognised as the same person; it can be undone (Q-7)."""

    first = models.ForeignKey("inbox.Contact", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("inbox.Contact", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="contact_join_in_order"),
            models.UniqueConstraint(
                fields=["first", "second"], condition=Q(undone_at__isnull=True), name="contact_join_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undone_at__isnull=True)
                | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="contact_join_undone_by_somebody",
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"unión de {self.first_id} y {self.second_id}"


class PromiseEnd(models.TextChoices):
    """How a promise ended."""

    KEPT = "KEPT", "cumplida"
    DROPPED = "DROPPED", "ya no aplica"


class Promise(models.Model):
    """What the entity promised to a person in a conversation, and by which day (Q-7). Its text can be erased."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.PROTECT, related_name="promises")
    text = models.CharField(max_length=300, blank=True)
    due_on = models.DateField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    end = models.CharField(max_length=10, choices=PromiseEnd.choices, blank=True)
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(end="", ended_by__isnull=True, ended_at__isnull=True)
                | (~Q(end="") & Q(ended_by__isnull=False, ended_at__isnull=False)),
                name="promise_ended_by_somebody",
            ),
        )
        indexes = (models.Index(fields=["due_on"], condition=Q(end=""), name="promise_pending"),)
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"promesa {self.pk}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it: without its text (N-7)."""
        return ObjectRef("promise", self.pk, f"Promesa en la conversación {self.conversation_id}")
