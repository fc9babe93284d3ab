"""The register of accounts (M-3): accounts, their pauses and settings, administrators and the entity's applications."""

from datetime import date, datetime

from django.db import transaction

from pregonero import vault
from pregonero.errors import Conflict, Refused
from pregonero.networks import pause_lock, queries, rules
from pregonero.networks.actions.tokens import remove_credential
from pregonero.networks.live import LiveAccess
from pregonero.networks.models import (
    Account,
    AccountState,
    Administrator,
    Application,
    Credential,
    CredentialState,
)
from pregonero.networks.registry import connector
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import Actor, record


@transaction.atomic(durable=True)
def register_account(
    *,
    entity: Entity,
    network: str,
    handle: str,
    display_name: str,
    purpose: str,
    root_mailbox: str,
    remote_id: str = "",
    server: str = "",
    by: Member,
    now: datetime,
) -> Account:
    """Add an account of the entity to the register. Its id at the network is set when it is first connected."""
    check_may(by, "accounts.manage", now=now)
    handle = handle.strip().removeprefix("@")
    _check_free(entity, network, server, handle)
    account = Account.objects.create(
        entity=entity,
        network=network,
        handle=handle,
        remote_id=remote_id,
        display_name=display_name,
        purpose=purpose,
        root_mailbox=root_mailbox,
        server=server,
        registered_at=now,
    )
    record(
        entity_id=entity.pk,
        event_type="account.registered",
        actor=by.actor,
        ref=account.ref,
        at=now,
        facts={"network": network, "handle": handle, "purpose": purpose, "server": server},
    )
    return account


def _check_free(entity: Entity, network: str, server: str, handle: str, *, exclude: int = 0) -> None:
    """Raise `Conflict` when another account has the handle; locks the entity's handles until the transaction ends."""
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=entity.pk)
    same = Account.objects.filter(entity=entity, network=network, server=server, handle__iexact=handle)
    if same.exclude(state=AccountState.RETIRED).exclude(pk=exclude).exists():
        raise Conflict(f"@{handle} ya está en el registro de cuentas de {connector(network).capabilities.label}.")


@transaction.atomic(durable=True)
def edit_account(
    *, account: Account, handle: str, display_name: str, purpose: str, root_mailbox: str, by: Member, now: datetime
) -> Account:
    """Change the register's data of an account. Its network and server cannot change: that is another account."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_edit(by, account, now=now)
    handle = handle.strip().removeprefix("@")
    _check_free(account.entity, account.network, account.server, handle, exclude=account.pk)
    values = {"handle": handle, "display_name": display_name, "purpose": purpose, "root_mailbox": root_mailbox}
    changed = {field: value for field, value in values.items() if getattr(account, field) != value}
    if not changed:
        return account
    for field, value in changed.items():
        setattr(account, field, value)
    account.save(update_fields=list(changed))
    record(
        entity_id=account.entity_id, event_type="account.edited", actor=by.actor, ref=account.ref, at=now, facts=changed
    )
    return account


@transaction.atomic(durable=True)
def retire_account(*, account: Account, reason: str, by: Member, now: datetime) -> Account:
    """Retire an account for good: nothing is published on it, and its credential is deleted and revoked."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_retire(by, account, now=now)
    if not reason.strip():
        raise Refused("Escribe por qué se retira la cuenta.")
    account.state, account.retired_at = AccountState.RETIRED, now
    account.paused_reason, account.held_reason, account.waits_for_connection = "", "", False
    account.save(update_fields=["state", "retired_at", "paused_reason", "held_reason", "waits_for_connection"])
    remove_credential(account, now=now)
    record(
        entity_id=account.entity_id,
        event_type="account.retired",
        actor=by.actor,
        ref=account.ref,
        at=now,
        texts={"reason": reason},
    )
    return account


@transaction.atomic(durable=True)
def pause_account(*, account: Account, reason: str, by: Member, now: datetime) -> Account:
    """Pause an account: once this returns, no call that publishes on it starts (rule 9)."""
    pause_lock.block_sends()
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_pause(by, account, now=now)
    account.state, account.paused_reason = AccountState.PAUSED, reason
    account.save(update_fields=["state", "paused_reason"])
    record(
        entity_id=account.entity_id,
        event_type="account.paused",
        actor=by.actor,
        ref=account.ref,
        at=now,
        texts={"reason": reason},
    )
    return account


@transaction.atomic(durable=True)
def resume_account(*, account: Account, by: Member, now: datetime) -> Account:
    """Resume a paused account."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_resume(by, account, now=now)
    account.state, account.paused_reason = AccountState.ACTIVE, ""
    account.save(update_fields=["state", "paused_reason"])
    record(entity_id=account.entity_id, event_type="account.resumed", actor=by.actor, ref=account.ref, at=now)
    return account


def hold_account(*, account: Account, reason: str, actor: Actor, now: datetime) -> Account:
    """Pause an account until `release_account`, inside the caller's transaction; nothing else resumes it meanwhile.

    Call it first in that transaction. A pause that a person made, or a lost connection, remains after the release.
    """
    pause_lock.block_sends()
    account = Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=account.pk)
    rules.check_in_use(account)
    if account.held_reason:
        return account
    account.held_reason = reason[:300]
    if account.state == AccountState.ACTIVE:
        account.state, account.paused_reason = AccountState.PAUSED, account.held_reason
    account.save(update_fields=["state", "paused_reason", "held_reason"])
    record(
        entity_id=account.entity_id,
        event_type="account.held",
        actor=actor,
        ref=account.ref,
        at=now,
        texts={"reason": account.held_reason},
    )
    return account


def release_account(*, account: Account, actor: Actor, now: datetime) -> Account:
    """Release a hold, inside the caller's transaction; the account publishes again unless something else pauses it."""
    account = Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=account.pk)
    if not account.held_reason:
        return account
    if account.paused_reason == account.held_reason and not account.waits_for_connection:
        account.state, account.paused_reason = AccountState.ACTIVE, ""
    account.held_reason = ""
    account.save(update_fields=["state", "paused_reason", "held_reason"])
    record(entity_id=account.entity_id, event_type="account.released", actor=actor, ref=account.ref, at=now)
    return account


@transaction.atomic(durable=True)
def set_link_placement(*, account: Account, reason: str, by: Member, now: datetime) -> Account:
    """Publish the links of an account as first comments, for the given reason; an empty reason undoes it.

    It applies to posts scheduled or edited from now on.
    """
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    check_may(by, "accounts.manage", now=now)
    if not connector(account.network).capabilities.takes_comments:
        raise Refused(f"En {account.get_network_display()} el enlace no puede ir como primer comentario.")
    account.link_as_comment, account.link_as_comment_reason = bool(reason.strip()), reason.strip()
    account.save(update_fields=["link_as_comment", "link_as_comment_reason"])
    record(
        entity_id=account.entity_id,
        event_type="account.link_placed",
        actor=by.actor,
        ref=account.ref,
        at=now,
        facts={"as_comment": account.link_as_comment},
        texts={"reason": reason.strip()} if reason.strip() else {},
    )
    return account


@transaction.atomic(durable=True)
def add_administrator(
    *, account: Account, name: str, member: Member | None, since: date, by: Member, now: datetime
) -> Administrator:
    """Record who administers an account at its network; `member` when it is a person of the entity."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_edit(by, account, now=now)
    name = member.name if member else " ".join(name.split())
    if not name:
        raise Refused("Escribe el nombre de quien administra la cuenta.")
    if member is not None and member.entity_id != account.entity_id:
        raise Refused("Esa persona no es de la entidad.")
    if Administrator.objects.filter(account=account, name__iexact=name, until__isnull=True).exists():
        raise Conflict(f"{name} ya está entre quienes administran {account}.")
    administrator = Administrator.objects.create(account=account, name=name, member=member, since=since)
    record(
        entity_id=account.entity_id,
        event_type="account.administrator_named",
        actor=by.actor,
        ref=account.ref,
        at=now,
        facts={"administrator": name, "since": since.isoformat()},
        related=[member.ref] if member else [],
    )
    return administrator


@transaction.atomic(durable=True)
def end_administrator(*, administrator: Administrator, until: date, by: Member, now: datetime) -> Administrator:
    """Record until when a person administered an account."""
    account = queries.get_account(member=by, pk=administrator.account_id, for_update=True)
    rules.check_may_edit(by, account, now=now)
    administrator = Administrator.objects.select_for_update(no_key=True, of=("self",)).get(pk=administrator.pk)
    if administrator.until is not None:
        raise Conflict(f"{administrator} ya no administra {account}.")
    if until < administrator.since:
        raise Refused(f"{administrator} administra la cuenta desde el {administrator.since:%d/%m/%Y}.")
    administrator.until = until
    administrator.save(update_fields=["until"])
    record(
        entity_id=account.entity_id,
        event_type="account.administrator_ended",
        actor=by.actor,
        ref=account.ref,
        at=now,
        facts={"administrator": administrator.name, "until": until.isoformat()},
    )
    return administrator


@transaction.atomic(durable=True)
def save_application(
    *,
    network: str,
    server: str,
    client_id: str,
    secret: str,
    live: LiveAccess | None = None,
    by: Member,
    now: datetime,
) -> Application:
    """Save the entity's application at a network. An empty `secret` or live token leaves the stored one unchanged."""
    check_may(by, "accounts.manage", now=now)
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=by.entity_id
    )  # two people may save the first one at once
    same = {"entity_id": by.entity_id, "network": network, "server": server}
    application = Application.objects.select_for_update(no_key=True, of=("self",)).filter(
        **same
    ).first() or Application(**same)
    if not secret.strip() and application.pk is None:
        raise Refused(f"Falta el secreto de la aplicación en {connector(network).capabilities.label}.")
    application.client_id, application.updated_at = client_id.strip(), now
    if secret.strip():
        application.encrypted_secret = vault.encrypt(secret.strip(), context=application.encryption_context)
    if live is not None:
        _set_live_access(application, live)
    application.save()
    _retry_failed_refreshes(application, now)
    record(
        entity_id=by.entity_id,
        event_type="application.saved",
        actor=by.actor,
        ref=application.ref,
        at=now,
        facts={"network": network, "server": server, "client_id": application.client_id, "new_secret": bool(secret)},
    )
    return application


def _set_live_access(application: Application, live: LiveAccess) -> None:
    application.live_backfill_minutes = live.backfill_minutes
    if live.token.strip():
        token = vault.encrypt(live.token.strip(), context=application.encryption_context)
        application.encrypted_live_token = token


def _retry_failed_refreshes(application: Application, now: datetime) -> None:
    """Refresh at once the tokens whose refresh failed: the old application may have been the reason."""
    failed = Credential.objects.filter(
        account__entity_id=application.entity_id,
        account__network=application.network,
        account__server=application.server,
        state=CredentialState.GOOD,
    ).exclude(problem="")
    failed.filter(refresh_at__isnull=False).update(refresh_at=now)
    failed.update(retry_refresh_at=None)
