"""Leases of token refreshes, the tokens that they bring, and the revocation of credentials that are not used."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from pregonero.errors import WrongState
from pregonero.networks import queries, rules
from pregonero.networks.actions.credentials import enqueue_revocation, notify_account_managers, store_secret
from pregonero.networks.base import ApiCredentials, NetworkError, Permanent, Transient
from pregonero.networks.models import Account, AccountState, Credential, CredentialState, PendingRevocation
from pregonero.networks.oauth import AppPassword
from pregonero.networks.registry import auth_config_of
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import PERMISSIONS
from pregonero.records.actions import SYSTEM, record

LEASE = timedelta(seconds=90)  # longer than any call
RETRY_MIN, RETRY_MAX = timedelta(minutes=1), timedelta(hours=1)  # between two refreshes ahead of time that fail
REFUSED_RETRY = timedelta(seconds=5)  # between two refreshes that fail, of a token that the network refuses
REVOCATION_PERIOD = timedelta(days=3)  # how long a revocation is attempted


@dataclass(frozen=True)
class RefreshLease:
    """The result of `lease_refresh`: this process may sign in or refresh, unless one of the two flags is set."""

    credentials: ApiCredentials = field(repr=False)
    generation: int
    refresh_token: str = field(repr=False)
    is_refreshed: bool = False  # the refused credential was replaced meanwhile: `credentials` has the new one
    is_busy: bool = False  # another process has the lease, or a refresh has just failed
    problem: str = ""  # why the last refresh failed, in Spanish


@transaction.atomic(durable=True)
def lease_refresh(*, account_id: int, now: datetime, refused_generation: int = 0) -> RefreshLease | None:
    """Lease the refresh of an account's token, or the sign-in with its password, to one process.

    `refused_generation` is the credential that the network refused, if it did. Returns None when there is nothing to
    refresh: the account is disconnected or retired, or the network has refused its credential for good.
    """
    account = Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=account_id)
    credential = (
        Credential.objects.select_for_update(no_key=True, of=("self",))
        .filter(account=account, state=CredentialState.GOOD)
        .first()
    )
    if credential is None or account.state == AccountState.RETIRED:
        return None
    credentials, refresh_token = queries.open_credential(account, credential)
    lease = RefreshLease(credentials, credential.generation, refresh_token)
    if refused_generation and credential.generation != refused_generation:
        return replace(lease, is_refreshed=True)
    is_leased = credential.refresh_leased_until is not None and credential.refresh_leased_until > now
    is_too_soon = credential.retry_refresh_at is not None and credential.retry_refresh_at > now
    if is_leased or (refused_generation and is_too_soon):
        return replace(lease, is_busy=True, problem=credential.problem)
    credential.refresh_leased_until = now + LEASE
    credential.save(update_fields=["refresh_leased_until"])
    return lease


@transaction.atomic(durable=True)
def store_refreshed_token(
    *, account_id: int, generation: int, token: str, refresh: str, expires_at: datetime | None, now: datetime
) -> ApiCredentials | None:
    """Store a new token and return its credentials; None when the account has a newer credential.

    An empty `refresh` means that the network did not replace the refresh token: the old one remains.
    """
    account = Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=account_id)
    credential = (
        Credential.objects.select_for_update(no_key=True, of=("self",))
        .filter(account=account, generation=generation)
        .first()
    )
    if credential is None:
        return None
    _, old_refresh = queries.open_credential(account, credential)
    store_secret(credential, token=token, refresh=refresh or old_refresh, expires_at=expires_at, now=now)
    credential.save()
    record(
        entity_id=account.entity_id,
        event_type="account.renewed",
        actor=SYSTEM,
        ref=account.ref,
        at=now,
        facts={"expires_at": expires_at.isoformat() if expires_at else None},
    )
    return queries.open_credential(account, credential)[0]


@transaction.atomic(durable=True)
def release_refresh(*, account_id: int, generation: int) -> None:
    """Release the lease of a refresh or sign-in that is over."""
    Credential.objects.filter(account_id=account_id, generation=generation).update(refresh_leased_until=None)


@transaction.atomic(durable=True)
def record_refresh_problem(*, account_id: int, generation: int, error: NetworkError, now: datetime) -> None:
    """Record that a refresh failed though the authorisation has not ended, and when to try again.

    A `Permanent` error concerns the entity's application (its secret, its permissions): the account managers are
    notified.
    """
    account = Account.objects.select_for_update(no_key=True, of=("self",)).select_related("entity").get(pk=account_id)
    credential = (
        Credential.objects.select_for_update(no_key=True, of=("self",))
        .filter(account=account, generation=generation)
        .first()
    )
    if credential is None or credential.state == CredentialState.LOST:
        return
    since = credential.problem_at or now
    credential.problem, credential.problem_at = error.reason[:300], since
    if isinstance(error, Permanent):
        credential.refresh_at = credential.retry_refresh_at = now + RETRY_MAX
    else:
        requested = timedelta(seconds=(error.retry_after or 0) if isinstance(error, Transient) else RETRY_MAX.seconds)
        credential.refresh_at = now + max(requested, min(RETRY_MAX, max(RETRY_MIN, (now - since) / 2)))
        credential.retry_refresh_at = now + REFUSED_RETRY
    credential.refresh_leased_until = None
    credential.save(update_fields=["problem", "problem_at", "refresh_at", "retry_refresh_at", "refresh_leased_until"])
    if isinstance(error, Permanent):
        is_about_application = error.code == "application"  # connecting the account again would change nothing
        network = account.get_network_display()
        title = (
            f"Revisa la aplicación de la entidad en {network}" if is_about_application else f"No se renovó {account}"
        )
        notify_account_managers(
            account,
            kind=f"account.unrenewed:{generation}",
            reason=error.reason,
            now=now,
            title=title,
            page="networks:application" if is_about_application else "networks:account",
        )


@dataclass(frozen=True)
class Revocation:
    """A credential to be revoked at its network, with its refresh token if it has one."""

    account: Account
    credentials: ApiCredentials = field(repr=False)
    refresh_token: str = field(repr=False)


@transaction.atomic(durable=True)
def disconnect_account(*, account: Account, by: Member, now: datetime) -> Account:
    """Remove the credential of an account; its deliveries wait until a person connects it again."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_disconnect(by, account, now=now)
    if not remove_credential(account, now=now):
        raise WrongState(f"{account} no está conectada.")
    record(entity_id=account.entity_id, event_type="account.disconnected", actor=by.actor, ref=account.ref, at=now)
    return account


def remove_credential(account: Account, *, now: datetime) -> bool:
    """Delete an account's credential, inside the caller's transaction, and enqueue its revocation at the network.

    Returns False when the account had none.
    """
    credential = Credential.objects.filter(account=account).first()
    if credential is None:
        return False
    enqueue_revocation(account, bytes(credential.encrypted), now)
    credential.delete()
    return True


@transaction.atomic(durable=True)
def get_revocation(*, revocation_id: int) -> Revocation | None:
    """Return a pending revocation; None when it is done, or when it would also revoke a credential in use."""
    pending = PendingRevocation.objects.select_related("account").filter(pk=revocation_id).first()
    if pending is None:
        return None
    if revokes_all(pending.account.network) and _is_in_use(pending.account):
        pending.delete()
        return None
    return Revocation(pending.account, *queries.open_credential(pending.account, pending))


def revokes_all(network: str) -> bool:
    """Return whether revoking a credential also revokes the one that took its place."""
    config = auth_config_of(network)
    return isinstance(config, AppPassword) or config.revokes_all


def _is_in_use(account: Account) -> bool:
    """Return whether the same account was connected again, in this row of the register or in another one."""
    same = Account.objects.filter(
        entity_id=account.entity_id, network=account.network, server=account.server, remote_id=account.remote_id
    ).exclude(remote_id="")
    return Credential.objects.filter(account__in=same).exists()


@transaction.atomic(durable=True)
def record_revocation(*, revocation_id: int, confirmed: bool, now: datetime) -> None:
    """Delete a pending revocation and record its result; notify the account managers when it was not confirmed."""
    pending = PendingRevocation.objects.select_for_update(no_key=True, of=("self",)).filter(pk=revocation_id).first()
    if pending is not None:
        _finish_revocation(pending, confirmed=confirmed, now=now)


@transaction.atomic(durable=True)
def expire_revocations(*, now: datetime) -> None:
    """Give up the revocations that no network has confirmed within `REVOCATION_PERIOD`."""
    expired = PendingRevocation.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).filter(
        requested_at__lt=now - REVOCATION_PERIOD
    )
    for pending in expired:
        _finish_revocation(pending, confirmed=False, now=now)


def _finish_revocation(pending: PendingRevocation, *, confirmed: bool, now: datetime) -> None:
    account = Account.objects.select_related("entity").get(pk=pending.account_id)
    pending.delete()
    record(
        entity_id=account.entity_id,
        event_type="account.authorization_revoked",
        actor=SYSTEM,
        ref=account.ref,
        at=now,
        facts={"confirmed": confirmed},
    )
    if not confirmed:
        roles = PERMISSIONS["accounts.manage"].roles
        notify(
            members=members_with(account.entity, roles, today=timezone.localdate(now)),
            kind=f"account.not_given_back:{now:%Y%m%d%H%M%S}",
            ref=account.ref,
            title=f"Retira en {account.get_network_display()} el permiso de {account}",
            why="Esa autorización ya no se usa aquí, y la red no confirmó que retirara la autorización.",
            path=reverse("networks:account", args=[account.pk]),
            now=now,
        )
