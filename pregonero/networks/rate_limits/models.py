"""What a network last said of a budget, what we have spent of it ourselves, and what stops the sending for a while."""

from django.db import models
from django.db.models import Q

from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

NETWORK_LENGTH, KEY_LENGTH = 20, 40


class OfNetwork(models.Model):
    """Something of one account, or of all that the entity has on a network (its application): then without account."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    network = models.CharField(max_length=NETWORK_LENGTH)
    account = models.ForeignKey("networks.Account", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        abstract = True


class Quota(OfNetwork):
    """One budget: the network's last word of it, and the limit that a person set.

    `used_since_report` is what we took after a word that does not come with every answer. `warned_window` is the beginning of
    the window in which people were told that it is nearly used up.
    """

    budget = models.CharField(max_length=KEY_LENGTH)
    reported_limit = models.BigIntegerField(null=True)
    reported_remaining = models.BigIntegerField(null=True)
    reported_at = models.DateTimeField(null=True)
    resets_at = models.DateTimeField(null=True)
    used_since_report = models.BigIntegerField(default=0)
    own_limit = models.BigIntegerField(null=True)
    set_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    set_at = models.DateTimeField(null=True)
    warned_window = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "network", "account", "budget"], name="allowance_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(reported_at__isnull=True, reported_remaining__isnull=True)
                | Q(reported_at__isnull=False, reported_remaining__isnull=False),
                name="allowance_told_when",
            ),
            models.CheckConstraint(
                condition=Q(set_at__isnull=True, set_by__isnull=True) | Q(set_at__isnull=False, set_by__isnull=False),
                name="allowance_set_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(own_limit__isnull=True) | Q(own_limit__gte=0, set_at__isnull=False),
                name="allowance_set_is_limit",
            ),
        )

    def __str__(self) -> str:
        return f"{self.network} {self.budget} de {self.account_id or 'la aplicación'}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("allowance", self.pk, str(self))


class UsageBucket(OfNetwork):
    """What we took of a budget in a stretch of its window."""

    budget = models.CharField(max_length=KEY_LENGTH)
    starts_at = models.DateTimeField()
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "network", "account", "budget", "starts_at"], name="spending_once",
                nulls_distinct=False,
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.amount} de {self.network} {self.budget}"


class CostEntry(OfNetwork):
    """How often an account did something at its network on a day in Bogotá, and what it cost in micro-dollars."""

    day = models.DateField()
    kind = models.CharField(max_length=KEY_LENGTH)
    quantity = models.BigIntegerField(default=0)
    micros = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "network", "account", "day", "kind"], name="ledger_line_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.network} {self.kind}: {self.quantity}"


class NetworkSuspension(OfNetwork):
    """A network's refusal that holds an account, or the whole application: why, and until when if anybody knows."""

    code = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "network", "account"], condition=Q(ended_at__isnull=True), name="stop_one_open",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="sending_stop_has_reason"),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.network}: {self.reason}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("sending_stop", self.pk, self.reason)
