"""The rules of the calendar that its team set, and the personal addresses of its feed (P-2)."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class CalendarRules(models.Model):
    """A version of the rules of an entity's calendar. They advise and never prevent scheduling.

    `gaps` has the minutes between publications of an account by its id, where they differ from `gap_minutes`.
    `topics_apart` has pairs of themes. Hours and days are those of Bogotá.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    gap_minutes = models.PositiveSmallIntegerField()
    gaps = models.JSONField(default=dict, blank=True)
    best_hours = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    topics_apart = models.JSONField(default=list, blank=True)
    apart_minutes = models.PositiveSmallIntegerField()
    skips_holidays = models.BooleanField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "version"], name="calendar_rules_version_once"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="calendar_rules_have_reason"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="calendar_rules_quiet_whole",
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"Reglas de la parrilla, versión {self.version}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("calendar_rules", self.pk, str(self))


class CalendarFeed(models.Model):
    """A personal address where a calendar application reads what is scheduled, until it is revoked.

    Only the digest of the secret part of the address is stored.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    opened_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["member"], condition=Q(revoked_at__isnull=True), name="calendar_feed_one_open"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("opened_at")),
                name="calendar_feed_revoked_after",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="revoked_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="address_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("member", "digest", "opened_at"),
            ),
        )

    def __str__(self) -> str:
        return f"suscripción a la parrilla de {self.member_id}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("calendar_feed", self.pk, "Parrilla en otro calendario")
