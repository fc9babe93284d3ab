"""What keeps an account from publishing now: a pause, a lost connection, or its network's limits (rules 6, 9, 10)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count
from django.utils import timezone

from pregonero.networks.models import Account, AccountState, Credential, CredentialState
from pregonero.networks.rate_limits.queries import suspended_accounts
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import WAITING

THROTTLED = "limit:"
"""Prefix of the reason code of a delivery that waits for a limit of its network."""

NOT_CONNECTED = "Falta autorizarla en la red."


class StopKind(StrEnum):
    """Why an account does not publish now; the first that applies."""

    LOST = "lost"  # its network refuses its credential, or it has none
    PAUSED = "paused"  # a person paused it
    THROTTLED = "throttled"  # its network asked to wait, or a limit is used up

    @property
    def tint(self) -> str:
        """Return the name of the colour of an account that is stopped for this reason."""
        return _STATES[self][0]

    @property
    def word(self) -> str:
        """Return the state of an account that is stopped for this reason, in Spanish."""
        return _STATES[self][1]


_STATES = {
    StopKind.LOST: ("bad", "sin conectar"),
    StopKind.PAUSED: ("hold", "en pausa"),
    StopKind.THROTTLED: ("wait", "espera"),
}


@dataclass(frozen=True)
class AccountStop:
    """An account that does not publish now: why, until when (None: until a person acts), and what waits for it."""

    account: Account
    kind: StopKind
    reason: str
    until: datetime | None
    publications: int  # that wait for the account

    @property
    def title(self) -> str:
        """Return the stop as a Spanish sentence about the account."""
        if self.kind == StopKind.LOST:
            return f"{self.account} no está conectada."
        if self.kind == StopKind.PAUSED:
            return f"{self.account} está en pausa."
        return f"{self.account} espera a su red{self._until()}."

    @property
    def label(self) -> str:
        """Return in a few Spanish words what a delivery on the account waits for."""
        if self.kind == StopKind.LOST:
            return "espera a que se conecte otra vez"
        if self.kind == StopKind.PAUSED:
            return "en pausa: saldrá cuando se reanude"
        return f"espera a la red{self._until()}"

    @property
    def waiting_label(self) -> str:
        """Return in Spanish how many publications wait for the account; nothing when none does."""
        if not self.publications:
            return ""
        return "Una publicación espera." if self.publications == 1 else f"{self.publications} publicaciones esperan."

    def _until(self) -> str:
        if self.until is None:
            return ""
        local = timezone.localtime(self.until)
        day = "" if local.date() == timezone.localdate() else f" del {local:%d/%m}"
        return f" hasta las {local:%H:%M}{day}"


def account_stops(*, entity_id: int | None, now: datetime) -> list[AccountStop]:
    """Return the stopped accounts of an entity, or of all, in the register's order, in five queries."""
    accounts = Account.objects.exclude(state=AccountState.RETIRED).order_by("pk")
    if entity_id is not None:
        accounts = accounts.filter(entity_id=entity_id)
    return stops_of(list(accounts), now=now)


def stops_of(accounts: Collection[Account], *, now: datetime) -> list[AccountStop]:
    """Return those of the accounts that are stopped, in their order."""
    lost, limits = _lost(accounts), _limits(accounts, now)
    counts = _counts(accounts, limits)
    stops = []
    for account in accounts:
        count = counts.get(account.pk, 0)
        if account.pk in lost and (lost[account.pk] or count):
            reason = lost[account.pk] or NOT_CONNECTED
            stops.append(AccountStop(account, StopKind.LOST, reason, None, count))
        elif account.state == AccountState.PAUSED:
            stops.append(AccountStop(account, StopKind.PAUSED, account.paused_reason, None, count))
        elif account.pk in limits:
            reason, until = limits[account.pk]
            stops.append(AccountStop(account, StopKind.THROTTLED, reason, until, count))
    return stops


def _lost(accounts: Collection[Account]) -> dict[int, str]:
    """Return why each account without a valid credential has none; an empty reason when it was never connected."""
    credentials = Credential.objects.filter(account__in=accounts)
    known = {
        account_id: (state, problem)
        for account_id, state, problem in credentials.values_list("account_id", "state", "problem")
    }
    good = {pk for pk, (state, _) in known.items() if state == CredentialState.GOOD}
    return {account.pk: known.get(account.pk, ("", ""))[1] for account in accounts if account.pk not in good}


def _limits(accounts: Collection[Account], now: datetime) -> dict[int, tuple[str, datetime | None]]:
    """Return, for each account that its network or a limit makes wait, why and until when."""
    throttled = Delivery.objects.filter(
        account__in=accounts, state__in=WAITING, ready_at__gt=now, reason_code__startswith=THROTTLED
    )
    first = throttled.order_by("account_id", "ready_at").distinct("account_id")
    limits = {row[0]: row[1:] for row in first.values_list("account_id", "reason", "ready_at")}
    suspensions = suspended_accounts(accounts, now=now)
    return limits | {pk: (suspension.reason, suspension.until) for pk, suspension in suspensions.items()}


def _counts(accounts: Collection[Account], limits: Mapping[int, tuple[str, datetime | None]]) -> dict[int, int]:
    """Return how many publications wait on each account; where a limit has an end, those that are due by then."""
    waiting = Delivery.objects.filter(account__in=accounts, state__in=WAITING)
    for pk, (_, until) in limits.items():
        if until is not None:
            waiting = waiting.exclude(account_id=pk, due_at__gt=until)
    counts = waiting.order_by().values_list("account_id").annotate(Count("subject_id", distinct=True))
    return dict(counts)
