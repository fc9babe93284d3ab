"""News of the official website: where they come from, what was found, who informed them, their media (5.1)."""

from typing import cast

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.media.models import Medium
from pregonero.networks.vault import EncryptedField
from pregonero.people.models import Entity, Member
from pregonero.records.actions import Actor, ObjectRef


class SourceKind(models.TextChoices):
    """How a source brings news."""

    FEED = "FEED", "RSS o Atom"
    LISTING = "LISTING", "página de noticias"
    WEBHOOK = "WEBHOOK", "aviso de la sede"


class SourceState(models.TextChoices):
    """Whether a source is read."""

    ACTIVE = "ACTIVE", "activa"
    RETIRED = "RETIRED", "retirada"


class Source(models.Model):
    """Where candidates come from. `problem` is what the last reading said, for whoever administers it."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(max_length=10, choices=SourceKind.choices)
    name = models.CharField(max_length=120)
    address = models.URLField(max_length=500, blank=True)
    selectors = models.JSONField(default=dict, blank=True)
    encrypted_secret = EncryptedField(default=bytes)
    state = models.CharField(max_length=10, choices=SourceState.choices, default=SourceState.ACTIVE)
    every_minutes = models.PositiveSmallIntegerField(default=5)
    registered_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    retired_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "address"],
                condition=Q(state=SourceState.ACTIVE) & ~Q(kind=SourceKind.WEBHOOK),
                name="source_once",
            ),
            models.CheckConstraint(
                condition=(Q(kind=SourceKind.WEBHOOK) & ~Q(encrypted_secret=b""))
                | (~Q(kind=SourceKind.WEBHOOK) & Q(encrypted_secret=b"") & ~Q(address="")),
                name="source_address_or_secret",
            ),
            models.CheckConstraint(
                condition=Q(state=SourceState.ACTIVE, retired_by__isnull=True, retired_at__isnull=True)
                | Q(state=SourceState.RETIRED, retired_by__isnull=False, retired_at__isnull=False),
                name="source_retired_by_somebody",
            ),
            models.CheckConstraint(condition=Q(every_minutes__gte=1), name="source_pause_between_readings"),
        )
        indexes = (
            models.Index(
                fields=["next_check_at"],
                condition=Q(state=SourceState.ACTIVE) & ~Q(kind=SourceKind.WEBHOOK),
                name="source_due",
            ),
        )
        triggers = (pgtrigger.FSM(name="states", field="state", transitions=[("ACTIVE", "RETIRED")]),)

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("source", self.pk, self.name)

    @property
    def encryption_context(self) -> str:
        """Return what its secret is bound to; neither of the two ever changes."""
        return f"source:{self.entity_id}:{self.name}"


class StandingRule(models.Model):
    """The coordinator's signed rule: what this source brings is informed by itself, until revoked (P-1)."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="rules")
    signed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    revoked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source"], condition=Q(revoked_at__isnull=True), name="standing_rule_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="standing_rule_revoked_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"regla de {self.source_id}"


class NewsState(models.TextChoices):
    """A candidate becomes informed by the content manager's act or by a standing rule; or it is dismissed."""

    CANDIDATE = "CANDIDATE", "candidata"
    INFORMED = "INFORMED", "informada"
    DISMISSED = "DISMISSED", "descartada"


class News(models.Model):
    """A news item of the official website, as it reads now; what it read before stays in its versions.

    `key` is what its links have in common (`reading.address.key`). The digests tell an edit from a
    repetition: what its source said last, and what its page said last.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="news")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="news", null=True)
    address = models.URLField(max_length=500)
    key = models.CharField(max_length=500)
    guid = models.CharField(max_length=500, blank=True)
    section = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    body = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)
    picture = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    video = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=10, choices=NewsState.choices, default=NewsState.CANDIDATE)
    found_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=80, blank=True)
    picture_address = models.URLField(max_length=500, blank=True)
    picture_alt = models.CharField(max_length=1000, blank=True)
    source_sha256 = models.CharField(max_length=64, blank=True)
    page_sha256 = models.CharField(max_length=64, blank=True)
    page_read_at = models.DateTimeField(null=True)
    page_problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "key"], name="news_once"),)
        indexes = (
            models.Index(fields=["entity", "state", "-found_at"], name="news_by_state"),
            models.Index(fields=["source", "guid"], condition=~Q(guid=""), name="news_by_guid"),
        )
        triggers = (
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[
                    ("CANDIDATE", "INFORMED"),
                    ("CANDIDATE", "DISMISSED"),
                    ("DISMISSED", "INFORMED"),
                ],
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("news", self.pk, self.title)

    def get_absolute_url(self) -> str:
        """Return the page of this news item."""
        return reverse("newsroom:news", args=[self.pk])


class VersionCause(models.TextChoices):
    """Why a version was kept."""

    FOUND = "FOUND", "encontrada"
    READ = "READ", "página leída"
    EDITED = "EDITED", "editada en la sede"


class NewsVersion(models.Model):
    """What a news item said at some moment: an edit on the website is shown as such, never lost."""

    news = models.ForeignKey(News, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=10, choices=VersionCause.choices)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    body = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["news", "number"], name="news_version_once"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"versión {self.number} de {self.news_id}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records and notices refer to it."""
        return ObjectRef("version", self.pk, self.title)


class Informing(models.Model):
    """Who informed a news item, when, and with which reference of the neighbouring procedure (P-1)."""

    news = models.OneToOneField(News, on_delete=models.PROTECT, related_name="informing")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    rule = models.ForeignKey(StandingRule, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(by__isnull=False, rule__isnull=True) | Q(by__isnull=True, rule__isnull=False),
                name="informing_by_person_or_rule",
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"informe de {self.news_id}"

    @property
    def who(self) -> str:
        """Return who informed it, as the screen says it."""
        return str(self.by) if self.rule is None else f"Regla permanente de «{self.rule.source}»"

    @property
    def actor(self) -> Actor:
        """Return how records name whoever informed it."""
        if self.rule is not None:
            signed = f"firmada por {self.rule.signed_by}"
            return Actor(kind="rule", id=self.rule.pk, name=self.who, role=signed)
        return cast(Member, self.by).actor  # one of the two, by the table's constraint


class Dismissal(models.Model):
    """Who decided that a candidate is not for the networks, when and why; it may still be informed later."""

    news = models.OneToOneField(News, on_delete=models.PROTECT, related_name="dismissal")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="dismissal_has_reason"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"descarte de {self.news_id}"


class Arrival(models.Model):
    """A signed notice of the website that was taken: the same one again is known by its key and changes
    nothing.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="arrivals")
    key = models.CharField(max_length=64)
    news = models.ForeignKey(News, on_delete=models.PROTECT, related_name="arrivals")
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "key"], name="arrival_once"),)
        indexes = (models.Index(fields=["news", "-sent_at"], name="arrival_latest"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"aviso de {self.source_id}"
