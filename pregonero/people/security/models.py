"""What a person signs in with besides the password, and where they have signed in."""

import ipaddress

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from pregonero.people.security.scopes import SCOPES
from pregonero.records.actions import ObjectRef
from pregonero.vault import EncryptedField


class CodeApp(models.Model):
    """The application that shows a person six digits (TOTP, RFC 6238). It counts once a first code confirmed it.

    `last_step` is the half minute of the last code that was accepted: that code and older ones are refused.
    """

    user = models.OneToOneField("people.User", on_delete=models.PROTECT, related_name="code_app")
    encrypted_secret = EncryptedField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return "Aplicación de códigos"

    @property
    def encryption_context(self) -> str:
        """Return what binds the secret to this row."""
        return f"people.code_app:{self.user_id}"


class RecoveryCode(models.Model):
    """A code that signs in once, without the telephone or the key. Only its digest is stored."""

    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once"),)

    def __str__(self) -> str:
        return "Código de recuperación"


class Device(models.Model):
    """A device on which a person has signed in. `digest` is of the random name in its cookie.

    Until `trusted_until` it skips the second factor: a new password, the loss of a factor and the end of the other
    sessions end that too.
    """

    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="devices")
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=45, blank=True)
    first_used_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    trusted_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "digest"], name="device_once"),)

    def __str__(self) -> str:
        return self.name


class OpenSession(models.Model):
    """A session of a person, with where it is. `key` is the digest under which the session itself is stored."""

    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="open_sessions")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=45, blank=True)
    started_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.device)

    @property
    def place(self) -> str:
        """Return where its address is, as far as the address says it: no service is asked where people are."""
        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return "Dirección desconocida"
        if address.is_loopback:
            return "Este servidor"
        return f"{'Red interna' if address.is_private else 'Internet'}, {address}"


class FactorReset(models.Model):
    """Somebody asked that a person who lost their second factor be able to enrol another; a second person decides."""

    entity = models.ForeignKey("people.Entity", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="factor_resets")
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    is_done = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["member"], condition=Q(ended_at__isnull=True), name="one_factor_reset_waits"
            ),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="factor_reset_says_why"),
            models.CheckConstraint(condition=~Q(asked_by=F("member")), name="factor_reset_asked_by_another"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True, ended_at__isnull=True, is_done=False)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="factor_reset_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(is_done=False) | (~Q(ended_by=F("asked_by")) & ~Q(ended_by=F("member"))),
                name="factor_reset_needs_two",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_ends",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("entity", "member", "reason", "asked_by", "asked_at"),
            ),
            pgtrigger.Protect(
                name="one_end", operation=pgtrigger.Update, condition=pgtrigger.Q(old__ended_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"Segundo paso de {self.member}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference for records."""
        return ObjectRef("factor_reset", self.pk, str(self))


class ApiToken(models.Model):
    """What a program presents to act for a person, with the rights that the person has that day, within its scopes.

    Only its digest is stored; `start` has its first characters, by which the person knows which one it is. The requests
    of the minute that began at `minute_at` are counted, for the limit.
    """

    member = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    start = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_by = models.ForeignKey("people.Member", on_delete=models.PROTECT, related_name="+", null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=45, blank=True)
    minute_at = models.DateTimeField(null=True)
    minute_requests = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="api_token_has_scope"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="api_token_has_name"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="api_token_expires_after"),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True, revoked_at__isnull=True)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False),
                name="api_token_revoked_by_somebody",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_revoked_or_used",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("member", "digest", "scopes", "made_at", "expires_at"),
            ),
            pgtrigger.Protect(
                name="revoked_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> ObjectRef:
        """Return the reference for records."""
        return ObjectRef("api_token", self.pk, self.name)

    @property
    def scope_labels(self) -> list[str]:
        """Return what it may do, in Spanish. A scope that no longer exists is left out."""
        return [label for scope, label in SCOPES.items() if scope in self.scopes]
