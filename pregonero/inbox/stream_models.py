"""How far each account was read, and the notices that its network sent."""

from datetime import datetime, timedelta

from django.db import models

from pregonero.networks.base import ID_LENGTH
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.models import Account, Application
from pregonero.vault import EncryptedField

ALIVE_FOR = timedelta(seconds=60)  # without a sign of life for longer, a connection is lost


class Stream(models.Model):
    """How far a list of an account's network has been read: comments, mentions.

    `cursor` is where the next reading continues; `read_at`, the last reading that worked.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="streams")
    name = models.CharField(max_length=20)
    cursor = models.JSONField(default=dict, blank=True)
    first_read_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    next_read_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "name"], name="stream_once"),)
        indexes = (models.Index(fields=["next_read_at"], name="stream_due"),)

    def __str__(self) -> str:
        return f"{self.name} de {self.account_id}"


class DeliveredItem(models.Model):
    """Something that a network's API delivered, noted before it is stored: the daily close names what is missing.

    It has no words and no author.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    remote_id = models.CharField(max_length=ID_LENGTH)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in InteractionKind])
    written_at = models.DateTimeField()
    delivered_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "remote_id"], name="delivered_item_once"),)
        indexes = (models.Index(fields=["account", "written_at"], name="delivered_item_by_day"),)

    def __str__(self) -> str:
        return f"{self.remote_id} de {self.account_id}"


class LiveConnection(models.Model):
    """The persistent stream of an application: since when it is open, its last sign of life, and why it fell.

    `alive_at` is stored every few seconds while it is open; `next_try_at`, when it is opened again.
    """

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="live_connection")
    connected_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"conexión permanente de {self.application_id}"

    def is_open(self, now: datetime) -> bool:
        """Return whether it is open, as far as its last sign of life says."""
        return self.connected_at is not None and self.alive_at is not None and now - self.alive_at < ALIVE_FOR


class HubSubscription(models.Model):
    """A subscription of an account to the notices of its network's hub: the hub's lease, and when to ask again."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="hub_subscription")
    encrypted_secret = EncryptedField()
    verified_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    next_request_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"suscripción de {self.account_id}"

    @property
    def encryption_context(self) -> str:
        """Return the context of its encryption, which binds the secret to the account."""
        return f"hub:{self.account_id}"


class WebhookNotice(models.Model):
    """A signed notice of a network, as it came; its words are erased when it has been read (N-7)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["application", "digest"], name="webhook_notice_once"),)

    def __str__(self) -> str:
        return f"aviso de {self.application_id}"
