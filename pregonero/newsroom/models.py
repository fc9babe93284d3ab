"""News of the official website: their sources, versions, standing rules and informing (procedure, 5.1)."""

from typing import cast

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property

from pregonero.media.models import Medium
from pregonero.newsroom.approval_models import Approval, GuestAnswer, GuestLink, SendBack, Sending, UrgentRequest
from pregonero.newsroom.brand_models import BrandServer  # noqa: F401  its models are found by importing it
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.piece_models import Piece, PieceAuthor, PieceNote, PieceVersion
from pregonero.newsroom.search import NEWS_WORDS
from pregonero.people.models import Entity, Member
from pregonero.records.actions import Actor, ObjectRef
from pregonero.vault import EncryptedField

__all__ = [
    "Approval", "Arrival", "Campaign", "Dismissal", "GuestAnswer", "GuestLink", "Informing", "Need", "News",
    "NewsState", "NewsVersion", "Piece", "PieceAuthor", "PieceNote", "PieceVersion", "SendBack", "Sending", "Source",
    "SourceState", "StandingRule", "UrgentRequest", "VersionCause",
]  # fmt: skip


class SourceState(models.TextChoices):
    """Whether a source is read."""

    ACTIVE = "ACTIVE", "activa"
    RETIRED = "RETIRED", "retirada"


class Source(models.Model):
    """A source of news of the official website.

    `kind` is the code of a `SourceKind`, and `options` are the options of that kind. A source has either an address,
    which is read every `every_minutes`, or a secret, with which the website signs its notices. `problem` is the error
    of the last reading, in Spanish, and `failures` the number of consecutive failed readings.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=120)
    address = models.URLField(max_length=500, blank=True)
    options = models.JSONField(default=dict, blank=True)
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
                condition=Q(state=SourceState.ACTIVE) & ~Q(address=""),
                name="source_once",
            ),
            models.CheckConstraint(
                condition=(Q(address="") & ~Q(encrypted_secret=b"")) | (~Q(address="") & Q(encrypted_secret=b"")),
                name="source_address_or_secret",
            ),
            models.CheckConstraint(
                condition=Q(next_check_at__isnull=True) | ~Q(address=""), name="source_without_address_is_not_read"
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
                condition=Q(state=SourceState.ACTIVE, next_check_at__isnull=False),
                name="source_due",
            ),
        )
        triggers = (pgtrigger.FSM(name="states", field="state", transitions=[("ACTIVE", "RETIRED")]),)

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("source", self.pk, self.name)

    @property
    def encryption_context(self) -> str:
        """Return the context to which the encryption of its secret is bound; it never changes."""
        return f"source:{self.entity_id}:{self.name}"


class StandingRule(models.Model):
    """A rule signed by the coordinator: the news of the source are informed automatically until it is revoked (P-1)."""

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
    """The content manager or a standing rule informs a candidate; or the content manager dismisses it."""

    CANDIDATE = "CANDIDATE", "candidata"
    INFORMED = "INFORMED", "informada"
    DISMISSED = "DISMISSED", "descartada"


class News(models.Model):
    """A news item of the official website, with its current text; its earlier texts are its `versions`.

    `key` is the same for all the links to its page (`reading.urls.link_key`). `source_sha256` and `page_sha256` are the
    digests of the last text of its source and of its page: a different digest means that the news was edited.
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
    moved_at = models.DateTimeField(null=True)  # when its address changed
    reference = models.CharField(max_length=80, blank=True)
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="news", null=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="gathered_news", null=True)
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
            GinIndex(NEWS_WORDS, name="news_words"),
        )
        triggers = (
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[
                    ("CANDIDATE", "INFORMED"),
                    ("CANDIDATE", "DISMISSED"),
                    ("DISMISSED", "CANDIDATE"),
                    ("DISMISSED", "INFORMED"),
                ],
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("news", self.pk, self.title)

    @cached_property
    def dismissal(self) -> "Dismissal | None":
        """Return the dismissal in force, or None. The functions of `queries` prefetch the dismissals."""
        return next((dismissal for dismissal in self.dismissals.all() if dismissal.undone_at is None), None)

    def get_absolute_url(self) -> str:
        """Return the page of this news item."""
        return reverse("newsroom:news", args=[self.pk])


class VersionCause(models.TextChoices):
    """What created a version."""

    FOUND = "FOUND", "encontrada"
    READ = "READ", "página leída"
    EDITED = "EDITED", "editada en la sede"


class NewsVersion(models.Model):
    """The text of a news item at one moment. Each edit on the website adds a version."""

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
        """Return the reference that events and notices store."""
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
        """Return who informed it, in Spanish."""
        return str(self.by) if self.rule is None else f"Regla permanente de «{self.rule.source}»"

    @property
    def actor(self) -> Actor:
        """Return the actor that events store: the person, or the rule with the person who signed it."""
        if self.rule is not None:
            signed = f"firmada por {self.rule.signed_by}"
            return Actor(kind="rule", id=self.rule.pk, name=self.who, role=signed)
        return cast(Member, self.by).actor  # not null, by the constraint `informing_by_person_or_rule`


class Dismissal(models.Model):
    """The decision not to publish a candidate: who, when and why. The news may still be informed later.

    The person who made it can undo it in its first seconds: the news is a candidate again, and may be dismissed again.
    """

    news = models.ForeignKey(News, on_delete=models.PROTECT, related_name="dismissals")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="dismissal_has_reason"),
            models.UniqueConstraint(
                fields=["news"], condition=Q(undone_at__isnull=True), name="dismissal_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=models.F("at")), name="dismissal_undone_after"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="made_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("news", "by", "at", "reason"),
            ),
        )

    def __str__(self) -> str:
        return f"descarte de {self.news_id}"


class Arrival(models.Model):
    """A signed notice that was received. `key` identifies the delivery, so that a repetition changes nothing."""

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
