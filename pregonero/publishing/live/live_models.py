"""Live events, their broadcasts on accounts, and what people stated about them, which never changes (P-7, YT-5)."""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from pregonero.media.models import Medium
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

TEXT = r"\S"
FRESH_FOR = timedelta(hours=24)
"""How long before the event an item may be checked: what was seen earlier may have changed (our decision)."""
APPEND_ONLY = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)


class LiveState(models.TextChoices):
    """Where an event is, from its plan to its end."""

    PLANNED = "PLANNED", "con la lista abierta"
    READY = "READY", "lista cerrada"
    LIVE = "LIVE", "en vivo"
    ENDED = "ENDED", "terminada"
    CANCELLED = "CANCELLED", "cancelada"


class PreflightItem(models.TextChoices):
    """What is looked at before going live. The first one is the procedure's (YT-5), for each account with a chat.

    The second is the law's (N-6): it may be answered with why there are none. The others are ours and block nothing.
    """

    CHAT_HELD = "CHAT_HELD", "El chat deja en espera los mensajes potencialmente inapropiados"
    ACCESS = "ACCESS", "Subtítulos o lengua de señas"
    SIGNAL = "SIGNAL", "Prueba de imagen y sonido"
    MODERATORS = "MODERATORS", "Quién modera el chat"


class StepKind(models.TextChoices):
    """What happened to an event."""

    CLOSED = "CLOSED", "Lista cerrada"
    REOPENED = "REOPENED", "Lista abierta de nuevo"
    LIVE = "LIVE", "Salió en vivo"
    ENDED = "ENDED", "Terminó"
    CANCELLED = "CANCELLED", "Cancelada"


# The latest check in time of YT-5's item, fresh and met, on each broadcast with a chat; and any fresh answer to N-6's.
LIST_COMPLETE = """
    IF EXISTS (
        SELECT FROM publishing_broadcast b
        WHERE b.event_id = NEW.id AND b.removed_at IS NULL AND b.has_chat AND NOT COALESCE((
            SELECT c.is_met FROM publishing_preflightcheck c
            WHERE c.broadcast_id = b.id AND c.item = 'CHAT_HELD'
                AND c.observed_at >= NEW.starts_at - interval '24 hours'
            ORDER BY c.observed_at DESC, c.id DESC LIMIT 1
        ), FALSE)
    ) OR NOT EXISTS (
        SELECT FROM publishing_preflightcheck c
        WHERE c.event_id = NEW.id AND c.item = 'ACCESS' AND c.observed_at >= NEW.starts_at - interval '24 hours'
    ) THEN
        RAISE EXCEPTION 'pgtrigger: the pre-flight list of the event is not complete (list_complete)';
    END IF;
    RETURN NEW;
"""


class LiveEvent(models.Model):
    """An event that is broadcast live: when, where, on which accounts, who is responsible, and its source (N-1).

    The source is stored by value: a news item, a need or a campaign. `revision` counts the changes of the plan.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="live_events")
    title = models.CharField(max_length=200)
    place = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    responsible = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    source_name = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=LiveState.choices, default=LiveState.PLANNED)
    revision = models.PositiveIntegerField(default=1)
    planned_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(source_kind__regex=TEXT, source_name__regex=TEXT, source_id__gt=0), name="live_has_source"
            ),
            models.CheckConstraint(condition=Q(title__regex=TEXT, place__regex=TEXT), name="live_has_title_and_place"),
        )
        indexes = (
            models.Index(fields=["entity", "starts_at"], name="live_by_time"),
            models.Index(fields=["entity", "source_kind", "source_id"], name="live_by_source"),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[
                    ("PLANNED", "READY"),
                    ("PLANNED", "CANCELLED"),
                    ("READY", "PLANNED"),
                    ("READY", "LIVE"),
                    ("READY", "CANCELLED"),
                    ("LIVE", "ENDED"),
                ],
            ),
            pgtrigger.Trigger(
                name="list_complete",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state IN ('READY', 'LIVE')"),
                func=LIST_COMPLETE,
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("live_event", self.pk, self.title)

    @property
    def source_ref(self) -> ObjectRef:
        """Return how records refer to its source."""
        return ObjectRef(self.source_kind, self.source_id, self.source_name)

    @property
    def is_open(self) -> bool:
        """Return whether its plan can still change: it has neither begun nor been cancelled."""
        return self.state in {LiveState.PLANNED, LiveState.READY}

    def get_absolute_url(self) -> str:
        """Return the page of this event."""
        return reverse("publishing:live_event", args=[self.pk])


class Broadcast(models.Model):
    """An event on one account, with its address there once it is on the air.

    `has_chat` says that the network has a live chat that the entity moderates (YT-5). An account that is taken out of
    the plan keeps its row.
    """

    event = models.ForeignKey(LiveEvent, on_delete=models.PROTECT, related_name="broadcasts")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    has_chat = models.BooleanField()
    removed_at = models.DateTimeField(null=True)
    address = models.URLField(max_length=500, blank=True)
    remote_id = models.CharField(max_length=200, blank=True)
    placed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    placed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["event", "account"], name="broadcast_once"),
            models.CheckConstraint(
                condition=Q(address="", remote_id="", placed_by__isnull=True, placed_at__isnull=True)
                | (~Q(address="") & ~Q(remote_id="") & Q(placed_by__isnull=False, placed_at__isnull=False)),
                name="broadcast_address_by_somebody",
            ),
        )
        indexes = (models.Index(fields=["account", "remote_id"], name="broadcast_by_remote_id"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="same_event_and_account",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("event", "account", "has_chat"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_id} en {self.account_id}"


class PreflightCheck(models.Model):
    """What a person saw of an item of the pre-flight list, and the capture that shows it.

    `observed_at` is when they looked, `stored_at` when the system stored it.
    """

    event = models.ForeignKey(LiveEvent, on_delete=models.PROTECT, related_name="checks")
    broadcast = models.ForeignKey(Broadcast, on_delete=models.PROTECT, related_name="checks", null=True)
    item = models.CharField(max_length=12, choices=PreflightItem.choices)
    is_met = models.BooleanField()
    seen = models.CharField(max_length=500)
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    observed_at = models.DateTimeField()
    stored_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(seen__regex=TEXT), name="preflight_says_what_was_seen"),
            models.CheckConstraint(condition=Q(observed_at__lte=F("stored_at")), name="preflight_observed_before"),
            models.CheckConstraint(
                condition=Q(item=PreflightItem.CHAT_HELD, broadcast__isnull=False)
                | (~Q(item=PreflightItem.CHAT_HELD) & Q(broadcast__isnull=True)),
                name="preflight_chat_of_a_broadcast",
            ),
            models.CheckConstraint(
                condition=~Q(item=PreflightItem.CHAT_HELD, is_met=True) | Q(medium__isnull=False),
                name="preflight_chat_met_has_capture",
            ),
        )
        indexes = (models.Index(fields=["event", "item", "-observed_at", "-id"], name="preflight_latest"),)
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.get_item_display()}: {self.seen}"


class LiveStep(models.Model):
    """A step of an event: its list closed or opened again, on the air, ended, cancelled.

    `happened_at` is the minute that the person states, `stored_at` when the system stored it.
    """

    event = models.ForeignKey(LiveEvent, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    stored_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(happened_at__lte=F("stored_at")), name="live_step_happened_before"),
            models.CheckConstraint(
                condition=~Q(kind__in=[StepKind.REOPENED, StepKind.CANCELLED]) | Q(reason__regex=TEXT),
                name="live_step_has_reason",
            ),
            models.UniqueConstraint(
                fields=["event", "kind"],
                condition=Q(kind__in=[StepKind.LIVE, StepKind.ENDED, StepKind.CANCELLED]),
                name="live_step_once",
            ),
        )
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.event_id})"


class LiveIncident(models.Model):
    """Something that went wrong with an event, and what was done about it."""

    event = models.ForeignKey(LiveEvent, on_delete=models.PROTECT, related_name="incidents")
    what = models.CharField(max_length=500)
    done = models.CharField(max_length=500, blank=True)
    happened_at = models.DateTimeField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    stored_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(what__regex=TEXT), name="live_incident_says_what"),
            models.CheckConstraint(condition=Q(happened_at__lte=F("stored_at")), name="live_incident_happened_before"),
        )
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return self.what
