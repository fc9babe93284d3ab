"""Estado del sistema: what `pregonero doctor` says, each account's last success and trouble, and what befell it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from pregonero.health.models import Incident
from pregonero.health.queries import recent_incidents
from pregonero.health.runner import CheckResult, run_checks
from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of, register_entries
from pregonero.outbox.models import Attempt, Delivery, Hold, Outcome
from pregonero.outbox.queries.holds import count_in_flight, hold_on_everything
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import rules

MOST = 20
HOW = {"paused": "en pausa", "lost": "sin conectar", "disconnected": "sin conectar"}


@dataclass(frozen=True)
class AccountHealth:
    """An account's last success, and its last trouble when nothing went well since."""

    account: Account
    published_at: datetime | None
    trouble_at: datetime | None
    trouble: str
    state: str  # as the register says it: "active", "paused", "lost", "disconnected"

    @property
    def is_well(self) -> bool:
        """Return whether its last call went well."""
        return self.trouble_at is None or (self.published_at is not None and self.published_at >= self.trouble_at)

    @property
    def word(self) -> str:
        """Return how it is, in a word or two."""
        return HOW.get(self.state) or ("bien" if self.is_well else "mirar")


@dataclass(frozen=True)
class Status:
    """How the system is."""

    checks: tuple[CheckResult, ...]  # the failed ones first
    accounts: tuple[AccountHealth, ...]
    undecided: tuple[Delivery, ...]
    in_the_air: int
    stop: Hold | None
    may_stop: bool
    incidents: tuple[Incident, ...]

    @property
    def wanting(self) -> int:
        """Return how many things need somebody."""
        return sum(not check.ok for check in self.checks)


def status_of(member: Member, *, now: datetime) -> Status:
    """Return how the system is, with the deliveries of the person's own entity only."""
    stop = hold_on_everything(member.entity_id)
    undecided = Delivery.objects.filter(entity=member.entity, state=DeliveryState.NEEDS_PERSON)
    return Status(
        checks=tuple(sorted(run_checks(entity_id=member.entity_id), key=lambda check: check.ok)),
        accounts=tuple(_accounts(member)),
        undecided=tuple(undecided.select_related("account").order_by("due_at", "pk")[:MOST]),
        in_the_air=count_in_flight(member.entity),
        stop=stop,
        may_stop=rules.may_pause_everything(member, stop, now=now),
        incidents=tuple(recent_incidents(now=now)),
    )


def _accounts(member: Member) -> list[AccountHealth]:
    out = Delivery.objects.filter(account=OuterRef("pk"), published_at__isnull=False).order_by("-published_at")
    wrong = Attempt.objects.filter(delivery__account=OuterRef("pk"), ended_at__isnull=False)
    wrong = wrong.exclude(outcome=Outcome.PUBLISHED).order_by("-ended_at")
    accounts = accounts_of(member.entity).annotate(
        out_at=Subquery(out.values("published_at")[:1]),
        wrong_at=Subquery(wrong.values("ended_at")[:1]),
        wrong_why=Subquery(wrong.values("reason")[:1]),
    )
    states = {line.account.pk: line.state for line in register_entries(member.entity)}
    return [AccountHealth(each, each.out_at, each.wrong_at, each.wrong_why or "", states[each.pk]) for each in accounts]
