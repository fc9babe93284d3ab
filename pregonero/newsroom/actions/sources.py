"""Sources of news and the standing rules that the coordinator signs for them (P-1)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from pregonero.errors import Conflict, Issue, NotReady, WrongState
from pregonero.networks import vault
from pregonero.newsroom import queries
from pregonero.newsroom.models import Source, SourceKind, SourceState, StandingRule
from pregonero.newsroom.reading.selectors import issues_of
from pregonero.newsroom.reading.urls import canonical
from pregonero.newsroom.rules import check_may_manage, check_may_sign, check_official
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record

SECRET_LENGTH = 24  # characters, at least


@transaction.atomic(durable=True)
def register_source(
    *,
    entity: Entity,
    kind: SourceKind,
    name: str,
    by: Member,
    now: datetime,
    address: str = "",
    selectors: Mapping[str, str] | None = None,
    every_minutes: int = 5,
    secret: str = "",
) -> Source:
    """Add a source of the official website, to be read from now on.

    A feed or a listing has an `address`, a listing its `selectors` too; a webhook has a `secret` of 24 characters or
    more, which is kept encrypted and shown to nobody again. Raises `NotReady`, `NotOfficial` or `Conflict`.
    """
    check_may(by, "sources.manage", now=now)
    address = "" if kind == SourceKind.WEBHOOK else canonical(address)
    _check_source(entity, kind, address, dict(selectors or {}), secret)
    source = Source(
        entity=entity, kind=kind, name=name, address=address, every_minutes=every_minutes,
        selectors=dict(selectors or {}) if kind == SourceKind.LISTING else {},
        registered_at=now, next_check_at=None if kind == SourceKind.WEBHOOK else now,
    )  # fmt: skip
    if kind == SourceKind.WEBHOOK:
        source.encrypted_secret = vault.encrypt(secret, context=source.encryption_context)
    source.save()
    record(
        entity_id=entity.pk, event_type="source.registered", actor=by.actor, ref=source.ref, at=now,
        facts={"kind": kind, "address": address, "every_minutes": every_minutes},
    )  # fmt: skip
    return source


def _check_source(entity: Entity, kind: SourceKind, address: str, selectors: dict[str, str], secret: str) -> None:
    issues = issues_of(selectors) if kind == SourceKind.LISTING else []
    if kind == SourceKind.WEBHOOK and len(secret) < SECRET_LENGTH:
        issues.append(Issue("secret", "short", f"El secreto debe tener {SECRET_LENGTH} caracteres o más."))
    if issues:
        raise NotReady(issues)
    if kind == SourceKind.WEBHOOK:
        return
    check_official(entity, address)
    if Source.objects.filter(entity=entity, address=address, state=SourceState.ACTIVE).exists():
        raise Conflict("Esa dirección ya es una fuente en uso.")


@transaction.atomic(durable=True)
def retire_source(*, source: Source, by: Member, now: datetime) -> Source:
    """Stop reading a source for good; what it brought stays. Its standing rule ends with it."""
    source = queries.get_source(member=by, pk=source.pk, for_update=True)
    check_may_manage(by, source, now=now)
    source.state, source.retired_by, source.retired_at = SourceState.RETIRED, by, now
    source.save(update_fields=["state", "retired_by", "retired_at"])
    StandingRule.objects.filter(source=source, revoked_at__isnull=True).update(revoked_by=by, revoked_at=now)
    record(entity_id=source.entity_id, event_type="source.retired", actor=by.actor, ref=source.ref, at=now)
    return source


@transaction.atomic(durable=True)
def sign_rule(*, source: Source, reason: str, by: Member, now: datetime) -> StandingRule:
    """Sign that what this source brings from now on is informed by itself, until revoked (P-1)."""
    source = queries.get_source(member=by, pk=source.pk, for_update=True)
    check_may_sign(by, source, now=now)
    if queries.rule_in_force(source) is not None:
        raise Conflict(f"«{source}» ya tiene una regla permanente en vigor.")
    rule = StandingRule.objects.create(source=source, signed_by=by, signed_at=now, reason=reason)
    record(
        entity_id=source.entity_id, event_type="rule.signed", actor=by.actor, ref=source.ref, at=now,
        texts={"reason": reason}, facts={"rule": rule.pk},
    )  # fmt: skip
    return rule


@transaction.atomic(durable=True)
def revoke_rule(*, source: Source, by: Member, now: datetime) -> StandingRule:
    """End the standing rule of a source: what comes next waits for the content manager again."""
    source = queries.get_source(member=by, pk=source.pk, for_update=True)
    check_may_sign(by, source, now=now)
    rule = queries.rule_in_force(source)
    if rule is None:
        raise WrongState(f"«{source}» no tiene una regla permanente en vigor.")
    rule.revoked_by, rule.revoked_at = by, now
    rule.save(update_fields=["revoked_by", "revoked_at"])
    record(
        entity_id=source.entity_id, event_type="rule.revoked", actor=by.actor, ref=source.ref, at=now,
        facts={"rule": rule.pk},
    )  # fmt: skip
    return rule
