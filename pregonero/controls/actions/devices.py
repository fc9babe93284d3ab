"""Device reviews (YT-2, X-2, IG-2), and the devices, places and hours that an entity knows as its own."""

from dataclasses import dataclass
from datetime import datetime, time

from django.db import IntegrityError, transaction

from pregonero.controls import queries
from pregonero.controls.actions.checks import CheckDraft, EvidenceDraft, store_check
from pregonero.controls.device_list import Device, DeviceList, read_devices
from pregonero.controls.device_rules import known_use, why_strange
from pregonero.controls.models import Check, Control, DeviceSeen, KnownAccess, KnownKind
from pregonero.controls.rules import check_may_check, check_times
from pregonero.controls.states import Consequence, EvidenceKind, Result
from pregonero.errors import Conflict, Refused, WrongState
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record

LONGEST_NOTE = 500


@dataclass(frozen=True)
class ReviewDraft:
    """A list of devices as it was pasted, when it was seen, and whether each device is strange, in its order.

    `read_rest` says that the person read the lines that were not understood.
    """

    text: str
    observed_at: datetime
    strange: tuple[bool, ...]
    read_rest: bool = False


@transaction.atomic(durable=True)
def record_device_review(*, control: Control, account: Account, draft: ReviewDraft, by: Member, now: datetime) -> Check:
    """Record a review of devices with what a person decided of each; a strange one opens the control's incident."""
    control = queries.get_control(member=by, pk=control.pk, for_update=True)
    account = queries.get_target(member=by, control=control, account_id=account.pk)
    version = queries.current_version(control)
    check_may_check(by, control, version, now=now)
    check_times(observed_at=draft.observed_at, now=now)
    if version.consequence != Consequence.SESSION:
        raise WrongState(f"El control {control.code} no revisa dispositivos.")
    listed = read_devices(draft.text, now=draft.observed_at)
    _check_decided(listed, draft)
    strange = [device for device, is_strange in zip(listed.devices, draft.strange, strict=True) if is_strange]
    check = store_check(
        control=control,
        account=account,
        draft=CheckDraft(
            result=Result.NOT_MET if strange else Result.MET,
            observed_at=draft.observed_at,
            note=_note(strange),
            evidence=(EvidenceDraft(EvidenceKind.NOTE, body=draft.text, name="Lista de dispositivos"),),
        ),
        by=by,
        now=now,
    )
    _store_devices(check, listed, draft)
    return check


def _check_decided(listed: DeviceList, draft: ReviewDraft) -> None:
    if len(draft.strange) != len(listed.devices):
        raise Conflict("La lista cambió: decide otra vez cada dispositivo.")
    if listed.unread and not draft.read_rest:
        raise Refused("Confirma que leíste las líneas que no se entendieron y que no son dispositivos.")


def _note(strange: list[Device]) -> str:
    """Return what the strange devices are, for the check and its incident; empty when none is."""
    if not strange:
        return ""
    listed = "; ".join(", ".join(filter(None, (one.kind, one.place, one.when))) for one in strange)
    count = "Un dispositivo extraño" if len(strange) == 1 else f"{len(strange)} dispositivos extraños"
    return f"{count}: {listed}"[:LONGEST_NOTE]


def _store_devices(check: Check, listed: DeviceList, draft: ReviewDraft) -> None:
    known = known_use(queries.known_access(check.control.entity))
    DeviceSeen.objects.bulk_create(
        DeviceSeen(
            check_made=check,
            position=position,
            kind=device.kind,
            place=device.place,
            when=device.when,
            seen_at=device.moment.at if device.moment else None,
            proposal=why_strange(device, known, now=draft.observed_at)[:400],
            is_strange=is_strange,
        )
        for position, (device, is_strange) in enumerate(zip(listed.devices, draft.strange, strict=True), start=1)
    )


@transaction.atomic(durable=True)
def add_known_access(
    *, kind: KnownKind, text: str, by: Member, now: datetime, starts_at: time | None = None, ends_at: time | None = None
) -> KnownAccess:
    """Add a device, a place or hours of the entity's own. Hours need their start and their end."""
    check_may(by, "controls.manage", now=now)
    text = " ".join(text.split())
    if kind == KnownKind.HOURS:
        if starts_at is None or ends_at is None or starts_at == ends_at:
            raise Refused("Escribe a qué hora empieza y a qué hora termina el horario.")
        text = f"{starts_at:%H:%M} a {ends_at:%H:%M}"
    elif not text:
        raise Refused("Escribe cómo lo muestra la red, por ejemplo «Windows, Chrome» o «Bogotá, Colombia».")
    else:
        starts_at = ends_at = None
    given = {"entity_id": by.entity_id, "kind": kind, "text": text, "starts_at": starts_at, "ends_at": ends_at}
    try:
        with transaction.atomic():
            known = KnownAccess.objects.create(**given, added_by=by, added_at=now)
    except IntegrityError as twice:
        raise Conflict(f"Ya está entre los conocidos: {text}.") from twice
    _record("known_access.added", known, by, now)
    return known


@transaction.atomic(durable=True)
def remove_known_access(*, known: KnownAccess, by: Member, now: datetime) -> KnownAccess:
    """Take a device, a place or hours out of what the entity knows; the reviews made before stay as they were."""
    check_may(by, "controls.manage", now=now)
    known = queries.get_known_access(member=by, pk=known.pk, for_update=True)
    known.removed_by, known.removed_at = by, now
    known.save(update_fields=["removed_by", "removed_at"])
    _record("known_access.removed", known, by, now)
    return known


def _record(event_type: str, known: KnownAccess, by: Member, now: datetime) -> None:
    facts = {"kind": known.kind, "text": known.text}
    record(entity_id=by.entity_id, event_type=event_type, actor=by.actor, ref=known.ref, at=now, facts=facts)
