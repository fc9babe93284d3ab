"""Entities, people who sign in, their membership in an entity, and notices to them."""

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from pregonero.people.roles import Role
from pregonero.records.actions import Actor, ObjectRef


class Entity(models.Model):
    """A public entity. Every other row carries its own; nobody sees across."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=60)
    initials = models.CharField(max_length=4)
    official_domains = ArrayField(models.CharField(max_length=120), default=list)
    registered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("entity", self.pk, self.name)


class UserManager(BaseUserManager["User"]):
    """Makes users known by their e-mail address, as Django's sign-in machinery expects of a manager."""

    def get_by_natural_key(self, email: str | None) -> "User":
        """Return the user of an address, whatever its case."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """Somebody who signs in, by e-mail; what they may do comes from their memberships."""

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
    """How a member works for the entity: the controls ask for permanent staff in some places."""

    STAFF = "STAFF", "de planta"
    CONTRACTOR = "CONTRACTOR", "contratista"


class Member(models.Model):
    """A person in an entity: their roles, until when, and whether they belong to the Group."""

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
        """Return whether the membership has not ended by that day."""
        return self.ends_on is None or day <= self.ends_on

    @property
    def role_labels(self) -> str:
        """Return the roles as the screen says them."""
        return ", ".join(Role(role).label for role in self.roles)

    @property
    def actor(self) -> Actor:
        """Return how records name this person."""
        return Actor(kind="member", id=self.pk, name=self.name, role=self.role_labels)

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("member", self.pk, self.name)


class Notice(models.Model):
    """Something told to a person, with its receipt (P-1): on the first screen, and by mail where there is a server."""

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
