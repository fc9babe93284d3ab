"""Publications, what each says on each account, their links, and their deliveries (5.1; delivery.md)."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Entity, Member
from pregonero.publishing.models import manual  # noqa: F401  its models are the app's too
from pregonero.publishing.states import NOT_PUBLIC, PAIRS, PUBLIC, DeliveryState
from pregonero.records.actions import ObjectRef

if TYPE_CHECKING:
    from pregonero.publishing.models.media import Attachment

ZONE = "America/Bogota"
TOLERANCE_MINUTES = 60
NOT_YET = datetime(9999, 1, 1, tzinfo=UTC)
"""When a part may go out whose part above is not out: nobody knows, and nothing comes due before it (rule 8)."""


class SourceKind(models.TextChoices):
    """What a publication rests on: nothing goes out without one (N-1)."""

    NEWS = "NEWS", "noticia informada"


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
    source_kind = models.CharField(max_length=10, choices=SourceKind.choices, default=SourceKind.NEWS)
    news = models.ForeignKey(News, on_delete=models.PROTECT, related_name="publications", null=True)
    title = models.CharField(max_length=300)
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
                condition=Q(source_kind=SourceKind.NEWS, news__isnull=False), name="publication_has_source"
            ),
            models.CheckConstraint(
                condition=~Q(state=PublicationState.PROGRAMMED) | (Q(due_at__isnull=False) & ~Q(why="")),
                name="publication_programmed_has_minute_and_why",
            ),
        )
        indexes = (models.Index(fields=["entity", "due_at"], name="publication_by_minute"),)
        triggers = (
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[("DRAFT", "PROGRAMMED"), ("DRAFT", "CANCELLED"), ("PROGRAMMED", "CANCELLED"),
                             ("PROGRAMMED", "DRAFT"), ("CANCELLED", "DRAFT")],
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("publication", self.pk, self.title)


class Adaptation(models.Model):
    """What a publication says on one account; or why it is skipped there."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="adaptations")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    title = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=10, blank=True)
    skipped = models.BooleanField(default=False)
    skip_reason = models.CharField(max_length=300, blank=True)
    parts = ArrayField(models.TextField(blank=True), default=list, blank=True)  # what goes under the text: a thread
    link_under = models.BooleanField(default=False)  # the link goes as its first comment, as the account asked by then

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["publication", "account"], name="adaptation_once"),
            models.CheckConstraint(
                condition=Q(skipped=False) | ~Q(skip_reason=""), name="adaptation_skipped_has_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.publication_id} en {self.account_id}"

    @cached_property
    def media(self) -> "list[Attachment]":
        """Return what goes with the text, in order; `queries.with_media` brings it for many at once."""
        return list(self.attachments.order_by("position"))


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


# A part goes out under the part above it, so never before that one is out. What a person, the clock or a refusal
# ended (CANCELLED, EXPIRED, REJECTED) did not go out at all.
AFTER_THE_ONE_ABOVE = """
    IF NOT EXISTS (
        SELECT FROM publishing_delivery above
        WHERE above.id = NEW.follows_id AND above.publication_id = NEW.publication_id
        AND above.account_id = NEW.account_id AND above.position = NEW.position - 1
        AND (NEW.state IN ('PLANNED', 'CANCELLED', 'EXPIRED', 'REJECTED')
             OR above.state IN ('PUBLISHED', 'WITHDRAWN', 'RECTIFIED'))
    ) THEN
        RAISE EXCEPTION 'pgtrigger: a part of % goes out after the one above it (after_the_one_above)', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
"""


class Delivery(models.Model):
    """One part of one publication on one account: it goes out once.

    Most have one part, the first (`position` 0). A thread has more, and so has a post whose link goes as its first
    comment: each further part `follows` the delivery right above it, and waits until that one is out (rule 8).
    `prepared` is what was left at the network, for the content whose fingerprint is `prepared_for`. `leased_by` and
    `leased_until` are the lease of the worker that is preparing, sending or asking; whoever finds it past may go on.
    `prepare_at` is when it may be prepared, and `ready_at` when it may be sent or asked about: its own moment, or later
    when the network asked to wait. `cancel_requested_reason` is why a person stopped it while it was being sent or found out:
    if it did not go out, it will not.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="deliveries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    position = models.PositiveSmallIntegerField(default=0)
    follows = models.OneToOneField("self", on_delete=models.PROTECT, related_name="followed_by", null=True)
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.PLANNED)
    due_at = models.DateTimeField()
    prepare_at = models.DateTimeField()
    ready_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    prepared = models.JSONField(default=dict, blank=True)
    prepared_for = models.CharField(max_length=64, blank=True)
    attempts_made = models.PositiveSmallIntegerField(default=0)
    checks_made = models.PositiveSmallIntegerField(default=0)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    candidates = models.JSONField(default=list, blank=True)
    cancel_requested_reason = models.CharField(max_length=300, blank=True)
    remote_id = models.CharField(max_length=120, blank=True)
    url = models.URLField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["publication", "account", "position"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(position=0, follows__isnull=True) | Q(position__gt=0, follows__isnull=False),
                name="delivery_further_part_follows",
            ),
            models.UniqueConstraint(
                fields=["account", "remote_id"], condition=~Q(remote_id=""), name="delivery_post_once"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=PUBLIC, published_at__isnull=False) & ~Q(remote_id=""))
                | Q(state__in=NOT_PUBLIC, published_at__isnull=True, remote_id="", url=""),
                name="delivery_public_has_post",
            ),
            models.CheckConstraint(
                condition=Q(leased_by="", leased_until__isnull=True)
                | (~Q(leased_by="") & Q(leased_until__isnull=False)),
                name="delivery_held_by_and_until",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENDING) | ~Q(leased_by=""), name="delivery_sending_is_held"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("due_at")), name="delivery_expires_after_due"),
        )
        indexes = (
            models.Index(
                fields=["account", "ready_at"],
                condition=Q(state__in=[DeliveryState.PLANNED, DeliveryState.DUE]),
                name="delivery_waiting",
            ),
            models.Index(
                fields=["prepare_at"],
                condition=Q(state__in=[DeliveryState.PLANNED, DeliveryState.DUE], prepared_for=""),
                name="delivery_to_prepare",
            ),
            models.Index(fields=["ready_at"], condition=Q(state=DeliveryState.PLANNED), name="delivery_to_turn"),
            models.Index(fields=["account", "due_at", "id"], condition=Q(state="DUE"), name="delivery_in_its_turn"),
            models.Index(
                fields=["leased_until"],
                condition=Q(state__in=[DeliveryState.SENDING, DeliveryState.UNCERTAIN]),
                name="delivery_in_flight",
            ),
        )
        triggers = (
            pgtrigger.FSM(name="states", field="state", transitions=PAIRS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="place_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("publication", "account", "position", "follows"),
            ),
            pgtrigger.Trigger(
                name="after_the_one_above",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__follows__isnull=False),
                func=AFTER_THE_ONE_ABOVE,
            ),
            # What is out is out: its post, address and hour never change again.
            pgtrigger.Protect(
                name="published_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.published_at IS NOT NULL AND "
                    "(OLD.remote_id, OLD.url, OLD.published_at, OLD.due_at, OLD.publication_id, OLD.account_id) "
                    "IS DISTINCT FROM "
                    "(NEW.remote_id, NEW.url, NEW.published_at, NEW.due_at, NEW.publication_id, NEW.account_id)"
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.publication} · {self.account}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        name = f"{self.account}, parte {self.position + 1}" if self.position else str(self.account)
        return ObjectRef("delivery", self.pk, name)

    @property
    def waits_for_another(self) -> bool:
        """Return whether the part above it is not out yet: until then it has no moment of its own."""
        return self.ready_at == NOT_YET

    @property
    def publication_ref(self) -> ObjectRef:
        """Return how records refer to its publication beside it, without reading it."""
        return ObjectRef("publication", self.publication_id)


class Outcome(models.TextChoices):
    """How an attempt ended, as far as its worker could tell."""

    PUBLISHED = "PUBLISHED", "publicada"
    REJECTED = "REJECTED", "rechazada"
    DEFERRED = "DEFERRED", "aplazada"
    UNCERTAIN = "UNCERTAIN", "sin respuesta"


class Attempt(models.Model):
    """One commit call, written down before it is made (rule 1): what was sent, by whom, and how it ended."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    worker = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    content = models.JSONField()
    prepared = models.JSONField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["delivery"], condition=Q(outcome=""), name="attempt_one_open"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="attempt_ended_when",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ended_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.outcome <> ''"),
            ),
            pgtrigger.Protect(
                name="sent_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "delivery", "number", "started_at", "worker", "fingerprint", "content", "prepared"
                ),
            ),
        )

    def __str__(self) -> str:
        return f"intento {self.number} de {self.delivery_id}"
