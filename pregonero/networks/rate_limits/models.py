"""The state of the quotas of networks, our own count of their usage, what calls cost, and suspensions of sending."""

from django.db import models
from django.db.models import Q

from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

NETWORK_LENGTH, KEY_LENGTH = 20, 40


class OfNetwork(models.Model):
    """A row about one account, or, without an account, about the entity's application on a network."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    network = models.CharField(max_length=NETWORK_LENGTH)
    account = models.ForeignKey("networks.Account", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        abstract = True


class Quota(OfNetwork):
    """One quota: the network's last report of it, and the limit that a person set.

    `used_since_report` counts our usage since the report, for networks that do not report the quota in every response.
    `warned_at` is when people were last notified that it is nearly used up.
    """

    quota_key = models.CharField(max_length=KEY_LENGTH)
    reported_limit = models.BigIntegerField(null=True)
    reported_remaining = models.BigIntegerField(null=True)
    reported_at = models.DateTimeField(null=True)
    resets_at = models.DateTimeField(null=True)
    used_since_report = models.BigIntegerField(default=0)
    own_limit = models.BigIntegerField(null=True)
    set_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    set_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "network", "account", "quota_key"], name="quota_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(reported_at__isnull=True, reported_remaining__isnull=True)
                | Q(reported_at__isnull=False, reported_remaining__isnull=False),
                name="quota_report_whole",
            ),
            models.CheckConstraint(
                condition=Q(set_at__isnull=True, set_by__isnull=True) | Q(set_at__isnull=False, set_by__isnull=False),
                name="quota_limit_set_by",
            ),
            models.CheckConstraint(
                condition=Q(own_limit__isnull=True) | Q(own_limit__gte=0, set_at__isnull=False),
                name="quota_limit_set_at",
            ),
        )

    def __str__(self) -> str:
        return f"{self.network} {self.quota_key} de {self.account_id or 'la aplicación'}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("quota", self.pk, str(self))


class UsageBucket(OfNetwork):
    """Our own count of the usage of a quota in one bucket of its window."""

    quota_key = models.CharField(max_length=KEY_LENGTH)
    starts_at = models.DateTimeField()
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "network", "account", "quota_key", "starts_at"],
                name="usage_bucket_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} de {self.network} {self.quota_key}"


class CostEntry(OfNetwork):
    """How many calls of a kind an account made on a day in Bogotá, and what they cost in micro-dollars."""

    day = models.DateField()
    kind = models.CharField(max_length=KEY_LENGTH)
    quantity = models.BigIntegerField(default=0)
    micros = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "network", "account", "day", "kind"], name="cost_entry_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.network} {self.kind}: {self.quantity}"


class NetworkSuspension(OfNetwork):
    """An error of the network that suspends an account or the application: why, and until when (empty: unknown)."""

    code = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "network", "account"],
                condition=Q(ended_at__isnull=True),
                name="suspension_one_open",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="suspension_has_reason"),
        )

    def __str__(self) -> str:
        return f"{self.network}: {self.reason}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("suspension", self.pk, self.reason)
