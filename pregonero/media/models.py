"""Files that belong to an entity: images, videos and captions."""

from django.db import models

from pregonero.media.upload_models import ResumableUpload
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

__all__ = ["Medium", "MediumKind", "ResumableUpload"]


class MediumKind(models.TextChoices):
    """The kind of a file."""

    PICTURE = "picture", "imagen"
    VIDEO = "video", "video"
    CAPTIONS = "captions", "subtítulos"


class Medium(models.Model):
    """A file in the media folder, stored once for each content and entity. Its content never changes.

    `file` is the path relative to `settings.MEDIA_FOLDER`, `size` is in bytes, `width` and `height` in pixels.
    `traits` holds what the decoder measured (the fields of `networks.base.Traits`). A converted version is another row:
    `made_from` is the original, and `made_how` the parameters of the conversion.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="media")
    kind = models.CharField(max_length=10, choices=MediumKind.choices)
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=120)
    mime = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    seconds = models.FloatField(default=0)
    alt = models.CharField(max_length=1000, blank=True)
    origin = models.URLField(max_length=500, blank=True)
    stored_at = models.DateTimeField()
    traits = models.JSONField(default=dict, blank=True)
    made_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="versions", null=True)
    made_how = models.JSONField(default=dict, blank=True)
    uploaded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "sha256"], name="medium_once"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:12]}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("medium", self.pk, str(self))
