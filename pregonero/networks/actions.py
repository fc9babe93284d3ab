"""What is done with the entity's accounts: registering, connecting, pausing and resuming them (M-3)."""

from datetime import datetime

from django.db import transaction

from pregonero.errors import Refused, WrongState
from pregonero.networks import gate, queries, vault
from pregonero.networks.models import Account, AccountState, Credential, Network
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def register_account(
    *,
    entity: Entity,
    network: Network,
    handle: str,
    remote_id: str,
    display_name: str,
    purpose: str,
    root_mailbox: str,
    server: str = "",
    by: Member,
    now: datetime,
) -> Account:
    """Add an account of the entity to the register."""
    check_may(by, "accounts.manage", now=now)
    account = Account.objects.create(
        entity=entity, network=network, handle=handle, remote_id=remote_id, display_name=display_name,
        purpose=purpose, root_mailbox=root_mailbox, server=server, registered_at=now,
    )  # fmt: skip
    record(
        entity_id=entity.pk, verb="account.registered", actor=by.actor, thing=account.thing, at=now,
        facts={"network": network, "handle": handle, "purpose": purpose},
    )  # fmt: skip
    return account


@transaction.atomic(durable=True)
def connect_account(*, account: Account, token: str, expires_at: datetime | None, by: Member, now: datetime) -> Account:
    """Keep an account's token, encrypted. A token is never replaced by an empty one."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    check_may(by, "accounts.manage", now=now)
    if not token.strip():
        raise Refused("La red no entregó una credencial; la que había sigue en uso.")
    Credential.objects.update_or_create(
        account=account,
        defaults={"sealed_token": vault.seal(token), "expires_at": expires_at, "updated_at": now},
    )
    record(entity_id=account.entity_id, verb="account.connected", actor=by.actor, thing=account.thing, at=now)
    return account


@transaction.atomic(durable=True)
def pause_account(*, account: Account, reason: str, by: Member, now: datetime) -> Account:
    """Hold everything that would go out on an account, at once (rule 9)."""
    gate.shut()
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    check_may(by, "publication.stop", now=now)
    if account.state == AccountState.PAUSED:
        raise WrongState(f"{account} ya está en pausa.")
    account.state, account.paused_reason = AccountState.PAUSED, reason
    account.save(update_fields=["state", "paused_reason"])
    record(
        entity_id=account.entity_id, verb="account.paused", actor=by.actor, thing=account.thing, at=now,
        words={"reason": reason},
    )  # fmt: skip
    return account


@transaction.atomic(durable=True)
def resume_account(*, account: Account, by: Member, now: datetime) -> Account:
    """Let publications go out on an account again."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    check_may(by, "accounts.manage", now=now)
    if account.state == AccountState.ACTIVE:
        raise WrongState(f"{account} no está en pausa.")
    account.state, account.paused_reason = AccountState.ACTIVE, ""
    account.save(update_fields=["state", "paused_reason"])
    record(entity_id=account.entity_id, verb="account.resumed", actor=by.actor, thing=account.thing, at=now)
    return account
