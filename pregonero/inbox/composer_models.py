"""What helps people to answer: drafts, saved answers, checked links, labels and who is looking (5.3, Q-2)."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class Draft(models.Model):
    """An answer that a person is writing, kept so that it survives a closed page and others see it; one per person."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.PROTECT, related_name="drafts")
    text = models.TextField(blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["conversation", "by"], name="draft_once_for_person"),)

    def __str__(self) -> str:
        return f"borrador de {self.conversation_id}"


class SavedAnswer(models.Model):
    """A text that the entity keeps to answer with. What it says is in its latest version; a retired one stays."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="saved_answers")
    created_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    retired_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(retired_by__isnull=True, retired_at__isnull=True)
                | Q(retired_by__isnull=False, retired_at__isnull=False),
                name="saved_answer_retired_by_somebody",
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"respuesta guardada {self.pk}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("saved_answer", self.pk, f"Respuesta guardada {self.pk}")


class SavedAnswerVersion(models.Model):
    """What a saved answer says since a moment: its name in the list, and its text with variables in braces."""

    saved_answer = models.ForeignKey(SavedAnswer, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    text = models.TextField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["saved_answer", "number"], name="saved_answer_version_once"),
            models.CheckConstraint(
                condition=Q(name__regex=r"\S") & Q(text__regex=r"\S"), name="saved_answer_version_has_text"
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.name


class TextLinkCheck(models.Model):
    """What a link of an answer responded when it was requested (D-4)."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField(null=True)
    ended_at = models.CharField(max_length=500, blank=True)
    official = models.BooleanField()
    problem = models.CharField(max_length=300, blank=True)
    is_gone = models.BooleanField(default=False)  # its page is no longer there
    checked_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["entity", "address", "-id"], name="text_link_check_latest"),
            models.Index(fields=["entity", "-id"], condition=Q(is_gone=True), name="text_link_check_gone"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.address}: {self.problem or self.status}"


class TextLinkAcceptance(models.Model):
    """A person answers by name, with a reason, for a link that failed its check (D-4)."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=500)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "address"], name="text_link_acceptance_once"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="text_link_acceptance_has_reason"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.address} aceptado por {self.by_id}"


class Label(models.Model):
    """A word with which the team groups its conversations; the person never sees it."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="labels")
    name = models.CharField(max_length=40)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "name"], name="label_once"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="label_has_name"),
        )

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """Who has the page of a conversation open, and when that was last seen."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.PROTECT, related_name="presences")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["conversation", "member"], name="presence_once"),)

    def __str__(self) -> str:
        return f"{self.member_id} en {self.conversation_id}"
