"""Events and the batches that seal them. Rows refer to other things by value and outlive them.

The database itself refuses to change or remove events, batches and leaves, and to change words (migrations
0002 and 0004): by plain triggers, not by pgtrigger, whose triggers any session may switch off with a setting.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from pregonero.records import event_types


class Event(models.Model):
    """One act: who did what, when, on what (M-2). Holds acts and digests; words live in `Wording`."""

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
            models.Index(fields=["ref", "id"], name="event_thing"),
            GinIndex(fields=["related"], name="event_related"),
        )

    def __str__(self) -> str:
        return f"{self.event_type} {self.ref}"

    @property
    def verb_words(self) -> str:
        """Return what happened, as a person reads it."""
        return event_types.label(self.event_type)


class EventText(models.Model):
    """What a person wrote with an act (a reason, a note). Can be erased; the event keeps its digest (N-7)."""

    event_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    salt = models.CharField(max_length=32)
    text = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["event_id", "field"], name="wording_once"),)

    def __str__(self) -> str:
        return f"{self.field} del registro {self.event_id}"


class Pending(models.Model):
    """An event that no batch has sealed yet; written with it, removed by the sealing."""

    event_id = models.BigIntegerField(primary_key=True)
    entity_id = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["entity_id", "event_id"], name="pending_entity"),)

    def __str__(self) -> str:
        return f"registro {self.event_id} por sellar"


class Batch(models.Model):
    """A sealed batch of one entity's events: their tree's root, chained to the batch before.

    `size` counts its events; `total`, those of the whole chain up to it.
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
    """The place of an event in its batch, and its digest there, so that a changed event can be named."""

    event_id = models.BigIntegerField(primary_key=True)
    entity_id = models.BigIntegerField()
    batch = models.PositiveBigIntegerField()
    index = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity_id", "batch", "index"], name="leaf_place_once"),)

    def __str__(self) -> str:
        return f"registro {self.event_id}, hoja {self.index} del lote {self.batch}"
