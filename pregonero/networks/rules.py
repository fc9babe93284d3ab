"""Who may act on an account, and in which state."""

from datetime import datetime

from pregonero.errors import WrongState
from pregonero.networks.models import Account, AccountState
from pregonero.people.models import Member
from pregonero.people.rules import as_question, check_may


def check_in_use(account: Account) -> None:
    """Raise when the account was retired."""
    if account.state == AccountState.RETIRED:
        raise WrongState(f"{account} se retiró del registro el {account.retired_at:%d/%m/%Y}.")


def check_may_edit(member: Member, account: Account, *, now: datetime) -> None:
    """Raise unless the member may edit this account in the register."""
    check_may(member, "accounts.manage", now=now)
    check_in_use(account)


def check_may_connect(member: Member, account: Account, *, now: datetime) -> None:
    """Raise unless the member may connect this account to its network."""
    check_may(member, "accounts.manage", now=now)
    check_in_use(account)


def check_may_disconnect(member: Member, account: Account, *, now: datetime) -> None:
    """Raise unless the member may disconnect this account from its network."""
    check_may(member, "accounts.manage", now=now)
    check_in_use(account)


def check_may_pause(member: Member, account: Account, *, now: datetime) -> None:
    """Raise unless the member may pause this account."""
    check_may(member, "publication.stop", now=now)
    check_in_use(account)
    if account.state == AccountState.PAUSED:
        raise WrongState(f"{account} ya está en pausa.")


def check_may_resume(member: Member, account: Account, *, now: datetime) -> None:
    """Raise unless the member may resume this account."""
    check_may(member, "accounts.manage", now=now)
    check_in_use(account)
    if account.state == AccountState.ACTIVE:
        raise WrongState(f"{account} no está en pausa.")
    if account.held_reason:
        raise WrongState(f"{account} está retenida: {account.held_reason} La coordinación puede liberarla.")
    if account.waits_for_connection:
        raise WrongState(f"{account} espera a que se conecte otra vez; al conectarla se reanuda sola.")


def check_may_retire(member: Member, account: Account, *, now: datetime) -> None:
    """Raise unless the member may retire this account."""
    check_may(member, "accounts.manage", now=now)
    check_in_use(account)


def check_may_test(member: Member, account: Account, *, now: datetime) -> None:
    """Raise unless the member may make the test call of this account."""
    check_may(member, "accounts.test", now=now)
    check_in_use(account)


may_edit = as_question(check_may_edit)
may_pause = as_question(check_may_pause)
may_resume = as_question(check_may_resume)
may_test = as_question(check_may_test)
