"""Telling the author of a comment what was decided about it, once (N-3, T-475 of 2024)."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pregonero.inbox.models import Answer
from pregonero.moderation.models.decisions import Decision
from pregonero.moderation.models.reviews import ReviewRequest


class AuthorNotice(models.Model):
    """The author of a comment was told that it was hidden, or what its review decided; or why nobody could tell them.

    `answer` is what was written to them, which the inbox sends.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="author_notices")
    review = models.OneToOneField(ReviewRequest, on_delete=models.PROTECT, related_name="author_notice", null=True)
    answer = models.OneToOneField(Answer, on_delete=models.PROTECT, related_name="+", null=True)
    why_not = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["decision"], condition=Q(review__isnull=True), name="author_told_once_of_decision"
            ),
            models.CheckConstraint(
                condition=Q(answer__isnull=False, why_not="") | (Q(answer__isnull=True) & ~Q(why_not="")),
                name="author_told_or_why_not",
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"aviso a quien escribió, {self.pk}"
