"""The register itself: an account comes in, changes, leaves; and who holds its administration, since when (M-3)."""

from datetime import date, datetime

from django.db import transaction

from pregonero.errors import Conflict, Refused
from pregonero.networks import queries, rules
from pregonero.networks.actions.token_revocation import relinquish
from pregonero.networks.models import Account, AccountState, Administrator, Network
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def register_account(
    *,
    entity: Entity,
    network: Network,
    handle: str,
    display_name: str,
    purpose: str,
    root_mailbox: str,
    remote_id: str = "",
    server: str = "",
    by: Member,
    now: datetime,
) -> Account:
    """Add an account of the entity to the register. Its id at the network is learnt when it is connected."""
    check_may(by, "accounts.manage", now=now)
    handle = handle.strip().removeprefix("@")
    _check_free(entity, network, server, handle)
    account = Account.objects.create(
        entity=entity, network=network, handle=handle, remote_id=remote_id, display_name=display_name,
        purpose=purpose, root_mailbox=root_mailbox, server=server, registered_at=now,
    )  # fmt: skip
    record(
        entity_id=entity.pk, event_type="account.registered", actor=by.actor, ref=account.ref, at=now,
        facts={"network": network, "handle": handle, "purpose": purpose, "server": server},
    )  # fmt: skip
    return account


def _check_free(entity: Entity, network: str, server: str, handle: str, *, besides: int = 0) -> None:
    """Raise unless no other account has that name there; until the transaction ends nobody else takes one."""
    Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    same = Account.objects.filter(entity=entity, network=network, server=server, handle__iexact=handle)
    if same.exclude(state=AccountState.RETIRED).exclude(pk=besides).exists():
        raise Conflict(f"@{handle} ya está en el registro de cuentas de {Network(network).label}.")


@transaction.atomic(durable=True)
def edit_account(
    *, account: Account, handle: str, display_name: str, purpose: str, root_mailbox: str, by: Member, now: datetime
) -> Account:
    """Change what the register says of an account. Another network or server is another account."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_edit(by, account, now=now)
    handle = handle.strip().removeprefix("@")
    _check_free(account.entity, account.network, account.server, handle, besides=account.pk)
    written = {"handle": handle, "display_name": display_name, "purpose": purpose, "root_mailbox": root_mailbox}
    changed = {field: value for field, value in written.items() if getattr(account, field) != value}
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
    """Take an account out of use for good: nothing goes out on it, its secret is forgotten, its network told."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_retire(by, account, now=now)
    if not reason.strip():
        raise Refused("Escribe por qué se retira la cuenta.")
    account.state, account.retired_at = AccountState.RETIRED, now
    account.paused_reason, account.waits_for_connection = "", False
    account.save(update_fields=["state", "retired_at", "paused_reason", "waits_for_connection"])
    relinquish(account, now=now)
    record(
        entity_id=account.entity_id, event_type="account.retired", actor=by.actor, ref=account.ref, at=now,
        texts={"reason": reason},
    )  # fmt: skip
    return account


@transaction.atomic(durable=True)
def name_administrator(
    *, account: Account, name: str, member: Member | None, since: date, by: Member, now: datetime
) -> Administrator:
    """Write down who holds an account's administration at its network; `member` when it is one of the entity's."""
    account = queries.get_account(member=by, pk=account.pk, for_update=True)
    rules.check_may_edit(by, account, now=now)
    name = member.name if member else " ".join(name.split())
    if not name:
        raise Refused("Escribe el nombre de quien administra la cuenta.")
    if member is not None and member.entity_id != account.entity_id:
        raise Refused("Esa persona no es de la entidad.")
    if Administrator.objects.filter(account=account, name__iexact=name, until__isnull=True).exists():
        raise Conflict(f"{name} ya está entre quienes administran {account}.")
    named = Administrator.objects.create(account=account, name=name, member=member, since=since)
    record(
        entity_id=account.entity_id, event_type="account.administrator_named", actor=by.actor, ref=account.ref, at=now,
        facts={"administrator": name, "since": since.isoformat()}, related=[member.ref] if member else [],
    )  # fmt: skip
    return named


@transaction.atomic(durable=True)
def end_administrator(*, administrator: Administrator, until: date, by: Member, now: datetime) -> Administrator:
    """Write down that somebody no longer holds an account's administration."""
    account = queries.get_account(member=by, pk=administrator.account_id, for_update=True)
    rules.check_may_edit(by, account, now=now)
    administrator = Administrator.objects.select_for_update().get(pk=administrator.pk)
    if administrator.until is not None:
        raise Conflict(f"{administrator} ya no administra {account}.")
    if until < administrator.since:
        raise Refused(f"{administrator} administra la cuenta desde el {administrator.since:%d/%m/%Y}.")
    administrator.until = until
    administrator.save(update_fields=["until"])
    record(
        entity_id=account.entity_id, event_type="account.administrator_ended", actor=by.actor, ref=account.ref, at=now,
        facts={"administrator": administrator.name, "until": until.isoformat()},
    )  # fmt: skip
    return administrator
