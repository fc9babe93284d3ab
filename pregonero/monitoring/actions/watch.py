"""The watch list: follow a source, confirm one of the starting list, and stop following it (T-1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from pregonero.errors import Conflict, NotReady, WrongState
from pregonero.monitoring import queries
from pregonero.monitoring.models import WatchedRole, WatchedSource, WatchedState
from pregonero.newsroom.reading.urls import canonical_link
from pregonero.newsroom.sources.registry import polled_kind
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@dataclass(frozen=True)
class Watched:
    """A source to follow: its kind of reading, whose it is, and its address."""

    kind: str
    role: WatchedRole
    name: str
    address: str
    options: Mapping[str, str] = field(default_factory=dict)
    is_confirmed: bool = True


@transaction.atomic(durable=True)
def watch_source(*, watched: Watched, by: Member, now: datetime) -> WatchedSource:
    """Follow a source from now on. Raises `Malformed`, `NotReady`, or `Conflict` if it is followed already."""
    check_may(by, "watch.manage", now=now)
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    source = _add(watched, by, now)
    if source is None:
        raise Conflict("Esa dirección ya se sigue.")
    return source


@transaction.atomic(durable=True)
def watch_several(*, several: list[Watched], by: Member, now: datetime) -> list[WatchedSource]:
    """Follow many sources at once, as an OPML file or the starting list bring them; those followed already stay."""
    check_may(by, "watch.manage", now=now)
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    return [source for source in (_add(watched, by, now) for watched in several) if source is not None]


def _add(watched: Watched, by: Member, now: datetime) -> WatchedSource | None:
    kind, address = polled_kind(watched.kind), canonical_link(watched.address).partition("#")[0]
    options = dict(watched.options)
    if issues := kind.issues_of(options):
        raise NotReady(issues)
    if queries.active_sources(by.entity_id).filter(address=address).exists():
        return None
    source = WatchedSource.objects.create(
        entity_id=by.entity_id,
        kind=kind.code,
        role=watched.role,
        name=watched.name.strip()[:120],
        address=address,
        options=options,
        is_confirmed=watched.is_confirmed,
        registered_by=by,
        registered_at=now,
        next_check_at=now,
    )
    record(
        entity_id=by.entity_id,
        event_type="watched.registered",
        actor=by.actor,
        ref=source.ref,
        at=now,
        facts={"kind": source.kind, "role": source.role, "address": address, "confirmed": source.is_confirmed},
    )
    return source


@transaction.atomic(durable=True)
def confirm_source(*, source: WatchedSource, by: Member, now: datetime) -> WatchedSource:
    """Say that somebody looked at a source of the starting list, and that it is what it says."""
    source = queries.get_source(member=by, pk=source.pk, for_update=True)
    check_may(by, "watch.manage", now=now)
    if source.is_confirmed or source.state != WatchedState.ACTIVE:
        raise WrongState("Esa fuente no espera que la confirmen.")
    source.is_confirmed = True
    source.save(update_fields=["is_confirmed"])
    record(entity_id=by.entity_id, event_type="watched.confirmed", actor=by.actor, ref=source.ref, at=now)
    return source


@transaction.atomic(durable=True)
def retire_source(*, source: WatchedSource, by: Member, now: datetime) -> WatchedSource:
    """Stop following a source; what it published stays."""
    source = queries.get_source(member=by, pk=source.pk, for_update=True)
    check_may(by, "watch.manage", now=now)
    if source.state != WatchedState.ACTIVE:
        raise WrongState("Esa fuente ya no se sigue.")
    source.state, source.retired_by, source.retired_at = WatchedState.RETIRED, by, now
    source.save(update_fields=["state", "retired_by", "retired_at"])
    record(entity_id=by.entity_id, event_type="watched.retired", actor=by.actor, ref=source.ref, at=now)
    return source
