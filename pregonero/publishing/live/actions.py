"""Plan a live event, check and close its list, put it on the air, end it, cancel it, and note its incidents (P-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import Conflict, NotFound, Refused, WrongState
from pregonero.media.models import Medium
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_without_token
from pregonero.networks.registry import chat_of, manual_posting
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.publishing.live import queries, rules
from pregonero.publishing.live.live_models import (
    Broadcast,
    LiveEvent,
    LiveIncident,
    LiveState,
    LiveStep,
    PreflightCheck,
    PreflightItem,
    StepKind,
)
from pregonero.publishing.live.origins import check_origin
from pregonero.publishing.live.preflight import missing, missing_sentence
from pregonero.records.actions import ObjectRef, record

WITHOUT_CAPTURE = "Falta la captura de la casilla: es la evidencia del procedimiento."
LONGEST_ID = 200


@dataclass(frozen=True)
class LivePlan:
    """What is broadcast, where, when, on which accounts, who is responsible, and what it comes from."""

    title: str
    place: str
    starts_at: datetime
    responsible: Member
    accounts: Sequence[Account]
    source: ObjectRef


@dataclass(frozen=True)
class CheckDraft:
    """What a person saw of an item of the list, when they looked, and the capture that shows it."""

    item: PreflightItem
    account_id: int | None
    is_met: bool
    seen: str
    observed_at: datetime
    medium: Medium | None = None


@transaction.atomic(durable=True)
def plan_event(*, plan: LivePlan, by: Member, now: datetime) -> LiveEvent:
    """Plan a live event, and tell who is responsible for it."""
    check_may(by, "live.manage", now=now)
    source = check_origin(plan.source, by=by).ref
    _check_plan(plan, by, now)
    event = LiveEvent.objects.create(
        entity_id=by.entity_id,
        title=plan.title,
        place=plan.place,
        starts_at=plan.starts_at,
        responsible=plan.responsible,
        source_kind=source.kind,
        source_id=source.id,
        source_name=source.label[:300],
        planned_by=by,
        planned_at=now,
    )
    for account in plan.accounts:
        Broadcast.objects.create(event=event, account=account, has_chat=chat_of(account.network) is not None)
    _record(event, "live.planned", by, now, related=[source, *(one.ref for one in plan.accounts)], facts=_facts(plan))
    _tell(event, "live.assigned", f"Te toca la transmisión «{event.title}»", by, now)
    return event


@transaction.atomic(durable=True)
def change_event(*, event: LiveEvent, plan: LivePlan, revision: int, by: Member, now: datetime) -> LiveEvent:
    """Change the plan of an event that has not begun. Another time or another account opens its list again."""
    event = queries.get_event(member=by, pk=event.pk, for_update=True)
    rules.check_may_prepare(by, event, now=now)
    if event.revision != revision:
        raise Conflict("Alguien más la cambió mientras escribías: mira cómo quedó y vuelve a intentarlo.")
    is_same = plan.source.reference == event.source_ref.reference
    source = event.source_ref if is_same else check_origin(plan.source, by=by).ref
    _check_plan(plan, by, now)
    before = {one.account_id for one in queries.broadcasts_of(event)}
    is_other = plan.starts_at != event.starts_at or {one.pk for one in plan.accounts} != before
    if is_other and event.state == LiveState.READY:
        _reopen(event, "Cambió la hora o las cuentas.", by, now)
    event.title, event.place, event.starts_at, event.responsible = (
        plan.title,
        plan.place,
        plan.starts_at,
        plan.responsible,
    )
    event.source_kind, event.source_id, event.source_name = source.kind, source.id, source.label[:300]
    event.revision += 1
    event.save()
    _place_accounts(event, plan.accounts, now)
    _record(event, "live.changed", by, now, related=[source, *(one.ref for one in plan.accounts)], facts=_facts(plan))
    _tell(event, f"live.changed:{event.revision}", f"Cambió la transmisión «{event.title}»", by, now)
    return event


def _place_accounts(event: LiveEvent, accounts: Sequence[Account], now: datetime) -> None:
    """Leave an event on exactly these accounts; the row of one that is taken out stays."""
    rows = {one.account_id: one for one in Broadcast.objects.filter(event=event)}
    wanted = {account.pk for account in accounts}
    for account in accounts:
        if (row := rows.get(account.pk)) is None:
            Broadcast.objects.create(event=event, account=account, has_chat=chat_of(account.network) is not None)
        elif row.removed_at is not None:
            row.removed_at = None
            row.save(update_fields=["removed_at"])
    for pk, row in rows.items():
        if pk not in wanted and row.removed_at is None:
            row.removed_at = now
            row.save(update_fields=["removed_at"])


@transaction.atomic(durable=True)
def check_item(*, event: LiveEvent, draft: CheckDraft, by: Member, now: datetime) -> PreflightCheck:
    """Store what a person saw of an item. One that the list needs and is not met opens a closed list again."""
    event = queries.get_event(member=by, pk=event.pk, for_update=True)
    rules.check_may_prepare(by, event, now=now)
    rules.check_stated(draft.observed_at, after=None, now=now)
    broadcast = _broadcast_of(event, draft)
    if draft.medium is None and broadcast is not None and draft.is_met:
        raise Refused(WITHOUT_CAPTURE)
    if not draft.seen.strip():
        raise Refused("Escribe qué viste.")
    check = PreflightCheck.objects.create(
        event=event,
        broadcast=broadcast,
        item=draft.item,
        is_met=draft.is_met,
        seen=draft.seen.strip()[:500],
        medium=draft.medium,
        by=by,
        observed_at=draft.observed_at,
        stored_at=now,
    )
    facts = {"item": check.item, "met": check.is_met, "observed_at": check.observed_at.isoformat()}
    digest = {"evidence": [draft.medium.sha256]} if draft.medium else {}
    related = [broadcast.account.ref] if broadcast else []
    _record(event, "live.checked", by, now, related=related, facts=facts | digest, texts={"note": check.seen})
    if event.state == LiveState.READY and (without := missing(queries.list_of_event(event))):
        _reopen(event, f"Falta {missing_sentence(without)}."[:300], by, now)
    return check


def _broadcast_of(event: LiveEvent, draft: CheckDraft) -> Broadcast | None:
    """Return the broadcast whose chat is checked, or None for an item of the whole event. Raises `NotFound`."""
    if draft.item != PreflightItem.CHAT_HELD:
        return None
    broadcasts = queries.broadcasts_of(event)
    found = next((one for one in broadcasts if one.account_id == draft.account_id and one.has_chat), None)
    if found is None:
        raise NotFound
    return found


@transaction.atomic(durable=True)
def close_list(*, event: LiveEvent, by: Member, now: datetime) -> LiveEvent:
    """Close the pre-flight list. Raises `WrongState` that names each item without which it does not close."""
    event = queries.get_event(member=by, pk=event.pk, for_update=True)
    rules.check_may_close(by, event, now=now)
    lines = queries.list_of_event(event, at=now)
    if without := missing(lines):
        raise WrongState(f"La lista no cierra. Falta {missing_sentence(without)}.")
    _move(event, LiveState.READY, StepKind.CLOSED, by, now)
    facts = {"checks": sorted(line.check.pk for line in lines if line.check is not None)}
    _record(event, "live.list_closed", by, now, facts=facts)
    return event


@transaction.atomic(durable=True)
def go_live(
    *, event: LiveEvent, began_at: datetime, addresses: Mapping[int, str], by: Member, now: datetime
) -> LiveEvent:
    """Store that an event is on the air since a minute, and its address on each account, by the account's id.

    Raises `WrongState` if an item of the list is no longer fresh by then.
    """
    event = queries.get_event(member=by, pk=event.pk, for_update=True)
    rules.check_may_go_live(by, event, now=now)
    rules.check_stated(began_at, after=queries.last_step(event, StepKind.CLOSED), now=now)
    if without := missing(queries.list_of_event(event, at=began_at)):
        raise WrongState(f"No puede salir. Falta {missing_sentence(without)}.")
    if not any(address.strip() for address in addresses.values()):
        raise Refused("Pega la dirección de la transmisión en al menos una red.")
    _move(event, LiveState.LIVE, StepKind.LIVE, by, now, happened_at=began_at)
    _record(event, "live.began", by, now, facts={"began_at": began_at.isoformat()})
    _place(event, addresses, by, now)
    return event


@transaction.atomic(durable=True)
def place_addresses(*, event: LiveEvent, addresses: Mapping[int, str], by: Member, now: datetime) -> LiveEvent:
    """Store the addresses that were missing when the event began; one that is stored never changes."""
    event = queries.get_event(member=by, pk=event.pk, for_update=True)
    rules.check_may_place(by, event, now=now)
    if not any(address.strip() for address in addresses.values()):
        raise Refused("Pega la dirección que falta.")
    _place(event, addresses, by, now)
    return event


def _place(event: LiveEvent, addresses: Mapping[int, str], by: Member, now: datetime) -> None:
    for broadcast in queries.broadcasts_of(event):
        address = addresses.get(broadcast.account_id, "").strip()
        if not address or broadcast.address:
            continue
        broadcast.address, broadcast.remote_id = address, broadcast_id(broadcast.account, address)
        broadcast.placed_by, broadcast.placed_at = by, now
        broadcast.save(update_fields=["address", "remote_id", "placed_by", "placed_at"])
        _record(event, "live.placed", by, now, related=[broadcast.account.ref], facts={"address": address})


def broadcast_id(account: Account, address: str) -> str:
    """Return the network's id of a broadcast at an address. Raises `Refused` if it is not of that network."""
    remote_id = manual_posting(account.network).post_id(credentials_without_token(account), address)
    if not remote_id or len(remote_id) > LONGEST_ID:
        network = account.get_network_display()
        raise Refused(f"Esa dirección no es de una transmisión en {network}: cópiala de nuevo.", account=account.pk)
    return remote_id


@transaction.atomic(durable=True)
def end_event(*, event: LiveEvent, ended_at: datetime, by: Member, now: datetime) -> LiveEvent:
    """Store the minute at which an event ended."""
    event = queries.get_event(member=by, pk=event.pk, for_update=True)
    rules.check_may_end(by, event, now=now)
    rules.check_stated(ended_at, after=queries.last_step(event, StepKind.LIVE), now=now)
    _move(event, LiveState.ENDED, StepKind.ENDED, by, now, happened_at=ended_at)
    _record(event, "live.ended", by, now, facts={"ended_at": ended_at.isoformat()})
    return event


@transaction.atomic(durable=True)
def cancel_event(*, event: LiveEvent, reason: str, by: Member, now: datetime) -> LiveEvent:
    """Cancel an event that has not begun, with the reason; what was checked stays."""
    event = queries.get_event(member=by, pk=event.pk, for_update=True)
    rules.check_may_prepare(by, event, now=now)
    if not reason.strip():
        raise Refused("Escribe por qué se cancela.")
    _move(event, LiveState.CANCELLED, StepKind.CANCELLED, by, now, reason=reason)
    _record(event, "live.cancelled", by, now, texts={"reason": reason.strip()})
    _tell(event, "live.cancelled", f"Se canceló la transmisión «{event.title}»", by, now, why=reason.strip())
    return event


@transaction.atomic(durable=True)
def note_incident(
    *, event: LiveEvent, what: str, done: str, happened_at: datetime, by: Member, now: datetime
) -> LiveIncident:
    """Store something that went wrong with an event, and what was done."""
    event = queries.get_event(member=by, pk=event.pk, for_update=True)
    rules.check_may_note_incident(by, event, now=now)
    rules.check_stated(happened_at, after=None, now=now)
    if not what.strip():
        raise Refused("Escribe qué pasó.")
    incident = LiveIncident.objects.create(
        event=event, what=what.strip(), done=done.strip(), happened_at=happened_at, by=by, stored_at=now
    )
    texts = {"note": incident.what} | ({"done": incident.done} if incident.done else {})
    _record(event, "live.incident", by, now, facts={"happened_at": happened_at.isoformat()}, texts=texts)
    return incident


def _reopen(event: LiveEvent, reason: str, by: Member, now: datetime) -> None:
    _move(event, LiveState.PLANNED, StepKind.REOPENED, by, now, reason=reason)
    _record(event, "live.list_reopened", by, now, texts={"reason": reason})


def _move(
    event: LiveEvent,
    state: LiveState,
    kind: StepKind,
    by: Member,
    now: datetime,
    *,
    happened_at: datetime | None = None,
    reason: str = "",
) -> None:
    """Move an event to a state, with the step that says who did it and when."""
    event.state = state
    event.save(update_fields=["state"])
    LiveStep.objects.create(
        event=event, kind=kind, by=by, happened_at=happened_at or now, stored_at=now, reason=reason.strip()[:300]
    )


def _check_plan(plan: LivePlan, by: Member, now: datetime) -> None:
    rules.check_plan(
        entity_id=by.entity_id,
        starts_at=plan.starts_at,
        responsible=plan.responsible,
        accounts=plan.accounts,
        now=now,
    )


def _facts(plan: LivePlan) -> dict[str, object]:
    return {"starts_at": plan.starts_at.isoformat(), "place": plan.place, "responsible": plan.responsible.name}


def _record(
    event: LiveEvent,
    event_type: str,
    by: Member,
    now: datetime,
    *,
    related: Sequence[ObjectRef] = (),
    facts: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    record(
        entity_id=event.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=event.ref,
        at=now,
        related=list(related),
        facts=dict(facts or {}),
        texts=dict(texts) if texts else None,
    )


def _tell(event: LiveEvent, kind: str, title: str, by: Member, now: datetime, *, why: str = "") -> None:
    """Notify who is responsible, unless it is who did it."""
    if event.responsible_id == by.pk:
        return
    starts_at = timezone.localtime(event.starts_at)
    notify(
        members=[event.responsible],
        kind=kind,
        ref=event.ref,
        title=title,
        path=event.get_absolute_url(),
        now=now,
        why=why or f"El {starts_at:%d/%m/%Y} a las {starts_at:%H:%M}, en {event.place}.",
    )
