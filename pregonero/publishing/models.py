"""Publications, what each says on each account with its pictures and videos, and their links (5.1, D-1, N-6)."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from pregonero.media.models import Medium
from pregonero.networks.models import Account
from pregonero.outbox.models import TOLERANCE_MINUTES
from pregonero.people.models import Entity, Member, User
from pregonero.publishing.calendar_models import CalendarFeed, CalendarRules
from pregonero.publishing.hashtag_models import Hashtag
from pregonero.publishing.live.live_models import Broadcast, LiveEvent, LiveIncident, LiveStep, PreflightCheck
from pregonero.publishing.rectification.rectification_models import Rectification, RectificationPin
from pregonero.records.actions import ObjectRef

__all__ = [
    "ZONE", "Adaptation", "Attachment", "Broadcast", "CalendarFeed", "CalendarRules", "ConversionState", "Hashtag",
    "KeptForm", "LinkAcceptance", "LinkCheck", "LiveEvent", "LiveIncident", "LiveStep", "MediaConversion",
    "PreflightCheck", "Publication", "PublicationState", "PublicationWords", "Rectification", "RectificationPin",
    "Relevance", "ReversibleAct",
]  # fmt: skip

ZONE = "America/Bogota"


class Relevance(models.IntegerChoices):
    """How much a publication matters in the day's order (P-2)."""

    HIGH = 1, "alta"
    MEDIUM = 2, "media"
    LOW = 3, "baja"


class PublicationState(models.TextChoices):
    """Where a publication is; how each account fares is in its deliveries."""

    DRAFT = "DRAFT", "borrador"
    PROGRAMMED = "PROGRAMMED", "programada"
    CANCELLED = "CANCELLED", "cancelada"


class Publication(models.Model):
    """Something told on the entity's accounts, with its source, its reason and its minute."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="publications")
    number = models.CharField(max_length=20)
    key = models.UUIDField()
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    source_name = models.CharField(max_length=300)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True, default="")  # for the accounts without a text of their own
    theme = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=300, blank=True)
    link = models.URLField(max_length=500, blank=True)
    relevance = models.PositiveSmallIntegerField(choices=Relevance.choices, default=Relevance.MEDIUM)
    state = models.CharField(max_length=12, choices=PublicationState.choices, default=PublicationState.DRAFT)
    due_at = models.DateTimeField(null=True)
    zone = models.CharField(max_length=40, default=ZONE)
    tolerance_minutes = models.PositiveSmallIntegerField(default=TOLERANCE_MINUTES)
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    edited_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "number"], name="publication_number_once"),
            models.UniqueConstraint(fields=["entity", "key"], name="publication_key_once"),
            models.CheckConstraint(
                condition=Q(source_kind__regex=r"\S", source_name__regex=r"\S", source_id__gt=0),
                name="publication_has_source",
            ),
            models.CheckConstraint(
                condition=~Q(state=PublicationState.PROGRAMMED) | (Q(due_at__isnull=False) & ~Q(why="")),
                name="publication_programmed_has_minute_and_why",
            ),
        )
        indexes = (
            models.Index(fields=["entity", "due_at"], name="publication_by_minute"),
            models.Index(fields=["entity", "source_kind", "source_id"], name="publication_by_source"),
            models.Index(
                fields=["entity", "relevance", "-created_at", "-id"],
                condition=Q(state=PublicationState.DRAFT),
                name="publication_drafts",
            ),
            models.Index(
                "entity", Coalesce("due_at", "created_at").desc(), models.F("id").desc(), name="publication_newest"
            ),
        )
        triggers = (
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[
                    ("DRAFT", "PROGRAMMED"),
                    ("DRAFT", "CANCELLED"),
                    ("PROGRAMMED", "CANCELLED"),
                    ("PROGRAMMED", "DRAFT"),
                    ("CANCELLED", "DRAFT"),
                    ("CANCELLED", "PROGRAMMED"),
                ],
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("publication", self.pk, self.title)

    @property
    def source_ref(self) -> ObjectRef:
        """Return how records refer to its source."""
        return ObjectRef(self.source_kind, self.source_id, self.source_name)


class ReversibleAct(models.Model):
    """A move or a cancellation that its author can undo for ten seconds, with the state before it.

    `before` is the publication's state and time, and those of its deliveries by id (`outbox.actions.restore`).
    Acts of one decision on several publications share a `group`: one undo undoes all of them.
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="reversible_acts")
    event_id = models.BigIntegerField(unique=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = models.JSONField()
    group = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["group"], condition=Q(group__isnull=False), name="reversible_by_group"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=models.F("at")), name="reversible_undone_after"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="done_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("publication", "event_id", "by", "at", "before", "group"),
            ),
        )

    def __str__(self) -> str:
        return f"acto {self.event_id} de {self.publication_id}"


class PublicationWords(models.Model):
    """The search index of a publication: the words of its number, title, source, reason, theme and texts.

    Database triggers write it (migration 0003), so that no edit can leave it behind.
    """

    publication = models.OneToOneField(Publication, on_delete=models.PROTECT, related_name="words", primary_key=True)
    vector = SearchVectorField()

    class Meta:
        indexes = (GinIndex(fields=["vector"], name="publication_words"),)

    def __str__(self) -> str:
        return f"palabras de {self.publication_id}"


class Adaptation(models.Model):
    """What a publication says on one account; or why it is skipped there."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="adaptations")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    # False while its text is the publication's, adapted to the network.
    own_text = models.BooleanField(default=True)
    title = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=10, blank=True)
    skipped = models.BooleanField(default=False)
    skip_reason = models.CharField(max_length=300, blank=True)
    # The medium whose lack omitted it when it was drafted ("picture" or "video"); empty if a person omitted it.
    missing_medium = models.CharField(max_length=10, blank=True, default="")
    parts = ArrayField(models.TextField(blank=True), default=list, blank=True)  # what goes under the text: a thread
    link_under = models.BooleanField(default=False)  # the link goes as its first comment, as the account asked by then

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["publication", "account"], name="adaptation_once"),
            models.CheckConstraint(
                condition=Q(skipped=False) | ~Q(skip_reason=""), name="adaptation_skipped_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(missing_medium="") | Q(skipped=True), name="adaptation_missing_medium_is_skipped"
            ),
        )

    def __str__(self) -> str:
        return f"{self.publication_id} en {self.account_id}"

    @cached_property
    def media(self) -> "list[Attachment]":
        """Return what goes with the text, in order; `queries.with_media` brings it for many at once."""
        return list(self.attachments.order_by("position"))


class KeptForm(models.Model):
    """What a person sent from the editor after the session ended, until the same person opens it again."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["publication", "user"], name="kept_form_once"),)

    def __str__(self) -> str:
        return f"lo que {self.user_id} escribió de {self.publication_id}"


class LinkCheck(models.Model):
    """What a link answered (D-4)."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="link_checks")
    address = models.URLField(max_length=500)
    status = models.PositiveSmallIntegerField(null=True)
    ended_at = models.URLField(max_length=500, blank=True)
    official = models.BooleanField()
    problem = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["publication", "-id"], name="link_check_latest"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.address}: {self.problem or self.status}"


class LinkAcceptance(models.Model):
    """A person answers by name for a link that did not pass (D-4)."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="link_acceptances")
    address = models.URLField(max_length=500)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["publication", "address"], name="link_acceptance_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="link_acceptance_has_reason"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.address} aceptado por {self.by_id}"


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


class ConversionState(models.TextChoices):
    """The progress of a conversion."""

    QUEUED = "QUEUED", "en espera"
    WORKING = "WORKING", "en proceso"
    DONE = "DONE", "lista"
    FAILED = "FAILED", "no se pudo"


class MediaConversion(models.Model):
    """The conversion of a video that a network does not accept. `plan` is its `ConversionPlan` as JSON."""

    adaptation = models.ForeignKey(Adaptation, on_delete=models.PROTECT, related_name="conversions")
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+")
    plan = models.JSONField()
    state = models.CharField(max_length=10, choices=ConversionState.choices, default=ConversionState.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    version = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["adaptation", "medium"],
                condition=Q(state__in=[ConversionState.QUEUED, ConversionState.WORKING]),
                name="conversion_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConversionState.FAILED) | ~Q(reason=""), name="conversion_failed_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state=ConversionState.DONE) | Q(version__isnull=False), name="conversion_done_has_version"
            ),
        )

    def __str__(self) -> str:
        return f"versión de {self.medium} para {self.adaptation_id}"
