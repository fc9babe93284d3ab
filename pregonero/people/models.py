"""Entities, users, their memberships in entities, and notices to members."""

from datetime import date

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from pregonero.people.roles import Role
from pregonero.records.actions import Actor, ObjectRef


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

    @property
    def role_labels(self) -> str:
        """Return the Spanish names of the roles, separated by commas."""
        return ", ".join(Role(role).label for role in self.roles)

    @property
    def actor(self) -> Actor:
        """Return the actor for records."""
        return Actor(kind="member", id=self.pk, name=self.name, role=self.role_labels)

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
