"""News of the official website: where they come from, what was found, who informed them, and their media (5.1)."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pregonero.people.models import Entity, Member
from pregonero.records.actions import Thing


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
    sealed_secret = models.BinaryField(default=bytes)
    state = models.CharField(max_length=10, choices=SourceState.choices, default=SourceState.ACTIVE)
    every_minutes = models.PositiveSmallIntegerField(default=5)
    registered_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "address"], condition=~Q(kind=SourceKind.WEBHOOK), name="source_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["next_check_at"],
                condition=Q(state=SourceState.ACTIVE) & ~Q(kind=SourceKind.WEBHOOK),
                name="source_due",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def thing(self) -> Thing:
        """Return how records refer to it."""
        return Thing("source", self.pk, self.name)


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


class MediumKind(models.TextChoices):
    """What a medium is."""

    PICTURE = "picture", "imagen"
    VIDEO = "video", "video"


class Medium(models.Model):
    """A picture or a video, kept by its content. `file` is relative to the media folder."""

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
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "sha256"], name="medium_once"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:12]}"


class NewsState(models.TextChoices):
    """A candidate becomes informed by the content manager's act or by a standing rule; or it is dismissed."""

    CANDIDATE = "CANDIDATE", "candidata"
    INFORMED = "INFORMED", "informada"
    DISMISSED = "DISMISSED", "descartada"


class News(models.Model):
    """A news item of the official website, as it reads now; what it read before stays in its versions."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="news")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="news", null=True)
    address = models.URLField(max_length=500)
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

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "address"], name="news_once"),)
        indexes = (models.Index(fields=["entity", "state", "-found_at"], name="news_by_state"),)
        triggers = (
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[("CANDIDATE", "INFORMED"), ("CANDIDATE", "DISMISSED"), ("DISMISSED", "INFORMED")],
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def thing(self) -> Thing:
        """Return how records refer to it."""
        return Thing("news", self.pk, self.title)


class NewsVersion(models.Model):
    """What a news item said at some moment: an edit on the website is shown as such, never lost."""

    news = models.ForeignKey(News, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
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
