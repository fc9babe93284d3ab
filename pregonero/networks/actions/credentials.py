"""The credentials of accounts: how they are obtained on the consent page, stored encrypted, and found to be refused."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, models, transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero import vault
from pregonero.errors import Conflict, Refused
from pregonero.networks import queries, rules
from pregonero.networks.base import Identity
from pregonero.networks.models import (
    Account,
    AccountState,
    Authorization,
    Credential,
    CredentialKind,
    CredentialState,
    PendingRevocation,
)
from pregonero.networks.oauth import OAuthConfig
from pregonero.networks.registry import auth_config_of
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import PERMISSIONS
from pregonero.records.actions import SYSTEM, Actor, record

AUTHORIZATION_LIFETIME, AUTHORIZATION_RETENTION = timedelta(minutes=10), timedelta(days=1)
# A token is refreshed when a sixth of its lifetime is left, but within these limits before it expires.
REFRESH_MARGIN_MIN, REFRESH_MARGIN_MAX, REFRESH_MARGIN_DIVISOR = timedelta(minutes=10), timedelta(days=7), 6
PAGE = 200


@dataclass(frozen=True)
class ReturnedAuthorization:
    """An authorisation with which a person came back from the network: its account and the secret half of its PKCE."""

    account: Account
    verifier: str = field(repr=False)


@transaction.atomic(durable=True)
def start_authorization(
    *, account: Account, state: str, session: str, verifier: str, by: Member, now: datetime
) -> Authorization:
    """Record that a person goes to the network to authorise an account; their earlier ones for it are ended."""
    account = queries.get_account(member=by, pk=account.pk)
    rules.check_may_connect(by, account, now=now)
    Authorization.objects.filter(account=account, member=by, ended_at__isnull=True).update(ended_at=now)
    authorization = Authorization(
        account=account,
        member=by,
        state_digest=_digest(state),
        session_digest=_digest(session),
        started_at=now,
        expires_at=now + AUTHORIZATION_LIFETIME,
    )
    authorization.encrypted_verifier = vault.encrypt(verifier, context=authorization.encryption_context)
    authorization.save()
    return authorization


@transaction.atomic(durable=True)
def consume_authorization(*, state: str, session: str, by: Member, now: datetime) -> ReturnedAuthorization:
    """End and return the authorisation that this person started in this session. It cannot be used a second time."""
    authorization = (
        Authorization.objects.select_for_update(no_key=True, of=("self",))
        .filter(state_digest=_digest(state), member=by)
        .first()
    )
    if authorization is None or authorization.session_digest != _digest(session):
        raise Refused("Esta respuesta de la red no corresponde a una conexión que hayas empezado en esta sesión.")
    if authorization.ended_at is not None:
        raise Refused("Esta autorización ya se usó, o empezaste otra después. Empieza de nuevo desde la cuenta.")
    if authorization.expires_at < now:
        raise Refused("Pasaron más de diez minutos desde que empezaste. Empieza de nuevo desde la cuenta.")
    authorization.ended_at = now
    authorization.save(update_fields=["ended_at"])
    account = queries.get_account(member=by, pk=authorization.account_id)
    rules.check_may_connect(by, account, now=now)
    verifier = vault.decrypt(authorization.encrypted_verifier, context=authorization.encryption_context)
    return ReturnedAuthorization(account, verifier)


@transaction.atomic(durable=True)
def delete_old_authorizations(*, now: datetime) -> None:
    """Delete the authorisations that were started more than `AUTHORIZATION_RETENTION` ago."""
    Authorization.objects.filter(started_at__lt=now - AUTHORIZATION_RETENTION).delete()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


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
    """Store the credential of an account, encrypted; resume the account if it was paused for the lack of one.

    The credential that it replaces on an account held by an incident is revoked: a stranger may have it.

    `identity` is the account to which the network says that the credential belongs. The first one sets the account's
    `remote_id`; a later one must be the same. Raises `Refused` for an empty token: the stored credential remains.
    """
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_connect(by, account, now=now)
    if not token.strip():
        raise Refused("La red no entregó una credencial; la que había sigue en uso.")
    if identity is not None:
        _set_identity(account, identity)
    credential = Credential.objects.filter(account=account).first() or Credential(account=account, generation=0)
    replaced = _exposed_secret(account, credential, token)
    store_secret(credential, token=token, refresh=refresh, expires_at=expires_at, now=now)
    credential.kind, credential.scopes = kind, list(scopes)
    credential.connected_at, credential.connected_by = now, by.name
    credential.save()
    _record_connection(account, credential, by, now)
    if replaced:
        enqueue_revocation(account, replaced, now)
    if account.waits_for_connection:
        _resume(account, by.actor, now)
    return account


def _record_connection(account: Account, credential: Credential, by: Member, now: datetime) -> None:
    expires_at = credential.expires_at.isoformat() if credential.expires_at else None
    record(
        entity_id=account.entity_id,
        event_type="account.connected",
        actor=by.actor,
        ref=account.ref,
        at=now,
        facts={"kind": credential.kind, "scopes": credential.scopes, "expires_at": expires_at},
    )


def _exposed_secret(account: Account, credential: Credential, token: str) -> bytes:
    """Return the encrypted secret that a new token replaces on a held account; empty when there is none to revoke."""
    if not account.held_reason or credential.pk is None:
        return b""
    credentials, _ = queries.open_credential(account, credential)
    return bytes(credential.encrypted) if credentials.token != token else b""


def enqueue_revocation(account: Account, encrypted: bytes, now: datetime) -> None:
    """Have a secret that is no longer used revoked at its network, inside the caller's transaction."""
    if can_revoke(account.network):
        pending = PendingRevocation.objects.create(account=account, encrypted=encrypted, requested_at=now)
        app.configure_task("networks.revoke").defer(revocation_id=pending.pk)


def can_revoke(network: str) -> bool:
    """Return whether the network has a call that revokes a credential or ends its session."""
    config = auth_config_of(network)
    return bool(config.revoke_path) if isinstance(config, OAuthConfig) else config.close is not None


def _set_identity(account: Account, identity: Identity) -> None:
    if account.remote_id and account.remote_id != identity.remote_id:
        raise Conflict("La red dice que es otra cuenta; no se cambió nada.")
    if not account.remote_id:
        account.remote_id = identity.remote_id
        account.save(update_fields=["remote_id"])


def _resume(account: Account, actor: Actor, now: datetime) -> None:
    """End the pause of a lost connection; an account that an incident holds stays paused."""
    if account.held_reason:
        account.paused_reason, account.waits_for_connection = account.held_reason, False
        account.save(update_fields=["paused_reason", "waits_for_connection"])
        return
    account.state, account.paused_reason, account.waits_for_connection = AccountState.ACTIVE, "", False
    account.save(update_fields=["state", "paused_reason", "waits_for_connection"])
    record(entity_id=account.entity_id, event_type="account.resumed", actor=actor, ref=account.ref, at=now)


def store_secret(
    credential: Credential, *, token: str, refresh: str, expires_at: datetime | None, now: datetime
) -> None:
    """Set a new secret in a locked credential, with the next generation; any earlier refusal no longer applies."""
    secret = json.dumps({"access": token, "refresh": refresh})
    credential.encrypted = vault.encrypt(secret, context=credential.encryption_context)
    credential.generation += 1
    credential.state = CredentialState.GOOD
    credential.expires_at, credential.updated_at = expires_at, now
    credential.refresh_at = _refresh_time(expires_at, now) if refresh and expires_at else None
    credential.refresh_leased_until = credential.retry_refresh_at = credential.problem_at = None
    credential.problem = ""


def _refresh_time(expires_at: datetime, now: datetime) -> datetime:
    margin = (expires_at - now) / REFRESH_MARGIN_DIVISOR
    return expires_at - min(max(margin, REFRESH_MARGIN_MIN), REFRESH_MARGIN_MAX)


@transaction.atomic(durable=True)
def record_lost_authorization(*, account_id: int, generation: int, reason: str, now: datetime) -> bool:
    """Record that the network refuses this generation of the credential: pause the account and notify its managers.

    Returns False, and changes nothing, when the account has a newer credential or the refusal is recorded already.
    """
    account = Account.objects.select_for_update(no_key=True, of=("self",)).select_related("entity").get(pk=account_id)
    credential = (
        Credential.objects.select_for_update(no_key=True, of=("self",))
        .filter(account=account, generation=generation)
        .first()
    )
    if credential is None or credential.state == CredentialState.LOST:
        return False
    credential.state, credential.refresh_at, credential.refresh_leased_until = CredentialState.LOST, None, None
    credential.problem, credential.problem_at = reason[:300], now
    credential.save(update_fields=["state", "refresh_at", "refresh_leased_until", "problem", "problem_at"])
    if account.state == AccountState.ACTIVE:
        account.state, account.paused_reason, account.waits_for_connection = AccountState.PAUSED, reason[:300], True
        account.save(update_fields=["state", "paused_reason", "waits_for_connection"])
    record(
        entity_id=account.entity_id,
        event_type="account.lost",
        actor=SYSTEM,
        ref=account.ref,
        at=now,
        facts={"reason": reason[:300]},
    )
    notify_account_managers(account, kind=f"account.lost:{generation}", reason=reason, now=now)
    return True


def notify_account_managers(
    account: Account, *, kind: str, reason: str, now: datetime, title: str = "", page: str = "networks:account"
) -> None:
    """Notify the people who can connect accounts, inside the caller's transaction; by default, to connect it again."""
    roles = PERMISSIONS["accounts.manage"].roles
    notify(
        members=members_with(account.entity, roles, today=timezone.localdate(now)),
        kind=kind,
        ref=account.ref,
        title=title or f"Vuelve a conectar {account}",
        why=reason,
        path=reverse(page, args=[account.pk]),
        now=now,
    )


@transaction.atomic(durable=True)
def record_connection_test(*, account: Account, passed: bool, result: str, by: Member, now: datetime) -> Account:
    """Record the result of a test call, a Spanish sentence."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_test(by, account, now=now)
    account.tested_at, account.test_passed, account.test_result = now, passed, result[:300]
    account.save(update_fields=["tested_at", "test_passed", "test_result"])
    record(
        entity_id=account.entity_id,
        event_type="account.tested",
        actor=by.actor,
        ref=account.ref,
        at=now,
        facts={"passed": passed, "said": account.test_result},
    )
    return account


@transaction.atomic(durable=True)
def reencrypt_secrets() -> int:
    """Encrypt with the current key every secret that is not, all of them or none; return how many secrets there are.

    Waits for the transactions that are encrypting a secret now.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [vault.ROTATION_LOCK])
    return sum(_reencrypt_rows(field_name, rows) for field_name, rows in vault.encrypted_rows())


def _reencrypt_rows(field_name: str, rows: models.QuerySet[models.Model]) -> int:
    count = 0
    for row in rows.select_for_update(no_key=True, of=("self",)).iterator(chunk_size=PAGE):
        encrypted, context = bytes(getattr(row, field_name)), row.encryption_context  # type: ignore[attr-defined]
        if not vault.is_encrypted_with_current_key(encrypted):
            setattr(row, field_name, vault.encrypt(vault.decrypt(encrypted, context=context), context=context))
            row.save(update_fields=[field_name])
        count += 1
    return count
