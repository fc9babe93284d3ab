"""The close of each day of each account: what its network delivered was seen, and somebody signs it (FB-5)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from pregonero.inbox.models import Message
from pregonero.moderation.models.community import TEXT
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef


class SeenComment(models.Model):
    """A person saw a comment and found nothing to do. What they answer or decide counts as seen without it."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="seen")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"comentario {self.message_id} visto"


class DailyClose(models.Model):
    """A day of an account, closed: its counts, what is missing by its id, and who signs.

    `in_ads`, `shares` and `filtered` are what the API does not deliver, as the person read it at the network; empty
    when they did not. `was_read` says that the network was read after the day ended.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="daily_closes")
    day = models.DateField()
    delivered = models.PositiveIntegerField()
    seen = models.PositiveIntegerField()
    hidden = models.PositiveIntegerField()
    held = models.PositiveIntegerField()
    in_ads = models.PositiveIntegerField(null=True)
    shares = models.PositiveIntegerField(null=True)
    filtered = models.PositiveIntegerField(null=True)
    was_read = models.BooleanField()
    missing = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "day"], name="daily_close_once"),
            models.CheckConstraint(
                condition=Q(seen=F("delivered"), was_read=True) | Q(reason__regex=TEXT),
                name="daily_close_adds_up_or_says_why",
            ),
            models.CheckConstraint(condition=Q(seen__lte=F("delivered")), name="daily_close_seen_is_delivered"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"cierre de {self.account} del {self.day}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("daily_close", self.pk, f"Cierre del {self.day:%d/%m/%Y} en {self.account}")

    @property
    def difference(self) -> int:
        """Return how many of those delivered were not seen."""
        return self.delivered - self.seen
