"""Events, the texts that belong to them, and the batches that seal them.

Rows refer to other objects by value and remain when those are deleted. Database triggers refuse to change or delete
events, batches and leaves, and to change texts (migration 0002). They are plain triggers, because any session can
disable those of pgtrigger with a setting.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from pregonero.records.event_types import EVENT_TYPES
from pregonero.records.outside.checkpoint_models import (
    Checkpoint,
    CheckpointSending,
    Recipient,
    SigningKey,
    TimeAuthority,
    TimeToken,
)

__all__ = [
    "Batch", "Checkpoint", "CheckpointSending", "Event", "EventText", "Leaf", "Pending", "Recipient", "SigningKey",
    "TimeAuthority", "TimeToken",
]  # fmt: skip


class Event(models.Model):
    """An act: who did what, when and to which object (M-2). It has digests of the texts; `EventText` has the texts."""

    entity_id = models.BigIntegerField()
    at = models.DateTimeField()
    event_type = models.CharField(max_length=60)
    actor = models.JSONField()
    ref = models.CharField(max_length=60)
    label = models.CharField(max_length=200)
    related = ArrayField(models.CharField(max_length=60), default=list)
    facts = models.JSONField(default=dict)
    digests = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=["entity_id", "-id"], name="event_entity"),
            models.Index(fields=["ref", "id"], name="event_ref"),
            GinIndex(fields=["related"], name="event_related"),
        )

    def __str__(self) -> str:
        return f"{self.event_type} {self.ref}"

    @property
    def type_label(self) -> str:
        """Return the Spanish label of the event type."""
        return EVENT_TYPES[self.event_type]


class EventText(models.Model):
    """A text that a person wrote with an act, such as a reason. It can be erased; its digest stays (N-7)."""

    event_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    salt = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["event_id", "field"], name="event_text_once"),)

    def __str__(self) -> str:
        return f"{self.field} del registro {self.event_id}"


class Pending(models.Model):
    """An event that no batch has sealed yet: inserted with the event, deleted when it is sealed."""

    event_id = models.BigIntegerField(primary_key=True)
    entity_id = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["entity_id", "event_id"], name="pending_entity"),)

    def __str__(self) -> str:
        return f"registro {self.event_id} en verificación"


class Batch(models.Model):
    """A sealed batch of one entity's events: the root of their Merkle tree and the head of the previous batch.

    `size` is the number of its events; `total`, that of the chain up to and including this batch.
    """

    entity_id = models.BigIntegerField()
    number = models.PositiveBigIntegerField()
    sealed_at = models.DateTimeField()
    size = models.PositiveIntegerField()
    total = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    head = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity_id", "number"], name="batch_number_once"),
            models.CheckConstraint(condition=models.Q(size__gt=0, number__gt=0), name="batch_not_empty"),
        )

    def __str__(self) -> str:
        return f"lote {self.number}"


class Leaf(models.Model):
    """The position of an event in its batch, with the digest that reveals which event was changed."""

    event_id = models.BigIntegerField(primary_key=True)
    entity_id = models.BigIntegerField()
    batch = models.PositiveBigIntegerField()
    index = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity_id", "batch", "index"], name="leaf_position_once"),)

    def __str__(self) -> str:
        return f"registro {self.event_id}, hoja {self.index} del lote {self.batch}"
