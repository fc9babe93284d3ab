"""A token is renewed by one process at a time, and what the network gives is kept before anything else is done."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from pregonero.networks import queries
from pregonero.networks.actions.credentials import seal_into, tell_who_connects
from pregonero.networks.base import ApiCredentials, NetworkError, Permanent, Transient
from pregonero.networks.models import Account, AccountState, Credential, CredentialState
from pregonero.records.actions import SYSTEM, record

LEASE = timedelta(seconds=90)  # longer than any call
AGAIN, AGAIN_AT_MOST = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class RefreshLease:
    """What a process that wants a good token finds: it may renew, somebody else is at it, or it is there already."""

    access: ApiCredentials = field(repr=False)
    generation: int
    refresh: str = field(repr=False)
    is_fresh: bool = False  # another process renewed it meanwhile: `access` is good
    is_busy: bool = False  # another process is renewing it now


@transaction.atomic(durable=True)
def lease_refresh(*, account_id: int, now: datetime, used: str = "") -> RefreshLease | None:
    """Take the renewal of an account's token; `used` is the token that the network refused, if one did.

    None when there is nothing to renew: the account was disconnected or retired, or its authorisation is over.
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    credential = Credential.objects.select_for_update().filter(account=account, state=CredentialState.GOOD).first()
    if credential is None or account.state == AccountState.RETIRED:
        return None
    access, refresh = queries.opened(account, credential)
    if used and access.token != used:
        return RefreshLease(access, credential.generation, refresh, is_fresh=True)
    if credential.renewing_until is not None and credential.renewing_until > now:
        return RefreshLease(access, credential.generation, refresh, is_busy=True)
    credential.renewing_until = now + LEASE
    credential.save(update_fields=["renewing_until"])
    return RefreshLease(access, credential.generation, refresh)


@transaction.atomic(durable=True)
def store_refreshed_token(
    *, account_id: int, generation: int, token: str, refresh: str, expires_at: datetime | None, now: datetime
) -> ApiCredentials | None:
    """Keep a renewed token, and the new refresh token where the network turns it; None when another one is there.

    A network that gives no new refresh token means the old one to stay.
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    credential = Credential.objects.select_for_update().filter(account=account, generation=generation).first()
    if credential is None:
        return None
    _, old = queries.opened(account, credential)
    seal_into(credential, token=token, refresh=refresh or old, expires_at=expires_at, now=now)
    credential.save()
    record(
        entity_id=account.entity_id, event_type="account.renewed", actor=SYSTEM, ref=account.ref, at=now,
        facts={"expires_at": expires_at.isoformat() if expires_at else None},
    )  # fmt: skip
    return queries.opened(account, credential)[0]


@transaction.atomic(durable=True)
def release_refresh(*, account_id: int, generation: int) -> None:
    """Let go of the renewal of a token that nothing came of."""
    held = Credential.objects.filter(account_id=account_id, generation=generation)
    held.update(renewing_until=None)


@transaction.atomic(durable=True)
def record_refresh_problem(*, account_id: int, generation: int, error: NetworkError, now: datetime) -> None:
    """It could not be renewed, and the authorisation is not over: try again, less and less often; tell when it is ours.

    What the network says for good here is about the application (its secret, its permissions): a person mends it.
    """
    account = Account.objects.select_for_update(no_key=True, of=("self",)).select_related("entity").get(pk=account_id)
    credential = Credential.objects.select_for_update().filter(account=account, generation=generation).first()
    if credential is None or credential.state == CredentialState.LOST:
        return
    since = credential.problem_at or now
    told = (
        timedelta(seconds=getattr(error, "retry_after", None) or 0) if isinstance(error, Transient) else AGAIN_AT_MOST
    )
    credential.problem, credential.problem_at = error.reason[:300], since
    calm = AGAIN_AT_MOST if isinstance(error, Permanent) else min(AGAIN_AT_MOST, max(AGAIN, (now - since) / 2))
    credential.renew_at = now + max(told, calm)
    credential.renewing_until = None
    credential.save(update_fields=["problem", "problem_at", "renew_at", "renewing_until"])
    if isinstance(error, Permanent):
        ours = error.code == "application"  # connecting again would change nothing
        network = account.get_network_display()
        tell_who_connects(
            account, kind=f"account.unrenewed:{generation}", reason=error.reason, now=now,
            title=f"Revisa la aplicación de la entidad en {network}" if ours else f"No se renovó {account}",
            page="networks:application" if ours else "networks:account",
        )  # fmt: skip
