"""«Probar»: one harmless read of the network with an account's own credential, which says who it opens."""

from datetime import datetime

from pregonero.networks import actions, queries, rules
from pregonero.networks.base import Identity, NetworkError
from pregonero.networks.models import Account
from pregonero.networks.oauth_flow import is_same
from pregonero.networks.registry import connector
from pregonero.networks.token_refresh import with_token_refresh
from pregonero.people.models import Member


def try_account(*, account: Account, by: Member, now: datetime) -> Account:
    """Ask the network who an account's credential opens, and keep what it said."""
    rules.check_may_test(by, account, now=now)
    access = queries.credentials_for(account)
    try:
        identity = with_token_refresh(access, connector(account.network).probe)
    except NetworkError as error:
        return actions.keep_test(account=account, passed=False, said=error.reason, by=by, now=now)
    passed = is_same(account, identity)
    return actions.keep_test(account=account, passed=passed, said=_said(account, identity, passed), by=by, now=now)


def _said(account: Account, identity: Identity, passed: bool) -> str:
    handle = identity.handle.removeprefix("@")
    who = f"@{handle} ({identity.name})" if identity.name else f"@{handle}"
    if not passed:
        return f"Abre {who}, que no es la cuenta registrada (@{account.handle})."
    if handle.casefold() != account.handle.casefold():
        return f"Abre la cuenta registrada, que en la red ahora se llama {who}: corrige el registro."
    return f"Abre {who}, la cuenta registrada."
