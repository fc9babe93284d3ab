"""The limits of an entity's word lists: second person and brake, each change a version (N-4)."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pregonero.moderation.models.community import TEXT
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class ListLimits(models.Model):
    """From where a second person signs a list, and when a new one stops by itself. Shares are percents."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    second_person_share = models.PositiveSmallIntegerField()
    second_person_criticism = models.PositiveSmallIntegerField()
    new_days = models.PositiveSmallIntegerField()
    brake_share = models.PositiveSmallIntegerField()
    brake_times = models.PositiveSmallIntegerField()
    brake_least = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "number"], name="list_limits_number_once"),
            models.CheckConstraint(
                condition=Q(
                    second_person_share__lte=100,
                    second_person_criticism__lte=100,
                    new_days__range=(1, 90),
                    brake_share__range=(1, 100),
                    brake_times__range=(1, 100),
                    brake_least__range=(1, 1_000),
                    reason__regex=TEXT,
                ),
                name="list_limits_are_whole",
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"límites de las listas, versión {self.number}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("list_limits", self.pk, f"Límites de las listas, versión {self.number}")
