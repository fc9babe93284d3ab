"""What citizens ask to be looked at again, and within which term it is answered (N-3, T-475 of 2024)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from pregonero.inbox.models import Message
from pregonero.moderation.models.community import TEXT
from pregonero.moderation.models.decisions import Decision
from pregonero.moderation.states import ReviewOutcome
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

# Whoever took a decision to hide or hold the comment does not decide its review, under no membership of theirs.
ANOTHER_PERSON = """
    IF EXISTS (
        SELECT FROM moderation_decision d
        JOIN people_member hid ON hid.id = d.by_id
        JOIN people_member decides ON decides.id = NEW.decided_by_id
        WHERE d.message_id = NEW.message_id AND d.verb IN ('HOLD', 'HIDE') AND hid.user_id = decides.user_id
    ) THEN
        RAISE EXCEPTION 'pgtrigger: who hid a comment does not decide its review (another_person)';
    END IF;
    RETURN NEW;
"""


class ReviewTerm(models.Model):
    """Within how many working days a review is answered: each change is a version."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    working_days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "number"], name="review_term_number_once"),
            models.CheckConstraint(
                condition=Q(working_days__gte=1, working_days__lte=30, reason__regex=TEXT), name="review_term_is_whole"
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"plazo de las revisiones, versión {self.number}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("review_term", self.pk, f"Plazo de las revisiones, versión {self.number}")


class ReviewRequest(models.Model):
    """Somebody asked, without an account, that the hiding of a comment be looked at again; another person answers.

    It keeps nothing of who asked. `restored` is the decision that showed the comment again.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="reviews")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="review")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    outcome = models.CharField(max_length=10, choices=ReviewOutcome.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    restored = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message"], condition=Q(outcome=""), name="review_one_open"),
            models.CheckConstraint(
                condition=Q(
                    outcome="", reason="", decided_by__isnull=True, decided_at__isnull=True, restored__isnull=True
                )
                | Q(
                    outcome__in=ReviewOutcome.values,
                    reason__regex=TEXT,
                    decided_by__isnull=False,
                    decided_at__gte=F("asked_at"),
                ),
                name="review_decided_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(outcome=ReviewOutcome.RESTORED, restored__isnull=False)
                | (~Q(outcome=ReviewOutcome.RESTORED) & Q(restored__isnull=True)),
                name="review_restored_has_decision",
            ),
        )
        indexes = (models.Index(fields=["entity", "outcome", "due_on"], name="review_by_outcome"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="decided_is_final", operation=pgtrigger.Update, condition=pgtrigger.Condition("OLD.outcome <> ''")
            ),
            pgtrigger.Protect(
                name="asked_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("entity", "account", "message", "decision", "asked_at", "due_on"),
            ),
            pgtrigger.Trigger(
                name="another_person",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.decided_by_id IS NOT NULL"),
                func=ANOTHER_PERSON,
            ),
        )

    def __str__(self) -> str:
        return f"revisión {self.pk}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it: by its place, never by a name (N-7)."""
        return ObjectRef("review", self.pk, f"Revisión {self.pk} en {self.account}")

    def get_absolute_url(self) -> str:
        """Return the page where it is decided."""
        return reverse("moderation:review", args=[self.pk])
