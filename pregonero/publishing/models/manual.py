"""What persons hold, and what they make by hand: two more of the app's models, in a file of their own."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from pregonero.people.models import Entity, Member


class PublishingStop(models.Model):
    """A person holds everything of the entity, or one publication, until somebody lifts it (rule 9)."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    publication = models.ForeignKey("publishing.Publication", on_delete=models.PROTECT, related_name="stops", null=True)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity"],
                condition=Q(publication__isnull=True, lifted_at__isnull=True),
                name="stop_of_all_once",
            ),
            models.UniqueConstraint(
                fields=["publication"], condition=Q(lifted_at__isnull=True), name="stop_of_publication_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="stop_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True, lifted_at__isnull=True)
                | Q(lifted_by__isnull=False, lifted_at__gte=F("at")),
                name="stop_lifted_by_and_when",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="said_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("entity", "publication", "reason", "by", "at"),
            ),
        )

    def __str__(self) -> str:
        return f"pausa de {self.publication or self.entity}"


class ManualPost(models.Model):
    """A person made it at the network by hand (Q-6): who, when, at which address, and whether it was read back."""

    delivery = models.OneToOneField("publishing.Delivery", on_delete=models.PROTECT, related_name="hand_made")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    address = models.URLField(max_length=500)
    read_back = models.BooleanField()
    same_text = models.BooleanField(null=True)
    why_unread = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(read_back=True, why_unread="") | (Q(read_back=False) & ~Q(why_unread="")),
                name="hand_made_read_or_why_not",
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.delivery_id} a mano, por {self.by_id}"
