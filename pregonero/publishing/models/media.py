"""What goes with a text on an account: pictures and videos in order, and the versions being made of them (D-1, N-6)."""

from django.db import models
from django.db.models import Q

from pregonero.media.models import Medium
from pregonero.people.models import Member
from pregonero.publishing.models.publications import Adaptation


class Attachment(models.Model):
    """A picture or a video that goes with a text on one account, in its place (D-1).

    What people who cannot see or hear it need goes with it, or who answers for its absence and why (N-6): a picture's
    alternative text, a video's captions.
    """

    adaptation = models.ForeignKey(Adaptation, on_delete=models.PROTECT, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+")
    alt = models.CharField(max_length=2000, blank=True)
    alt_missing_because = models.CharField(max_length=300, blank=True)
    alt_missing_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    captions = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    captions_missing_because = models.CharField(max_length=300, blank=True)
    captions_missing_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    thumbnail = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["adaptation", "position"], deferrable=models.Deferrable.DEFERRED, name="attachment_in_its_place"
            ),
            models.CheckConstraint(
                condition=Q(alt_missing_because="", alt_missing_by__isnull=True)
                | (~Q(alt_missing_because="") & Q(alt_missing_by__isnull=False)),
                name="attachment_without_alt_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(captions_missing_because="", captions_missing_by__isnull=True)
                | (~Q(captions_missing_because="") & Q(captions_missing_by__isnull=False)),
                name="attachment_without_captions_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.medium} de {self.adaptation_id}"


class MakingState(models.TextChoices):
    """How far a version is."""

    QUEUED = "QUEUED", "en espera"
    WORKING = "WORKING", "en proceso"
    DONE = "DONE", "lista"
    FAILED = "FAILED", "no se pudo"


class MediaConversion(models.Model):
    """A version of a video that is being made because a network would not take it as it is; it takes a while."""

    adaptation = models.ForeignKey(Adaptation, on_delete=models.PROTECT, related_name="makings")
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+")
    recipe = models.JSONField()
    state = models.CharField(max_length=10, choices=MakingState.choices, default=MakingState.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    made = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["adaptation", "medium"],
                condition=Q(state__in=[MakingState.QUEUED, MakingState.WORKING]),
                name="making_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=MakingState.FAILED) | ~Q(reason=""), name="making_failed_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state=MakingState.DONE) | Q(made__isnull=False), name="making_done_has_version"
            ),
        )

    def __str__(self) -> str:
        return f"versión de {self.medium} para {self.adaptation_id}"
