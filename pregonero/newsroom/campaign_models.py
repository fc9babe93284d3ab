"""Communication strategies, which people call campaigns: they gather needs and news (M-4)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class Campaign(models.Model):
    """A campaign of the entity, from a day to a day, with the hashtags that its publications carry.

    Needs and news belong to at most one; its publications are those of its news.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=500)
    starts_on = models.DateField()
    ends_on = models.DateField()
    hashtags = models.JSONField(default=list, blank=True)
    opened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "name"], name="campaign_name_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_it_starts"),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("campaign", self.pk, self.name)

    def get_absolute_url(self) -> str:
        """Return the page of this campaign."""
        return reverse("newsroom:campaign", args=[self.pk])
