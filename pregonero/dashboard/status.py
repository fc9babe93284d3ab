"""The status page: health checks, the last success and failure of each account, and recent incidents."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from pregonero.health.models import Incident
from pregonero.health.queries import recent_incidents
from pregonero.health.runner import CheckResult, run_checks
from pregonero.networks.models import Account, Credential
from pregonero.networks.queries import accounts_of
from pregonero.outbox.models import Attempt, Delivery, Hold, Outcome
from pregonero.outbox.queries.account_stops import AccountStop, StopKind, stops_of
from pregonero.outbox.queries.holds import count_in_flight, hold_on_everything
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import rules

UNDECIDED_LIMIT = 20
STOP_LABELS = {StopKind.PAUSED: "en pausa", StopKind.LOST: "sin conectar", StopKind.THROTTLED: "espera"}


@dataclass(frozen=True)
class AccountHealth:
    """An account's last publication, its last failed attempt, and what keeps it from publishing now."""

    account: Account
    published_at: datetime | None
    trouble_at: datetime | None
    trouble: str
    stop: AccountStop | None
    is_connected: bool

    @property
    def is_well(self) -> bool:
        """Return whether its last attempt succeeded."""
        return self.trouble_at is None or (self.published_at is not None and self.published_at >= self.trouble_at)

    @property
    def word(self) -> str:
        """Return its state in Spanish."""
        if self.stop is not None:
            return STOP_LABELS[self.stop.kind]
        if not self.is_connected:
            return STOP_LABELS[StopKind.LOST]
        return "bien" if self.is_well else "revisar"

    @property
    def sentences(self) -> list[str]:
        """Return why it does not publish now and what waits for it, each sentence once."""
        trouble = "" if self.is_well else self.trouble
        stop = [self.stop.reason, self.stop.waiting_label] if self.stop is not None else []
        return list(dict.fromkeys(filter(None, [*stop, trouble])))


@dataclass(frozen=True)
class Status:
    """The contents of the status page."""

    checks: tuple[CheckResult, ...]  # the failed ones first
    accounts: tuple[AccountHealth, ...]
    undecided: tuple[Delivery, ...]
    in_the_air: int
    stop: Hold | None
    may_stop: bool
    incidents: tuple[Incident, ...]

    @property
    def stopped(self) -> tuple[CheckResult, ...]:
        """Return the checks that tell of something in pause, or held back by a network."""
        return tuple(check for check in self.checks if check.is_stop and check.ok)

    @property
    def failed_checks(self) -> int:
        """Return how many checks failed."""
        return sum(not check.ok for check in self.checks)


def status_of(member: Member, *, now: datetime) -> Status:
    """Return the contents of the status page, with the deliveries of the member's entity only."""
    stop = hold_on_everything(member.entity_id)
    undecided = Delivery.objects.filter(entity=member.entity, state=DeliveryState.NEEDS_PERSON)
    return Status(
        checks=tuple(sorted(run_checks(entity_id=member.entity_id), key=lambda check: (check.ok, not check.is_stop))),
        accounts=tuple(_accounts(member, now)),
        undecided=tuple(undecided.select_related("account").order_by("due_at", "pk")[:UNDECIDED_LIMIT]),
        in_the_air=count_in_flight(member.entity),
        stop=stop,
        may_stop=rules.may_pause_everything(member, stop, now=now),
        incidents=tuple(recent_incidents(now=now)),
    )


def _accounts(member: Member, now: datetime) -> list[AccountHealth]:
    published = Delivery.objects.filter(account=OuterRef("pk"), published_at__isnull=False).order_by("-published_at")
    failed = Attempt.objects.filter(delivery__account=OuterRef("pk"), ended_at__isnull=False)
    failed = failed.exclude(outcome=Outcome.PUBLISHED).order_by("-ended_at")
    annotated = accounts_of(member.entity).annotate(
        last_published_at=Subquery(published.values("published_at")[:1]),
        last_failed_at=Subquery(failed.values("ended_at")[:1]),
        last_reason=Subquery(failed.values("reason")[:1]),
    )
    accounts = list(annotated)
    stops = {stop.account.pk: stop for stop in stops_of(accounts, now=now)}
    connected = set(Credential.objects.filter(account__in=accounts).values_list("account_id", flat=True))
    return [
        AccountHealth(
            account=account,
            published_at=account.last_published_at,
            trouble_at=account.last_failed_at,
            trouble=account.last_reason or "",
            stop=stops.get(account.pk),
            is_connected=account.pk in connected,
        )
        for account in accounts
    ]
