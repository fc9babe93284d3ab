"""The list of hashtags of an entity, each tied to a theme, a trend or an event (D-2)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class HashtagTie(models.TextChoices):
    """What a hashtag is tied to."""

    THEME = "THEME", "tema"
    TREND = "TREND", "tendencia"
    EVENT = "EVENT", "evento"


class Hashtag(models.Model):
    """A hashtag of the list, as it is written, tied to something; `key` is the same with or without accents.

    It is suggested from a day to a day, if it has them. Leaving the list changes nothing that was published.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=100)
    tie = models.CharField(max_length=10, choices=HashtagTie.choices)
    tied_to = models.CharField(max_length=80)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    listed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    listed_at = models.DateTimeField()
    retired_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "key"], condition=Q(retired_at__isnull=True), name="hashtag_listed_once"
            ),
            models.CheckConstraint(condition=Q(tied_to__regex=r"\S", name__startswith="#"), name="hashtag_is_tied"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="hashtag_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(retired_by__isnull=True, retired_at__isnull=True)
                | Q(retired_by__isnull=False, retired_at__isnull=False),
                name="hashtag_retired_by_somebody",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="listed_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "entity", "name", "key", "tie", "tied_to", "starts_on", "ends_on", "listed_by", "listed_at"
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("hashtag", self.pk, self.name)

    @property
    def tie_label(self) -> str:
        """Return what it is tied to: "tema Comercio"."""
        return f"{self.get_tie_display()} {self.tied_to}"
