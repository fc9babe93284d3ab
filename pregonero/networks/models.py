"""The register of the entity's accounts (M-3) and their tokens, encrypted at rest."""

from django.db import models
from django.db.models import Q

from pregonero.networks.budgets.models import Allowance, LedgerLine, SendingStop, Spending
from pregonero.people.models import Entity
from pregonero.records.actions import Thing

__all__ = ["Account", "AccountState", "Allowance", "Credential", "LedgerLine", "Network", "SendingStop", "Spending"]


class Network(models.TextChoices):
    """The networks that the procedure names (D-5), and open ones that an entity may be on."""

    X = "x", "X"
    FACEBOOK = "facebook", "Facebook"
    INSTAGRAM = "instagram", "Instagram"
    YOUTUBE = "youtube", "YouTube"
    BLUESKY = "bluesky", "Bluesky"
    MASTODON = "mastodon", "Mastodon"


class AccountState(models.TextChoices):
    """Whether publications go out on an account."""

    ACTIVE = "ACTIVE", "activa"
    PAUSED = "PAUSED", "en pausa"


class Account(models.Model):
    """An account of the entity on a network."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="accounts")
    network = models.CharField(max_length=20, choices=Network.choices)
    handle = models.CharField(max_length=80)
    remote_id = models.CharField(max_length=80)
    server = models.URLField(blank=True)  # of an open network: where the account lives, if not where most do
    display_name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=200)
    root_mailbox = models.EmailField(blank=True)
    state = models.CharField(max_length=10, choices=AccountState.choices, default=AccountState.ACTIVE)
    paused_reason = models.CharField(max_length=300, blank=True)
    link_as_comment = models.BooleanField(default=False)  # the network lets this page post few links, or none
    link_as_comment_reason = models.CharField(max_length=300, blank=True)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "network", "remote_id"], name="account_once"),
            models.CheckConstraint(
                condition=Q(state=AccountState.ACTIVE, paused_reason="")
                | (Q(state=AccountState.PAUSED) & ~Q(paused_reason="")),
                name="account_pause_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(link_as_comment=False, link_as_comment_reason="")
                | (Q(link_as_comment=True) & ~Q(link_as_comment_reason="")),
                name="account_link_as_comment_has_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_network_display()} · @{self.handle}"

    @property
    def thing(self) -> Thing:
        """Return how records refer to it."""
        return Thing("account", self.pk, str(self))


class Credential(models.Model):
    """The token of an account, encrypted with a key that is not in the database."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="credential")
    sealed_token = models.BinaryField()
    expires_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"credencial de {self.account_id}"
