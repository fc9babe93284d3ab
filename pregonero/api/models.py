"""The answers that are kept so that a repeated request is done once."""

from django.db import models
from django.db.models import Q

from pregonero.people.models import ApiToken


class IdempotencyKey(models.Model):
    """A request that a program named with a key of its own, and its answer once there is one.

    `digest` is that of the request: the same key with another one is refused. Without an answer, the request is being
    done, or the process that did it died and nobody knows how it ended: it is never done again.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["token", "key"], name="idempotency_key_once"),
            models.CheckConstraint(condition=Q(status__isnull=False) | Q(answer=""), name="idempotency_answer_whole"),
        )

    def __str__(self) -> str:
        return self.key
