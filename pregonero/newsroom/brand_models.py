"""The manual of visual identity: its server, what its mirror brought each time, and the validity of templates (D-3)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from pregonero.media.models import Medium
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef
from pregonero.vault import EncryptedField

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Protocol(models.TextChoices):
    """How the server is read."""

    FTP = "FTP", "FTP"
    FTPS = "FTPS", "FTPS (FTP con cifrado)"
    SFTP = "SFTP", "SFTP (por SSH)"


class BrandServer(models.Model):
    """The server with the manual of an entity. `server_key` is the fingerprint that somebody confirmed, or empty.

    `next_check_at` is when it is read again: null while it waits for that confirmation, or once it is disconnected.
    `problem` is the error of the last reading, in Spanish, and `failures` the number of consecutive failed readings.
    """

    entity = models.OneToOneField(Entity, on_delete=models.PROTECT, related_name="brand_server")
    protocol = models.CharField(max_length=4, choices=Protocol.choices)
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField()
    username = models.CharField(max_length=120)
    encrypted_password = EncryptedField()
    folder = models.CharField(max_length=300, blank=True)
    server_key = models.CharField(max_length=120, blank=True)
    key_confirmed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    key_confirmed_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    disconnected_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    disconnected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(port__gte=1, port__lte=65535), name="brand_server_port"),
            models.CheckConstraint(
                condition=Q(server_key="", key_confirmed_by__isnull=True, key_confirmed_at__isnull=True)
                | (~Q(server_key="") & Q(key_confirmed_by__isnull=False, key_confirmed_at__isnull=False)),
                name="brand_server_key_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(disconnected_by__isnull=True, disconnected_at__isnull=True)
                | Q(disconnected_by__isnull=False, disconnected_at__isnull=False, next_check_at__isnull=True),
                name="brand_server_disconnected_by_somebody",
            ),
        )
        indexes = (
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="brand_server_due"),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("brand_server", self.pk, str(self))

    @property
    def encryption_context(self) -> str:
        """Return the context to which the encryption of its password is bound; it never changes."""
        return f"brand_server:{self.entity_id}"

    def get_absolute_url(self) -> str:
        """Return the page of the connection."""
        return reverse("newsroom:brand_server")


class BrandMirror(models.Model):
    """A reading that brought something new: how much, and the files that were not taken, each with its reason."""

    server = models.ForeignKey(BrandServer, on_delete=models.PROTECT, related_name="mirrors")
    at = models.DateTimeField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    gone = models.PositiveIntegerField()
    skipped = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = (models.Index(fields=["server", "-at"], name="brand_mirror_latest"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"{self.server} {self.at:%Y-%m-%d %H:%M}"


class BrandFile(models.Model):
    """A file of the manual, by its path on the server. `gone_at` is set while the server does not have it.

    `is_template` says that it is offered to whoever prepares a piece, while its validity lasts.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="brand_files")
    path = models.CharField(max_length=500)
    is_template = models.BooleanField(default=False)
    current = models.OneToOneField("BrandVersion", on_delete=models.PROTECT, related_name="+", null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "path"], name="brand_file_once"),)
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name of the file, without its folders."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Return its folder on the server, empty for the first one."""
        return self.path.rpartition("/")[0]

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("brand_file", self.pk, self.name)

    def get_absolute_url(self) -> str:
        """Return the page of this file."""
        return reverse("newsroom:brand_file", args=[self.pk])


class Opening(models.TextChoices):
    """How a file opens here."""

    PDF = "PDF", "se abre como PDF"
    PICTURE = "PICTURE", "se ve como imagen"
    DOWNLOAD = "DOWNLOAD", "se descarga"


class BrandVersion(models.Model):
    """A content that a file had. `stored` is its path in the media folder; a picture has also its `medium`.

    `modified` is what the server says of the time of the file, and `note` why it does not open here, if there is why.
    """

    file = models.ForeignKey(BrandFile, on_delete=models.PROTECT, related_name="versions")
    mirror = models.ForeignKey(BrandMirror, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    modified = models.CharField(max_length=40, blank=True)
    opening = models.CharField(max_length=8, choices=Opening.choices)
    label = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True)
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["file", "number"], name="brand_version_once"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"versión {self.number}"


class ChangeKind(models.TextChoices):
    """What happened to a file between two readings."""

    ADDED = "ADDED", "nuevo"
    CHANGED = "CHANGED", "cambió"
    GONE = "GONE", "ya no está"


class BrandChange(models.Model):
    """What a reading found of a file: it was added, it changed, or the server does not have it any more."""

    mirror = models.ForeignKey(BrandMirror, on_delete=models.PROTECT, related_name="changes")
    file = models.ForeignKey(BrandFile, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=7, choices=ChangeKind.choices)
    version = models.ForeignKey(BrandVersion, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["mirror", "file"], name="brand_change_once"),
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.GONE, version__isnull=True)
                | (~Q(kind=ChangeKind.GONE) & Q(version__isnull=False)),
                name="brand_change_has_its_version",
            ),
        )
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"{self.file}: {self.get_kind_display()}"


class TemplateValidity(models.Model):
    """From when and until when a template may be used; the latest row counts. `set_by` is null if its name says it."""

    file = models.ForeignKey(BrandFile, on_delete=models.PROTECT, related_name="validities")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    set_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="template_validity_goes_forward",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=False) | Q(valid_until__isnull=False), name="template_validity_has_a_day"
            ),
        )
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"{self.file}: {self.valid_from or '…'} – {self.valid_until or '…'}"
