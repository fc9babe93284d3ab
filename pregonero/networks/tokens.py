"""Signing in and refreshing the tokens of accounts, by one process at a time; revoking what is no longer used.

A credential that the network refused is not tried again until it changes: the refusal is in the database (`LOST`), and
in the memory of the process that received it, for the calls that it has claimed already.
Only the network's own answer that an authorisation has ended pauses the account; a lost connection does not. Some
networks replace the refresh token at each use: if the process dies before the new one is stored, the account has to be
connected again, and the next refresh finds that out.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from pregonero.deadlines import boottime
from pregonero.errors import Refused
from pregonero.networks import oauth, queries
from pregonero.networks.actions.credentials import record_lost_authorization
from pregonero.networks.actions.tokens import (
    RefreshLease,
    Revocation,
    get_revocation,
    lease_refresh,
    record_refresh_problem,
    record_revocation,
    release_refresh,
    store_refreshed_token,
)
from pregonero.networks.base import ApiCredentials, NetworkError, Permanent, Transient, Unauthorized, Unknown
from pregonero.networks.models import Account
from pregonero.networks.oauth import AppPassword, OAuthConfig, Tokens
from pregonero.networks.registry import auth_config_of, connector

log = structlog.get_logger(__name__)
T = TypeVar("T")
STORE_SECONDS, STORE_RETRY_SECONDS = 60.0, 0.5  # how long to retry storing a new token while the database is down
SIGN_IN_WAIT_SECONDS, SIGN_IN_POLL_SECONDS = 10.0, 0.25  # how long to wait for the sign-in of another process
BUSY_SECONDS = 5.0


@dataclass(frozen=True)
class _Refusal:
    """The last credential of an account that the network refused to this process."""

    generation: int
    token_digest: str
    reason: str
    at_sign_in: bool  # final; the refusal of another call may concern that call alone, and is confirmed first


_REFUSED: dict[int, _Refusal] = {}  # by account


class RevocationPostponed(RuntimeError):
    """The network did not answer: the job runs again later."""


def with_token_refresh(credentials: ApiCredentials, call: Callable[[ApiCredentials], T]) -> T:
    """Make a call; when the network refuses its token, which has no effect, refresh the token and call again once.

    A token that was refused to this process already is refreshed without making the call.
    """
    try:
        _check_not_refused(credentials)
        return call(credentials)
    except Unauthorized as error:
        _remember_refusal(credentials, error, at_sign_in=False)
        refreshed = refreshed_credentials(credentials, error)
        if refreshed is None:
            raise
    return call(replace(refreshed, until=credentials.until, seconds=credentials.seconds))


def refreshed_credentials(credentials: ApiCredentials, error: Unauthorized) -> ApiCredentials | None:
    """Return credentials with a new token for those that the network refused with `error`; None when there are none.

    Raises `Transient` while another process refreshes the token. An authorisation that has ended pauses the account.
    """
    if not credentials.generation:
        return None
    lease = lease_refresh(
        account_id=credentials.account_id, refused_generation=credentials.generation, now=timezone.now()
    )
    if lease is None:
        return None
    if lease.is_refreshed:
        return lease.credentials
    if lease.is_busy:
        reason = lease.problem or "Se está renovando la autorización."
        raise Transient(reason, code="renewing", retry_after=BUSY_SECONDS) from error
    if not lease.refresh_token:
        return _confirm_refusal(lease, error)
    return _refresh(lease)


def sign_in_once(credentials: ApiCredentials, sign_in: Callable[[], T]) -> T:
    """Sign in with a stored password: one process at a time, and never with one that the network has refused.

    Raises `Unauthorized` without signing in when the password was refused or replaced, and `Transient` when another
    process takes long to sign in. A refusal pauses the account. A password that is not stored is always tried: a
    person has just typed it.
    """
    if not credentials.generation:
        return sign_in()
    _check_not_refused(credentials, at_sign_in=True)
    account_id, generation = credentials.account_id, credentials.generation
    try:
        _wait_for_sign_in(credentials)
    except (OperationalError, InterfaceError) as error:
        connection.close()
        raise Transient("La base de datos no responde.", code="no_database", retry_after=BUSY_SECONDS) from error
    now = timezone.now()
    end_lease: Callable[[], object] = partial(release_refresh, account_id=account_id, generation=generation)
    try:
        return sign_in()
    except Unauthorized as error:
        _remember_refusal(credentials, error, at_sign_in=True)
        end_lease = partial(
            record_lost_authorization, account_id=account_id, generation=generation, reason=error.reason, now=now
        )
        raise
    finally:
        try:
            end_lease()
        except (OperationalError, InterfaceError):
            log.warning("account.sign_in_not_recorded", account=account_id)  # the lease ends by itself
            connection.close()


def _wait_for_sign_in(credentials: ApiCredentials) -> None:
    """Wait until this process has the lease of the account's sign-in. Raises `Unauthorized` and `Transient`."""
    until = boottime() + SIGN_IN_WAIT_SECONDS
    while True:
        lease = lease_refresh(account_id=credentials.account_id, now=timezone.now())
        if lease is None:
            raise Unauthorized("La red ya no acepta la autorización de esta cuenta.", code="refused_before")
        if lease.generation != credentials.generation:
            if not lease.is_busy:
                release_refresh(account_id=credentials.account_id, generation=lease.generation)
            raise Unauthorized("La autorización de esta cuenta cambió.", code="replaced")
        if not lease.is_busy:
            return
        if boottime() > until:
            raise Transient("Se está renovando la autorización.", code="renewing", retry_after=BUSY_SECONDS)
        time.sleep(SIGN_IN_POLL_SECONDS)


def _check_not_refused(credentials: ApiCredentials, *, at_sign_in: bool = False) -> None:
    """Raise `Unauthorized` when this process knows that the network refuses the credential."""
    refusal = _REFUSED.get(credentials.account_id)
    if refusal is None or refusal.generation != credentials.generation:
        return
    if refusal.token_digest == _digest(credentials) and (refusal.at_sign_in or not at_sign_in):
        raise Unauthorized(refusal.reason, code="refused_before")


def _remember_refusal(credentials: ApiCredentials, error: Unauthorized, *, at_sign_in: bool) -> None:
    known = _REFUSED.get(credentials.account_id)
    is_newer = known is None or known.generation < credentials.generation
    if credentials.generation and (is_newer or at_sign_in):
        refusal = _Refusal(credentials.generation, _digest(credentials), error.reason, at_sign_in)
        _REFUSED[credentials.account_id] = refusal


def _digest(credentials: ApiCredentials) -> str:
    return hashlib.sha256(credentials.token.encode()).hexdigest()


def refresh_account_token(account_id: int) -> None:
    """Refresh an account's token before it expires."""
    lease = lease_refresh(account_id=account_id, now=timezone.now())
    if lease is None or lease.is_busy or not lease.refresh_token:
        return
    try:
        _refresh(lease)
    except NetworkError as error:
        log.warning("account.token_not_refreshed", account=account_id, code=error.code)


def _refresh(lease: RefreshLease) -> ApiCredentials | None:
    account_id, generation = lease.credentials.account_id, lease.generation
    account = Account.objects.select_related("entity").get(pk=account_id)
    now = timezone.now()
    try:
        tokens = _request_tokens(account, lease.refresh_token)
    except Unauthorized as error:
        record_lost_authorization(account_id=account_id, generation=generation, reason=error.reason, now=now)
        return None
    except NetworkError as error:
        record_refresh_problem(account_id=account_id, generation=generation, error=error, now=timezone.now())
        raise Transient(error.reason, code=error.code, retry_after=BUSY_SECONDS) from error
    # Stored before anything else: a network that replaces the refresh token gave the new one to this process alone.
    refreshed = _retry_while_database_is_down(
        partial(
            store_refreshed_token,
            account_id=account_id,
            generation=generation,
            token=tokens.access,
            refresh=tokens.refresh,
            expires_at=tokens.expires_at(now),
            now=now,
        )
    )
    log.info("account.token_refreshed", account=account_id)
    return refreshed


def _request_tokens(account: Account, refresh_token: str) -> Tokens:
    config = auth_config_of(account.network)
    if not isinstance(config, OAuthConfig):
        raise Permanent(f"{account} no se renueva: se conecta con una contraseña.", code="password")
    try:
        client = queries.client_of(account)
    except Refused as refusal:
        raise Permanent(refusal.message, code="application") from refusal
    return oauth.refresh_tokens(config, queries.token_endpoint_credentials(account), client, refresh_token)


def _confirm_refusal(lease: RefreshLease, error: Unauthorized) -> ApiCredentials | None:
    """Make one harmless read before an authorisation without a refresh token is recorded as lost. Returns None."""
    account_id, generation, now = lease.credentials.account_id, lease.generation, timezone.now()
    network = Account.objects.values_list("network", flat=True).get(pk=account_id)
    try:
        connector(network).probe(replace(lease.credentials, generation=0))  # this process has the lease already
    except Unauthorized as second_refusal:
        record_lost_authorization(account_id=account_id, generation=generation, reason=second_refusal.reason, now=now)
        return None
    except NetworkError as uncertain:
        release_refresh(account_id=account_id, generation=generation)
        raise Transient(error.reason, code=error.code, retry_after=BUSY_SECONDS) from uncertain
    _REFUSED.pop(account_id, None)
    release_refresh(account_id=account_id, generation=generation)
    return None


def _retry_while_database_is_down(store: Callable[[], ApiCredentials | None]) -> ApiCredentials | None:
    """Store a new token, and try again for `STORE_SECONDS` while the database does not answer."""
    until = boottime() + STORE_SECONDS
    while True:
        try:
            return store()
        except (OperationalError, InterfaceError):
            if boottime() > until:
                raise
            log.warning("account.token_not_stored_yet")
            connection.close()
            time.sleep(STORE_RETRY_SECONDS)


def revoke_credential(revocation_id: int) -> None:
    """Revoke at the network a credential that is no longer used. Raises `RevocationPostponed` when it cannot yet."""
    revocation = get_revocation(revocation_id=revocation_id)
    if revocation is None:
        return
    confirmed = True
    try:
        _revoke(revocation)
    except (Transient, Unknown) as error:
        raise RevocationPostponed(error.code) from None
    except Unauthorized:
        confirmed = True  # the network does not know the token: it is revoked already
    except (NetworkError, Refused) as error:
        log.warning("account.token_not_revoked", account=revocation.account.pk, code=error.code)
        confirmed = False
    record_revocation(revocation_id=revocation_id, confirmed=confirmed, now=timezone.now())


def _revoke(revocation: Revocation) -> None:
    account = revocation.account
    config = auth_config_of(account.network)
    if isinstance(config, AppPassword):
        if config.close is not None:
            config.close(revocation.credentials)
        return
    client, endpoint = queries.client_of(account), queries.token_endpoint_credentials(account)
    oauth.revoke_token(config, endpoint, client, revocation.refresh_token or revocation.credentials.token)
