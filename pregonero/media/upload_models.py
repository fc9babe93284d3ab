"""Files that people send in parts."""

from django.db import models
from django.db.models import F, Q

from pregonero.people.models import Member


class ResumableUpload(models.Model):
    """A file that its owner sends in parts. `received` of its `size` bytes are safe on disk.

    `code` names it in addresses and its file in the media folder. It is deleted when its owner discards it or when it
    expires; once stored, `medium` is its file.
    """

    code = models.CharField(max_length=43, unique=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    medium = models.ForeignKey("media.Medium", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="upload_receives_its_size"),
            models.CheckConstraint(
                condition=Q(medium__isnull=True) | Q(received=F("size")), name="upload_stored_when_complete"
            ),
        )
        indexes = (models.Index(fields=["expires_at"], name="upload_by_expiry"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_complete(self) -> bool:
        """Return whether all its bytes arrived."""
        return self.received == self.size
