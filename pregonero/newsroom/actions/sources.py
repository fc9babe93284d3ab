"""Sources of news: registering and retiring them, their failures, and the standing rules of the coordinator (P-1)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from pregonero import vault
from pregonero.errors import Conflict, Issue, NotReady, WrongState
from pregonero.newsroom import queries
from pregonero.newsroom.models import Source, SourceState, StandingRule
from pregonero.newsroom.reading.dates import BOGOTA
from pregonero.newsroom.reading.urls import canonical_link
from pregonero.newsroom.rules import check_may_manage, check_may_sign, check_official
from pregonero.newsroom.sources.base import SourceKind
from pregonero.people.actions import notify
from pregonero.people.models import Entity, Member
from pregonero.people.queries import members_with
from pregonero.people.roles import PERMISSIONS
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record

MIN_SECRET_LENGTH = 24  # characters
MAX_RETRY_DELAY = timedelta(hours=6)
MAX_DOUBLINGS = 8
FAILURES_BEFORE_NOTICE = 2  # consecutive


@transaction.atomic(durable=True)
def register_source(
    *,
    entity: Entity,
    kind: SourceKind,
    name: str,
    by: Member,
    now: datetime,
    address: str = "",
    options: Mapping[str, str] | None = None,
    every_minutes: int = 5,
    secret: str = "",
) -> Source:
    """Add a source of the official website. A polled one is due at once.

    A polled kind needs an `address`; any other needs a `secret` of at least `MIN_SECRET_LENGTH` characters, which is
    stored encrypted. Raises `NotReady`, `Malformed`, `NotOfficial` or `Conflict`.
    """
    check_may(by, "sources.manage", now=now)
    address = canonical_link(address).partition("#")[0] if kind.is_polled else ""
    options = dict(options or {})
    _check_new_source(entity, kind, address, options, secret)
    source = Source(
        entity=entity, kind=kind.code, name=name, address=address, every_minutes=every_minutes, options=options
    )
    source.registered_at, source.next_check_at = now, now if kind.is_polled else None
    if not kind.is_polled:
        source.encrypted_secret = vault.encrypt(secret, context=source.encryption_context)
    source.save()
    record(
        entity_id=entity.pk,
        event_type="source.registered",
        actor=by.actor,
        ref=source.ref,
        at=now,
        facts={"kind": kind.code, "address": address, "every_minutes": every_minutes},
    )
    return source


def _check_new_source(entity: Entity, kind: SourceKind, address: str, options: Mapping[str, str], secret: str) -> None:
    issues = kind.issues_of(options)
    if not kind.is_polled and len(secret) < MIN_SECRET_LENGTH:
        issues.append(Issue("secret", "short", f"El secreto debe tener {MIN_SECRET_LENGTH} caracteres o más."))
    if issues:
        raise NotReady(issues)
    if not kind.is_polled:
        return
    check_official(entity, address)
    if Source.objects.filter(entity=entity, address=address, state=SourceState.ACTIVE).exists():
        raise Conflict("Esa dirección ya es una fuente en uso.")


@transaction.atomic(durable=True)
def retire_source(*, source: Source, by: Member, now: datetime) -> Source:
    """Stop reading a source, with no way back; revoke its standing rule. Its news stay."""
    source = queries.get_source(member=by, pk=source.pk, for_update=True)
    check_may_manage(by, source, now=now)
    source.state, source.retired_by, source.retired_at = SourceState.RETIRED, by, now
    source.save(update_fields=["state", "retired_by", "retired_at"])
    StandingRule.objects.filter(source=source, revoked_at__isnull=True).update(revoked_by=by, revoked_at=now)
    record(entity_id=source.entity_id, event_type="source.retired", actor=by.actor, ref=source.ref, at=now)
    return source


@transaction.atomic(durable=True)
def save_source_problem(*, source: Source, reason: str, now: datetime, wait: timedelta = timedelta(0)) -> Source:
    """Store why a reading failed and schedule the next one: the delay doubles up to `MAX_RETRY_DELAY`.

    If the site asked for a `wait`, the next reading is after it, and the delay is not doubled.
    """
    source = queries.source_to_read(pk=source.pk, for_update=True)
    if source.state == SourceState.RETIRED:
        return source
    if not source.problem:
        record(
            entity_id=source.entity_id,
            event_type="source.failing",
            actor=SYSTEM,
            ref=source.ref,
            at=now,
            facts={"problem": reason},
        )
    source.problem, source.failures, source.checked_at = reason[:300], source.failures + 1, now
    source.next_check_at = now + (max(wait, _reading_interval(source)) if wait else _delay_after_failures(source))
    source.save(update_fields=["problem", "failures", "checked_at", "next_check_at"])
    if source.failures == FAILURES_BEFORE_NOTICE:
        _notify_administrators(source, now)
    return source


def _reading_interval(source: Source) -> timedelta:
    return timedelta(minutes=source.every_minutes)


def _delay_after_failures(source: Source) -> timedelta:
    return min(_reading_interval(source) * (1 << min(source.failures, MAX_DOUBLINGS)), MAX_RETRY_DELAY)


def _notify_administrators(source: Source, now: datetime) -> None:
    """Notify the members who manage sources, once for each series of failures."""
    roles = PERMISSIONS["sources.manage"].roles
    notify(
        members=members_with(source.entity, roles, today=now.astimezone(BOGOTA).date()),
        kind=f"source.failing:{now:%Y%m%d%H%M%S}",
        ref=source.ref,
        title=f"No se puede leer «{source}»",
        why=f"{source.problem} Mientras tanto, las noticias se informan por su enlace.",
        path=f"{reverse('newsroom:sources')}#fuente-{source.pk}",
        now=now,
    )


@transaction.atomic(durable=True)
def sign_rule(*, source: Source, reason: str, by: Member, now: datetime) -> StandingRule:
    """Sign a standing rule: the news that this source brings from now on are informed automatically (P-1)."""
    source = queries.get_source(member=by, pk=source.pk, for_update=True)
    check_may_sign(by, source, now=now)
    if queries.rule_in_force(source) is not None:
        raise Conflict(f"«{source}» ya tiene una regla permanente en vigor.")
    rule = StandingRule.objects.create(source=source, signed_by=by, signed_at=now, reason=reason)
    record(
        entity_id=source.entity_id,
        event_type="rule.signed",
        actor=by.actor,
        ref=source.ref,
        at=now,
        texts={"reason": reason},
        facts={"rule": rule.pk},
    )
    return rule


@transaction.atomic(durable=True)
def revoke_rule(*, source: Source, by: Member, now: datetime) -> StandingRule:
    """Revoke the standing rule of a source: its next news wait for the content manager."""
    source = queries.get_source(member=by, pk=source.pk, for_update=True)
    check_may_sign(by, source, now=now)
    rule = queries.rule_in_force(source)
    if rule is None:
        raise WrongState(f"«{source}» no tiene una regla permanente en vigor.")
    rule.revoked_by, rule.revoked_at = by, now
    rule.save(update_fields=["revoked_by", "revoked_at"])
    record(
        entity_id=source.entity_id,
        event_type="rule.revoked",
        actor=by.actor,
        ref=source.ref,
        at=now,
        facts={"rule": rule.pk},
    )
    return rule
