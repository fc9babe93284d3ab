"""Signed checkpoints of an entity's records, their time tokens, and where each was sent (R-1).

Checkpoints, tokens and sendings are append-only (migration 0004).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from pregonero.vault import EncryptedField


class SigningKey(models.Model):
    """The Ed25519 key that signs an entity's checkpoints. `name` is the origin of its log."""

    entity_id = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=200)
    verifier_key = models.CharField(max_length=300)
    encrypted_private = EncryptedField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.verifier_key

    @property
    def encryption_context(self) -> str:
        """Return the context of its encryption."""
        return f"signing_key:{self.entity_id}"


class Checkpoint(models.Model):
    """The signed note over the first `size` sealed events of an entity, up to and including a batch.

    `subtrees` are the perfect subtrees of that tree, from which the next checkpoint goes on.
    """

    entity_id = models.BigIntegerField()
    batch = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    subtrees = ArrayField(models.CharField(max_length=64))
    note = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity_id", "size"], name="checkpoint_once"),)

    def __str__(self) -> str:
        return f"punto de control de {self.size} registros"

    @property
    def file_name(self) -> str:
        """Return the name of the file in which it leaves."""
        return f"punto-{self.entity_id}-{self.size}.txt"


class TimeAuthority(models.Model):
    """An authority that says, under its signature, when it saw a checkpoint (RFC 3161). `certificate` is PEM."""

    entity_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    address = models.URLField()
    certificate = models.TextField()
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity_id", "address"], condition=models.Q(ended_at__isnull=True), name="authority_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class TimeToken(models.Model):
    """What an authority answered about a checkpoint: the token (DER) and the moment in it."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="tokens")
    authority = models.ForeignKey(TimeAuthority, on_delete=models.PROTECT, related_name="tokens")
    token = models.BinaryField()
    stamped_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["checkpoint", "authority"], name="token_once"),)

    def __str__(self) -> str:
        return f"estampa del {self.checkpoint}"


class Recipient(models.Model):
    """An address outside the entity's systems that receives each checkpoint by mail."""

    entity_id = models.BigIntegerField()
    email = models.EmailField()
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity_id", "email"], condition=models.Q(ended_at__isnull=True), name="recipient_once"
            ),
        )

    def __str__(self) -> str:
        return self.email


class CheckpointSending(models.Model):
    """A place outside that has a checkpoint: a mail address, or a folder of the settings."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="sendings")
    place = models.CharField(max_length=300)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["checkpoint", "place"], name="sending_once"),)

    def __str__(self) -> str:
        return self.place
