"""The register of the entity's accounts (M-3), their administrators, and their credentials, encrypted."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from pregonero.networks.rate_limits.models import CostEntry, NetworkSuspension, Quota, UsageBucket
from pregonero.networks.registry import network_choices
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef
from pregonero.vault import EncryptedField

__all__ = ["Account", "AccountState", "CostEntry", "Credential", "NetworkSuspension", "Quota", "UsageBucket"]


class AccountState(models.TextChoices):
    """The state of an account: posts are published only on active ones."""

    ACTIVE = "ACTIVE", "activa"
    PAUSED = "PAUSED", "en pausa"
    RETIRED = "RETIRED", "retirada"


class Account(models.Model):
    """An account of the entity on a network. Its `remote_id` is set when it is first connected."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="accounts")
    network = models.CharField(max_length=20, choices=network_choices)
    handle = models.CharField(max_length=80)
    remote_id = models.CharField(max_length=80, blank=True)
    server = models.URLField(blank=True)  # of an open network, if not the usual one
    display_name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=200)
    root_mailbox = models.EmailField(blank=True)
    state = models.CharField(max_length=10, choices=AccountState.choices, default=AccountState.ACTIVE)
    paused_reason = models.CharField(max_length=300, blank=True)
    link_as_comment = models.BooleanField(default=False)  # the network lets this page post few links or none
    link_as_comment_reason = models.CharField(max_length=300, blank=True)
    # Paused because the network refuses its credential: connecting it again resumes it. A person's pause remains.
    waits_for_connection = models.BooleanField(default=False)
    # Held by an open security incident: it stays paused until the hold is released, also when it is connected again.
    held_reason = models.CharField(max_length=300, blank=True)
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)
    test_passed = models.BooleanField(null=True)
    test_result = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "network", "server", "remote_id"], condition=~Q(remote_id=""), name="account_once"
            ),
            models.UniqueConstraint(
                "entity",
                "network",
                "server",
                Lower("handle"),
                condition=~Q(state=AccountState.RETIRED),
                name="account_handle_once",
            ),
            models.CheckConstraint(
                condition=(~Q(state=AccountState.PAUSED) & Q(paused_reason=""))
                | (Q(state=AccountState.PAUSED) & ~Q(paused_reason="")),
                name="account_pause_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(link_as_comment=False, link_as_comment_reason="")
                | (Q(link_as_comment=True) & ~Q(link_as_comment_reason="")),
                name="account_link_as_comment_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(waits_for_connection=False) | Q(state=AccountState.PAUSED), name="account_waits_in_pause"
            ),
            models.CheckConstraint(
                condition=Q(held_reason="") | Q(state=AccountState.PAUSED), name="account_held_in_pause"
            ),
            models.CheckConstraint(
                condition=Q(state=AccountState.RETIRED, retired_at__isnull=False)
                | (~Q(state=AccountState.RETIRED) & Q(retired_at__isnull=True)),
                name="account_retired_since",
            ),
            models.CheckConstraint(
                condition=Q(tested_at__isnull=True, test_passed__isnull=True)
                | Q(tested_at__isnull=False, test_passed__isnull=False),
                name="account_test_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_network_display()} · @{self.handle}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("account", self.pk, str(self))


class Administrator(models.Model):
    """A person who administers an account at its network, since when and until when (M-3, FB-1)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="administrators")
    name = models.CharField(max_length=120)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="administrator_ends_after"
            ),
            models.UniqueConstraint(
                "account", Lower("name"), condition=Q(until__isnull=True), name="administrator_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class CredentialKind(models.TextChoices):
    """How the credential was obtained."""

    CONSENT = "CONSENT", "autorización en la red"
    PASSWORD = "PASSWORD", "contraseña de aplicación"
    TOKEN = "TOKEN", "clave de acceso"


class CredentialState(models.TextChoices):
    """Whether the network accepts the credential (GOOD) or has refused it (LOST)."""

    GOOD = "GOOD", "conectada"
    LOST = "LOST", "hay que conectarla otra vez"


class Credential(models.Model):
    """The credential of an account, encrypted with a key that is not in the database, and bound to the account.

    `generation` increases with each secret that is stored: a process that refreshed an older one stores nothing.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="credential")
    kind = models.CharField(max_length=10, choices=CredentialKind.choices)
    state = models.CharField(max_length=10, choices=CredentialState.choices, default=CredentialState.GOOD)
    encrypted = EncryptedField()
    scopes = ArrayField(models.CharField(max_length=120), default=list)
    generation = models.PositiveIntegerField(default=1)
    connected_at = models.DateTimeField()
    connected_by = models.CharField(max_length=120)
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    refresh_at = models.DateTimeField(null=True)
    refresh_leased_until = models.DateTimeField(null=True)
    retry_refresh_at = models.DateTimeField(null=True)  # until then, a refused token is not refreshed again
    problem = models.CharField(max_length=300, blank=True)
    problem_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(problem="", problem_at__isnull=True) | (~Q(problem="") & Q(problem_at__isnull=False)),
                name="credential_problem_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=CredentialState.GOOD) | (Q(refresh_at__isnull=True) & ~Q(problem="")),
                name="credential_lost_says_why",
            ),
        )
        indexes = (
            models.Index(fields=["refresh_at"], condition=Q(refresh_at__isnull=False), name="credential_to_refresh"),
        )

    def __str__(self) -> str:
        return f"credencial de {self.account_id}"

    @property
    def encryption_context(self) -> str:
        """Return the context of its encryption, which binds the secret to the account."""
        return f"credential:{self.account_id}"


class PendingRevocation(models.Model):
    """A credential that is no longer used, until it is revoked at its network; encrypted as it was when in use."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    encrypted = EncryptedField()
    requested_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"credencial que fue de {self.account_id}"

    @property
    def encryption_context(self) -> str:
        """Return the context of its encryption: that of the credential when it was in use."""
        return f"credential:{self.account_id}"


class Application(models.Model):
    """The entity's application at a network, with which it asks for authorisations."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    network = models.CharField(max_length=20, choices=network_choices)
    server = models.URLField(blank=True)
    client_id = models.CharField(max_length=200)
    encrypted_secret = EncryptedField()
    # Of networks with a persistent stream: the application's own token, without which accounts are only polled.
    encrypted_live_token = EncryptedField(default=b"", blank=True)
    live_backfill_minutes = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "network", "server"], name="application_once"),)

    def __str__(self) -> str:
        return f"aplicación en {self.get_network_display()}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("application", self.pk, str(self))

    @property
    def encryption_context(self) -> str:
        """Return the context of its encryption."""
        return f"application:{self.entity_id}:{self.network}:{self.server}"


class Authorization(models.Model):
    """An authorisation that a person is giving on the network's consent page: valid for minutes, once, in one session.

    Only digests of the state and the session are stored: reading this table is not enough to finish a connection.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    state_digest = models.CharField(max_length=64, unique=True)
    session_digest = models.CharField(max_length=64)
    encrypted_verifier = EncryptedField()
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"autorización de {self.account_id}"

    @property
    def encryption_context(self) -> str:
        """Return the context of its encryption."""
        return f"authorization:{self.state_digest}"
