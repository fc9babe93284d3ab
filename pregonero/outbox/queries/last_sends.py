"""What each account published last, and whether its network has rejected a post since, for the status page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from pregonero.networks.models import Account
from pregonero.outbox.models import Attempt, Delivery, Outcome
from pregonero.outbox.states import DeliveryState

RECENT = timedelta(days=1)  # a rejection that nobody corrected is reported for this long


@dataclass(frozen=True)
class LastSends:
    """When an account published last, and its last rejection of the last day that is not corrected, if any."""

    published_at: datetime | None
    rejected_at: datetime | None
    reason: str

    @property
    def ends_in_rejection(self) -> bool:
        """Return whether the network rejected a post after the last one that it published."""
        return self.rejected_at is not None and (self.published_at is None or self.published_at < self.rejected_at)


def last_sends(accounts: Collection[Account], *, now: datetime) -> dict[int, LastSends]:
    """Return the last sends of each account by its id, in one query."""
    published = Delivery.objects.filter(account=OuterRef("pk"), published_at__isnull=False).order_by("-published_at")
    rejected = Attempt.objects.filter(
        delivery__account=OuterRef("pk"),
        delivery__state=DeliveryState.REJECTED,
        outcome=Outcome.REJECTED,
        ended_at__gte=now - RECENT,
    ).order_by("-ended_at")
    rows = Account.objects.filter(pk__in=[account.pk for account in accounts]).values_list(
        "pk",
        Subquery(published.values("published_at")[:1]),
        Subquery(rejected.values("ended_at")[:1]),
        Subquery(rejected.values("reason")[:1]),
    )
    return {pk: LastSends(published_at, rejected_at, reason or "") for pk, published_at, rejected_at, reason in rows}
