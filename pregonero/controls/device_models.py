"""What an entity knows of its own devices, places and hours, and the devices that each review saw."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class KnownKind(models.TextChoices):
    """What an entity knows of how its accounts are used."""

    DEVICE = "DEVICE", "dispositivo"
    PLACE = "PLACE", "lugar"
    HOURS = "HOURS", "horario"


class KnownAccess(models.Model):
    """A device, a place or the hours from which the entity's people use its accounts. It is removed, never deleted.

    `starts_at` and `ends_at` are hours of Colombia, of every day; only those of kind HOURS have them.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="known_access")
    kind = models.CharField(max_length=6, choices=KnownKind.choices)
    text = models.CharField(max_length=120)
    starts_at = models.TimeField(null=True)
    ends_at = models.TimeField(null=True)
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "kind", "text"], condition=Q(removed_at__isnull=True), name="known_access_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=KnownKind.HOURS, starts_at__isnull=False, ends_at__isnull=False)
                | (~Q(kind=KnownKind.HOURS) & Q(starts_at__isnull=True, ends_at__isnull=True)),
                name="known_access_hours",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="known_access_removed_by",
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.text

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("known_access", self.pk, f"{self.get_kind_display().capitalize()} conocido: {self.text}")


class DeviceSeen(models.Model):
    """A device of a review, as the network's page says it, with the proposal and what the person decided.

    `proposal` is why it seemed strange, empty when nothing did. `seen_at` is empty when its date was not understood.
    """

    check_made = models.ForeignKey("controls.Check", on_delete=models.PROTECT, related_name="devices")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=120, blank=True)
    when = models.CharField(max_length=120, blank=True)
    seen_at = models.DateTimeField(null=True)
    proposal = models.CharField(max_length=400, blank=True)
    is_strange = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["check_made", "position"], name="device_seen_once"),)
        triggers = (
            pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.kind, self.place, self.when)))
