"""Tokens renewed ahead of their end, and when a network no longer takes one: once, by one process at a time (rule 5).

A blip is not an end: only the network's own word that an authorisation is over pauses the account. Where a network
turns its refresh token, a process that dies between receiving the new one and keeping it leaves an account that has
to be connected again; the next attempt finds that out, says so once, and stops.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from pregonero.deadlines import boottime
from pregonero.errors import Refused
from pregonero.networks import actions, oauth, oauth_flow
from pregonero.networks.auth_config import Consent, Tokens
from pregonero.networks.base import ApiCredentials, NetworkError, Permanent, Transient, Unauthorized
from pregonero.networks.models import Account
from pregonero.networks.registry import auth_config_of, connector

log = structlog.get_logger(__name__)
T = TypeVar("T")
HELD_SECONDS, AGAIN_SECONDS = 60.0, 0.5
BUSY_SECONDS = 5.0


def with_token_refresh(access: ApiCredentials, call: Callable[[ApiCredentials], T]) -> T:
    """Make a call; when the network refuses the token, which took nothing, renew it once and make the call again."""
    try:
        return call(access)
    except Unauthorized as error:
        fresh = refreshed_credentials(access, error)
        if fresh is None:
            raise
    return call(replace(fresh, until=access.until, seconds=access.seconds))


def refreshed_credentials(access: ApiCredentials, error: Unauthorized) -> ApiCredentials | None:
    """Return a good access in the place of one that the network refused; None when there is none to be had.

    Raises `Transient` while it cannot be known yet. An authorisation that is over pauses the account.
    """
    if not access.account_id:
        return None
    hold = actions.lease_refresh(account_id=access.account_id, used=access.token, now=timezone.now())
    if hold is None:
        return None
    if hold.is_fresh:
        return hold.access
    if hold.is_busy:
        raise Transient("Se está renovando la autorización.", code="renewing", retry_after=BUSY_SECONDS) from error
    if not hold.refresh:
        return _without_refresh(hold, error)
    return _renew(hold)


def refresh_account_token(account_id: int) -> None:
    """Renew an account's token ahead of its end."""
    hold = actions.lease_refresh(account_id=account_id, now=timezone.now())
    if hold is None or hold.is_busy or not hold.refresh:
        return
    try:
        _renew(hold)
    except NetworkError as error:
        log.warning("account.not_renewed", account=account_id, code=error.code)


def _renew(hold: actions.RefreshLease) -> ApiCredentials | None:
    account_id, generation = hold.access.account_id, hold.generation
    account = Account.objects.select_related("entity").get(pk=account_id)
    now = timezone.now()
    try:
        tokens = _ask(account, hold.refresh)
    except Unauthorized as error:
        actions.lose_connection(account_id=account_id, generation=generation, reason=error.reason, now=now)
        return None
    except NetworkError as error:
        actions.record_refresh_problem(account_id=account_id, generation=generation, error=error, now=timezone.now())
        raise Transient(error.reason, code=error.code, retry_after=BUSY_SECONDS) from error
    ends = oauth_flow.ends_at(tokens, now)
    # First of all: where the refresh token turns, this process alone knows the new one.
    keep = partial(
        actions.store_refreshed_token, account_id=account_id, generation=generation, token=tokens.access,
        refresh=tokens.refresh, expires_at=ends, now=now,
    )  # fmt: skip
    fresh = _kept(keep)
    log.info("account.renewed", account=account_id)
    return fresh


def _ask(account: Account, refresh: str) -> Tokens:
    way = auth_config_of(account.network)
    if not isinstance(way, Consent):
        raise Permanent(f"{account} no se renueva: se conecta con una contraseña.", code="password")
    try:
        client = oauth_flow.client_of(account)
    except Refused as refusal:
        raise Permanent(refusal.message, code="application") from refusal
    return oauth.renew(way, oauth_flow.token_endpoint_credentials(account), client, refresh)


def _without_refresh(hold: actions.RefreshLease, error: Unauthorized) -> ApiCredentials | None:
    """Ask once more, harmlessly, before believing that an authorisation which cannot be renewed is over."""
    account_id, generation, now = hold.access.account_id, hold.generation, timezone.now()
    network = Account.objects.values_list("network", flat=True).get(pk=account_id)
    try:
        connector(network).probe(hold.access)
    except Unauthorized as again:
        actions.lose_connection(account_id=account_id, generation=generation, reason=again.reason, now=now)
        return None
    except NetworkError as unsure:
        actions.release_refresh(account_id=account_id, generation=generation)
        raise Transient(error.reason, code=error.code, retry_after=BUSY_SECONDS) from unsure
    actions.release_refresh(account_id=account_id, generation=generation)
    return None


def _kept(keep: Callable[[], ApiCredentials | None]) -> ApiCredentials | None:
    """Keep what the network gave, also when the database is away just then."""
    until = boottime() + HELD_SECONDS
    while True:
        try:
            return keep()
        except (OperationalError, InterfaceError):
            if boottime() > until:
                raise
            log.warning("account.renewal_waits")
            connection.close()
            time.sleep(AGAIN_SECONDS)
