"""Saying who each administrator of an account is (FB-1)."""

from datetime import datetime

from django.db import transaction

from pregonero.controls import access_queries
from pregonero.controls.models import AdministratorLink
from pregonero.errors import NotFound, Refused
from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@transaction.atomic(durable=True)
def link_administrator(
    *, account: Account, remote_id: str, member: Member | None, is_own_system_user: bool, by: Member, now: datetime
) -> AdministratorLink:
    """Say who an administrator of an account is: a person of the entity, or our own system user."""
    check_may(by, "controls.manage", now=now)
    account = get_account(member=by, pk=account.pk)
    seen = next((one for one in access_queries.administrators_of(account) if one.remote_id == remote_id), None)
    if seen is None:
        raise NotFound
    if (member is None) == (not is_own_system_user):
        raise Refused("Elige la persona, o di que es el usuario de sistema de la entidad.")
    if member is not None and member.entity_id != by.entity_id:
        raise NotFound
    link = AdministratorLink.objects.create(
        account=account,
        remote_id=remote_id,
        name=seen.name,
        member=member,
        is_own_system_user=is_own_system_user,
        by=by,
        at=now,
    )
    record(
        entity_id=by.entity_id,
        event_type="administrator.linked",
        actor=by.actor,
        ref=account.ref,
        at=now,
        related=[member.ref] if member else [],
        facts={"remote_id": remote_id, "is_own_system_user": is_own_system_user},
    )
    return link
