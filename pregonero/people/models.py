"""Entities, users, their memberships in entities, and notices to members."""

from datetime import date
from functools import cached_property

import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from pregonero.people.roles import OUTSIDE, WITH_STAND_IN, Role
from pregonero.people.security.models import ApiToken, CodeApp, Device, FactorReset, OpenSession, RecoveryCode
from pregonero.records.actions import Actor, CoveredRole, ObjectRef

__all__ = [
    "ActOnBehalf", "ApiToken", "CodeApp", "Device", "Employment", "Entity", "FactorReset", "Member", "Notice", "Office",
    "OpenSession", "ProofFile", "ProofKind", "RecoveryCode", "StandIn", "User", "UserManager", "Verdict",
]  # fmt: skip


class Entity(models.Model):
    """A public entity. Every other row belongs to one, and members see only the rows of their own.

    `arms_sha256` is the digest of the entity's arms in the media folder, and `arms_alt` their alternative text; both
    are empty for an entity that shows its initials instead.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=60)
    initials = models.CharField(max_length=4)
    official_domains = ArrayField(models.CharField(max_length=120), default=list)
    registered_at = models.DateTimeField()
    arms_sha256 = models.CharField(max_length=64, blank=True, default="")
    arms_alt = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(arms_sha256="", arms_alt="") | (Q(arms_sha256__regex="^[0-9a-f]{64}$") & ~Q(arms_alt="")),
                name="entity_arms_have_alt",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> ObjectRef:
        """Return the reference for records."""
        return ObjectRef("entity", self.pk, self.name)

    @property
    def arms_path(self) -> str:
        """Return the path of the entity's arms, which needs no session; empty without arms."""
        return reverse("entities:arms", args=[self.arms_sha256]) if self.arms_sha256 else ""

    @property
    def arms_address(self) -> str:
        """Return the absolute address of the entity's arms, for mails; empty without arms."""
        return f"{settings.PUBLIC_ADDRESS}{self.arms_path}" if self.arms_sha256 else ""


class UserManager(BaseUserManager["User"]):
    """Finds users by e-mail address, as Django's authentication expects."""

    def get_by_natural_key(self, email: str | None) -> "User":
        """Return the user with an e-mail address, ignoring case."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person who signs in with an e-mail address. Memberships define what the person may do."""

    email = models.EmailField()
    is_active = models.BooleanField(default=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_once"),)

    def __str__(self) -> str:
        return self.email


class Employment(models.TextChoices):
    """The kind of employment; some controls require permanent staff."""

    STAFF = "STAFF", "de planta"
    CONTRACTOR = "CONTRACTOR", "contratista"


class Member(models.Model):
    """A user's membership in an entity: roles, end date, and whether the person belongs to the Group."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices))
    employment = models.CharField(max_length=10, choices=Employment.choices)
    ends_on = models.DateField(null=True, blank=True)
    in_group = models.BooleanField(default=True)

    # The token through which this person acts in a request, by value; None for somebody who acts by themselves.
    through: ObjectRef | None = None

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "user"], name="member_once"),
            models.CheckConstraint(condition=Q(roles__len__gt=0), name="member_has_role"),
            models.CheckConstraint(
                condition=Q(roles__contained_by=[role.value for role in Role]), name="member_known_roles"
            ),
            models.CheckConstraint(
                condition=Q(employment=Employment.STAFF) | Q(ends_on__isnull=False), name="member_contractor_ends"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def is_current(self, day: date) -> bool:
        """Return whether the membership is valid on that day."""
        return self.ends_on is None or day <= self.ends_on

    @cached_property
    def covered(self) -> tuple["StandIn", ...]:
        """Return the absences that this person covers, before, now or later; read once for each instance."""
        return tuple(self.covers.filter(ended_at__isnull=True).select_related("absent").order_by("pk"))

    def roles_on(self, day: date) -> frozenset[str]:
        """Return the person's own roles, and those of the absences that they cover on that day."""
        return frozenset(self.roles) | {absence.role for absence in self.covered if absence.is_current(day)}

    @property
    def is_outside(self) -> bool:
        """Return whether the person only belongs to an office outside the Group."""
        return OUTSIDE.issuperset(self.roles)

    @property
    def role_labels(self) -> str:
        """Return the Spanish names of the roles, separated by commas."""
        return ", ".join(Role(role).label for role in self.roles)

    @property
    def actor(self) -> Actor:
        """Return the actor for records, with the absences that this person covers."""
        covered = tuple(
            CoveredRole(absence.covered_label, absence.starts_on, absence.ends_on) for absence in self.covered
        )
        return Actor("member", self.pk, self.name, self.role_labels, covered, through=self.through)

    def get_absolute_url(self) -> str:
        """Return the page of this person."""
        return reverse("people:member", args=[self.pk])

    @property
    def ref(self) -> ObjectRef:
        """Return the reference for records."""
        return ObjectRef("member", self.pk, self.name)


class Notice(models.Model):
    """A notice to a member, shown on the Hoy page and sent by mail; `seen_at` is its receipt (P-1)."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    why = models.CharField(max_length=300, blank=True)
    path = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["member", "kind", "ref"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True) | Q(seen_at__gte=F("created_at")), name="notice_seen_after"
            ),
        )
        indexes = (
            models.Index(fields=["member", "-created_at"], condition=Q(seen_at__isnull=True), name="notice_waiting"),
        )

    def __str__(self) -> str:
        return self.title


class StandIn(models.Model):
    """Somebody who has the role of an absent adviser or coordinator between two days, both included.

    It ends before its last day when somebody ends it. Its rights also end with the membership of who is absent.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    absent = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="absences")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="covers")
    role = models.CharField(max_length=20, choices=[(role.value, role.label) for role in sorted(WITH_STAND_IN)])
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="stand_in_days_in_order"),
            models.CheckConstraint(condition=~Q(absent=F("member")), name="stand_in_is_somebody_else"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True, ended_at__isnull=True)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="stand_in_ended_by_somebody",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_ends",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("absent", "member", "role", "starts_on", "ends_on", "by", "at"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.member} reemplaza a {self.absent}"

    def is_current(self, day: date) -> bool:
        """Return whether it gives its role on that day."""
        is_named = self.ended_at is None and self.starts_on <= day <= self.ends_on
        return is_named and self.role in self.absent.roles and self.absent.is_current(day)

    @property
    def covered_label(self) -> str:
        """Return the role and who is absent, as records say it."""
        return f"{self.get_role_display()} en reemplazo de {self.absent}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference for records."""
        return ObjectRef("stand_in", self.pk, f"{self} ({self.get_role_display()})")


class Office(models.TextChoices):
    """Who acts outside the Group, and has their acts recorded by it."""

    MINISTER_OFFICE = "MINISTER_OFFICE", "Despacho ministerial"
    SPOKESPERSON = "SPOKESPERSON", "Vocería"
    PRESS_OFFICE = "PRESS_OFFICE", "Prensa de Presidencia"
    CITIZEN_RELATIONS = "CITIZEN_RELATIONS", "Relación con el Ciudadano y Secretaría General"
    OTHER = "OTHER", "Otra dependencia o entidad"


class ProofKind(models.TextChoices):
    """What shows that somebody acted."""

    CALL = "CALL", "llamada"
    LETTER = "LETTER", "carta u oficio"
    MAIL = "MAIL", "correo"
    FILE = "FILE", "archivo"
    NUMBER = "NUMBER", "número de radicado"


class Verdict(models.TextChoices):
    """What the person says of an act that was recorded on their behalf."""

    CONFIRMED = "CONFIRMED", "confirmado"
    DISPUTED = "DISPUTED", "no lo reconoce"


ACT_FIELDS = (
    "entity", "subject_kind", "subject_id", "subject_name", "what", "office", "person", "person_name", "acted_at",
    "proof_kind", "proof", "by", "at",
)  # fmt: skip


class ActOnBehalf(models.Model):
    """What somebody outside the Group did, recorded by the Group with its proof, about any object.

    The subject is named by value. `person` is who acted, if they can sign in: they confirm it, or say that they did
    not do it. It is never edited: a wrong one is disputed, or another one is recorded.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(max_length=300)
    what = models.CharField(max_length=500)
    office = models.CharField(max_length=20, choices=Office.choices)
    person = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="acts_of_theirs", null=True)
    person_name = models.CharField(max_length=120)
    acted_at = models.DateTimeField()
    proof_kind = models.CharField(max_length=10, choices=ProofKind.choices)
    proof = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    verdict_at = models.DateTimeField(null=True)
    verdict_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(what__regex=r"\S"), name="act_says_what"),
            models.CheckConstraint(
                condition=Q(verdict="", verdict_at__isnull=True, verdict_reason="")
                | (~Q(verdict="") & Q(verdict_at__isnull=False, person__isnull=False)),
                name="act_verdict_is_of_its_person",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="DISPUTED") | Q(verdict_reason__regex=r"\S"), name="act_disputed_says_why"
            ),
        )
        indexes = (models.Index(fields=["subject_kind", "subject_id"], name="act_of_subject"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_verdict",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*ACT_FIELDS),
            ),
            pgtrigger.Protect(name="one_verdict", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__verdict="")),
        )

    def __str__(self) -> str:
        return f"{self.what} ({self.get_office_display()})"

    @property
    def subject(self) -> ObjectRef:
        """Return the object that it is about."""
        return ObjectRef(self.subject_kind, self.subject_id, self.subject_name)

    @property
    def ref(self) -> ObjectRef:
        """Return the reference for records."""
        return ObjectRef("act", self.pk, f"Acto de {self.get_office_display()}")


class ProofFile(models.Model):
    """The file that proves an act on behalf, with the SHA-256 of its bytes, which records keep."""

    act = models.OneToOneField(ActOnBehalf, on_delete=models.PROTECT, related_name="file")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.name
