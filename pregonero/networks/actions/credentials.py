"""What opens an account at its network is kept, forgotten, or found to open nothing any more."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from pregonero.errors import Conflict, Refused, WrongState
from pregonero.networks import queries, rules, vault
from pregonero.networks.actions.token_revocation import relinquish
from pregonero.networks.base import Identity
from pregonero.networks.models import Account, AccountState, Credential, CredentialKind, CredentialState
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import PERMISSIONS
from pregonero.records.actions import SYSTEM, Actor, record

EARLIEST, LATEST = timedelta(minutes=10), timedelta(days=7)  # ahead of its end a token is renewed
PART = 6  # of its life: at the latest when this part of it is left


@transaction.atomic(durable=True)
def connect_account(
    *,
    account: Account,
    token: str,
    expires_at: datetime | None,
    by: Member,
    now: datetime,
    refresh: str = "",
    kind: CredentialKind = CredentialKind.TOKEN,
    scopes: Iterable[str] = (),
    identity: Identity | None = None,
) -> Account:
    """Keep what opens an account, encrypted; one that waited for it goes on. A secret never gives way to an empty one.

    `identity` is who the network says that it opens: the account takes its id from it the first time, and no other.
    """
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_connect(by, account, now=now)
    if not token.strip():
        raise Refused("La red no entregó una credencial; la que había sigue en uso.")
    if identity is not None:
        _take_identity(account, identity)
    credential = Credential.objects.filter(account=account).first() or Credential(account=account, generation=0)
    seal_into(credential, token=token, refresh=refresh, expires_at=expires_at, now=now)
    credential.kind, credential.scopes = kind, list(scopes)
    credential.connected_at, credential.connected_by = now, by.name
    credential.save()
    record(
        entity_id=account.entity_id, event_type="account.connected", actor=by.actor, ref=account.ref, at=now,
        facts={"kind": kind, "scopes": list(scopes), "expires_at": expires_at.isoformat() if expires_at else None},
    )  # fmt: skip
    if account.waits_for_connection:
        _go_on(account, by.actor, now)
    return account


def _take_identity(account: Account, identity: Identity) -> None:
    if account.remote_id and account.remote_id != identity.remote_id:
        raise Conflict("La red dice que es otra cuenta; no se cambió nada.")
    if not account.remote_id:
        account.remote_id = identity.remote_id
        account.save(update_fields=["remote_id"])


def _go_on(account: Account, actor: Actor, now: datetime) -> None:
    account.state, account.paused_reason, account.waits_for_connection = AccountState.ACTIVE, "", False
    account.save(update_fields=["state", "paused_reason", "waits_for_connection"])
    record(entity_id=account.entity_id, event_type="account.resumed", actor=actor, ref=account.ref, at=now)


def seal_into(credential: Credential, *, token: str, refresh: str, expires_at: datetime | None, now: datetime) -> None:
    """Put a new secret in a locked credential, one generation later, with the moment to renew it."""
    credential.sealed = vault.seal(json.dumps({"access": token, "refresh": refresh}), bound=credential.sealed_for)
    credential.generation += 1
    credential.state = CredentialState.GOOD
    credential.expires_at, credential.updated_at = expires_at, now
    credential.renew_at = _ahead(expires_at, now) if refresh and expires_at else None
    credential.renewing_until = credential.problem_at = None
    credential.problem = ""


def _ahead(expires_at: datetime, now: datetime) -> datetime:
    return expires_at - min(max((expires_at - now) / PART, EARLIEST), LATEST)


@transaction.atomic(durable=True)
def disconnect_account(*, account: Account, by: Member, now: datetime) -> Account:
    """Forget what opens an account; what waits on it waits until somebody connects it again."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_disconnect(by, account, now=now)
    if not relinquish(account, now=now):
        raise WrongState(f"{account} no está conectada.")
    record(entity_id=account.entity_id, event_type="account.disconnected", actor=by.actor, ref=account.ref, at=now)
    return account


@transaction.atomic(durable=True)
def lose_connection(*, account_id: int, generation: int, reason: str, now: datetime) -> bool:
    """The network ended the authorisation: the account is paused with that reason, and whoever connects it is told.

    False when it was connected again meanwhile: then what was lost is of no more interest.
    """
    account = Account.objects.select_for_update(no_key=True, of=("self",)).select_related("entity").get(pk=account_id)
    credential = Credential.objects.select_for_update().filter(account=account, generation=generation).first()
    if credential is None or credential.state == CredentialState.LOST:
        return False
    credential.state, credential.renew_at, credential.renewing_until = CredentialState.LOST, None, None
    credential.problem, credential.problem_at = reason[:300], now
    credential.save(update_fields=["state", "renew_at", "renewing_until", "problem", "problem_at"])
    if account.state == AccountState.ACTIVE:
        account.state, account.paused_reason, account.waits_for_connection = AccountState.PAUSED, reason[:300], True
        account.save(update_fields=["state", "paused_reason", "waits_for_connection"])
    record(
        entity_id=account.entity_id, event_type="account.lost", actor=SYSTEM, ref=account.ref, at=now,
        facts={"reason": reason[:300]},
    )  # fmt: skip
    tell_who_connects(account, kind=f"account.lost:{generation}", reason=reason, now=now)
    return True


def tell_who_connects(
    account: Account, *, kind: str, reason: str, now: datetime, title: str = "", page: str = "networks:account"
) -> None:
    """Tell those who can connect accounts, inside the caller's transaction; that it is to be done, unless it is not."""
    able = PERMISSIONS["accounts.manage"].roles
    notify(
        members=members_with(account.entity, able, today=timezone.localdate(now)), kind=kind, ref=account.ref,
        title=title or f"Vuelve a conectar {account}", why=reason, path=reverse(page, args=[account.pk]), now=now,
    )  # fmt: skip
