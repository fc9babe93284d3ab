"""The status page: one line about the installation, what is wrong with its remedy, accounts and incidents."""

from dataclasses import dataclass
from datetime import datetime

from pregonero.health.models import Incident
from pregonero.health.queries import recent_incidents
from pregonero.health.runner import Area, CheckResult, Level, Summary, problems_of, run_checks, summary_of
from pregonero.networks.models import Account, Credential
from pregonero.networks.queries import accounts_of
from pregonero.outbox.queries.account_stops import AccountStop, StopKind, stops_of
from pregonero.outbox.queries.holds import count_in_flight, hold_on_everything
from pregonero.outbox.queries.last_sends import LastSends, last_sends
from pregonero.people.models import Member
from pregonero.publishing import rules


@dataclass(frozen=True)
class AccountHealth:
    """An account, its last publication, and what keeps it from publishing now."""

    account: Account
    sends: LastSends
    stop: AccountStop | None
    is_connected: bool

    @property
    def state(self) -> tuple[str, str]:
        """Return the account's state in Spanish, and the name of its colour."""
        if self.stop is not None or not self.is_connected:
            kind = self.stop.kind if self.stop else StopKind.LOST
            return kind.word, kind.tint
        return ("revisar", "wait") if self.sends.ends_in_rejection else ("bien", "ok")


@dataclass(frozen=True)
class Status:
    """The contents of the status page."""

    summary: Summary
    problems: tuple[CheckResult, ...]  # the worst first
    good: tuple[tuple[Area, tuple[CheckResult, ...]], ...]
    accounts: tuple[AccountHealth, ...]
    in_flight: int
    may_stop: bool
    incidents: tuple[Incident, ...]


def status_of(member: Member, *, now: datetime) -> Status:
    """Return the contents of the status page, with the deliveries of the member's entity only."""
    checks = run_checks(entity_id=member.entity_id)
    good = [check for check in checks if check.level == Level.GOOD]
    by_area = [(area, tuple(check for check in good if check.area == area)) for area in Area]
    return Status(
        summary=summary_of(checks),
        problems=tuple(problems_of(checks)),
        good=tuple((area, results) for area, results in by_area if results),
        accounts=tuple(_accounts(member, now)),
        in_flight=count_in_flight(member.entity),
        may_stop=rules.may_pause_everything(member, hold_on_everything(member.entity_id), now=now),
        incidents=tuple(recent_incidents(now=now)),
    )


def _accounts(member: Member, now: datetime) -> list[AccountHealth]:
    accounts = list(accounts_of(member.entity))
    sends = last_sends(accounts, now=now)
    stops = {stop.account.pk: stop for stop in stops_of(accounts, now=now)}
    connected = set(Credential.objects.filter(account__in=accounts).values_list("account_id", flat=True))
    return [
        AccountHealth(account, sends[account.pk], stops.get(account.pk), is_connected=account.pk in connected)
        for account in accounts
    ]
