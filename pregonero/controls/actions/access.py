"""Saying who each administrator of an account is (FB-1), and the findings about those who left."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pregonero.controls import access_queries
from pregonero.controls.actions.checks import OF_ACCESS, end_finding, tell_finding
from pregonero.controls.models import AdministratorLink, Finding, FindingState
from pregonero.errors import NotFound, Refused
from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record


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


@transaction.atomic(durable=True)
def review_administrators(*, entity: Entity, now: datetime) -> None:
    """Open a finding for each administrator who left or whom the network no longer shows; close those solved."""
    entity = Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=entity.pk)
    problems = access_queries.administrator_problems(entity, day=timezone.localdate(now))
    by_key = {f"{OF_ACCESS}{problem.key}": problem for problem in problems}
    opened = Finding.objects.filter(entity=entity, state=FindingState.OPEN, key__startswith=OF_ACCESS)
    known = {finding.key: finding for finding in opened.select_related("account")}
    for key, problem in by_key.items():
        if key not in known:
            finding = Finding.objects.create(
                entity=entity,
                key=key,
                account=problem.account,
                title=problem.title[:300],
                detail=problem.detail,
                opened_at=now,
            )
            tell_finding(finding, [problem.account.ref, problem.member.ref], actor=SYSTEM, now=now)
    for key, finding in known.items():
        if key not in by_key:
            end_finding(finding, "La cuenta quedó con quienes deben administrarla.", None, now)
