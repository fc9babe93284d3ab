"""Register a synergy that arrived, and define it (S-1)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import Refused
from pregonero.media.actions import save_medium
from pregonero.media.store import StoredFile
from pregonero.newsroom.campaign_models import Campaign
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.people.rules import check_may
from pregonero.records.actions import record
from pregonero.synergies import queries, rules
from pregonero.synergies.models import (
    Definition,
    SuggestedText,
    Synergy,
    SynergyFile,
    SynergyState,
    SynergyWay,
)


@dataclass(frozen=True)
class Received:
    """What an office sends: who, for whom, about what, how it came, and when it is asked to go out."""

    sender: str
    beneficiary: str
    topic: str
    way: SynergyWay
    received_at: datetime
    sender_contact: str = ""
    message: str = ""
    link: str = ""
    window_from: datetime | None = None
    window_to: datetime | None = None
    campaign: Campaign | None = None


@dataclass(frozen=True)
class ReceivedFile:
    """A file that came with it. `stored` is set when it is a picture or video that publications can use."""

    name: str
    content: bytes = field(repr=False)
    stored: StoredFile | None = None
    note: str = ""


@transaction.atomic(durable=True)
def register_synergy(
    *, received: Received, texts: Sequence[str], files: Sequence[ReceivedFile] = (), by: Member, now: datetime
) -> Synergy:
    """Store a synergy with its texts and files, and tell those who define it."""
    check_may(by, "synergy.register", now=now)
    rules.check_files((file.name, len(file.content)) for file in files)
    rules.check_texts(texts)
    rules.check_window(received.window_from, received.window_to)
    if received.received_at > now:
        raise Refused("Escribe cuándo llegó: un momento que ya pasó.")
    fields = {name: getattr(received, name) for name in Received.__dataclass_fields__}
    synergy = Synergy.objects.create(entity_id=by.entity_id, registered_by=by, registered_at=now, **fields)
    SuggestedText.objects.bulk_create(
        SuggestedText(synergy=synergy, position=position, text=text) for position, text in enumerate(texts, start=1)
    )
    digests = _add_files(synergy, files, by, now)
    record(
        entity_id=by.entity_id,
        event_type="synergy.received",
        actor=by.actor,
        ref=synergy.ref,
        at=now,
        related=[received.campaign.ref] if received.campaign else [],
        facts={
            "sender": synergy.sender,
            "beneficiary": synergy.beneficiary,
            "way": synergy.way,
            "received_at": synergy.received_at.isoformat(),
            "files": digests,
            "texts": len(texts),
        },
        texts={"message": synergy.message},
    )
    _tell_received(synergy, by, now)
    return synergy


def _add_files(synergy: Synergy, files: Sequence[ReceivedFile], by: Member, now: datetime) -> list[str]:
    """Store the files, each once, and return their digests."""
    found = {hashlib.sha256(file.content).hexdigest(): file for file in files}
    for digest, file in found.items():
        medium = save_medium(by.entity, file.stored, "", now, by) if file.stored else None
        SynergyFile.objects.create(
            synergy=synergy, name=file.name[:200], content=file.content, digest=digest, medium=medium, note=file.note
        )
    return sorted(found)


def _tell_received(synergy: Synergy, by: Member, now: datetime) -> None:
    people = members_with(synergy.entity, NETWORKS_PEOPLE | GROUP_HEADS, today=timezone.localdate(now))
    notify(
        members=[person for person in people if person != by],
        kind="synergy.received",
        ref=synergy.ref,
        title=f"{synergy.sender} pide apoyar: {synergy.topic}",
        path=synergy.get_absolute_url(),
        now=now,
        why=f"En favor de {synergy.beneficiary}.",
    )


@dataclass(frozen=True)
class DefinitionDraft:
    """What two people define: support it, leave it for later or not, with the circumstances and the affinity."""

    state: SynergyState
    circumstances: str
    affinity: str
    networks_person: Member
    head: Member
    look_again_on: date | None = None


@transaction.atomic(durable=True)
def define_synergy(*, synergy: Synergy, definition: DefinitionDraft, by: Member, now: datetime) -> Definition:
    """Define a synergy between one of the networks' people and the adviser or coordinator, in one record (S-1)."""
    synergy = queries.get_synergy(member=by, pk=synergy.pk, for_update=True)
    check_may(by, "synergy.define", now=now)
    rules.check_pair(definition.networks_person, definition.head, by=by, now=now)
    rules.check_definition(synergy, definition.state, definition.look_again_on, now=now)
    if not definition.circumstances.strip() or not definition.affinity.strip():
        raise Refused("Escribe la coyuntura y la afinidad con el sector: quedan en el registro.")
    synergy.state = definition.state
    synergy.look_again_on = definition.look_again_on if definition.state == SynergyState.LATER else None
    synergy.save(update_fields=["state", "look_again_on"])
    values = {name: getattr(definition, name) for name in DefinitionDraft.__dataclass_fields__}
    values |= {"circumstances": definition.circumstances.strip()[:500], "affinity": definition.affinity.strip()[:500]}
    made = Definition.objects.create(
        synergy=synergy, by=by, at=now, **values | {"look_again_on": synergy.look_again_on}
    )
    event = record(
        entity_id=synergy.entity_id,
        event_type="synergy.defined",
        actor=by.actor,
        ref=synergy.ref,
        at=now,
        facts={
            "state": made.state,
            "networks_person": made.networks_person_id,
            "head": made.head_id,
            "look_again_on": str(made.look_again_on or ""),
        },
        texts={"circumstances": made.circumstances, "affinity": made.affinity},
    )
    _tell_defined(made, event.pk, now)
    return made


def _tell_defined(made: Definition, event: int, now: datetime) -> None:
    """Tell the one of the two who did not write it."""
    synergy = made.synergy
    notify(
        members=[made.head if made.by_id == made.networks_person_id else made.networks_person],
        kind=f"synergy.defined:{event}",
        ref=synergy.ref,
        title=f"{made.by} escribió lo que definieron: {synergy.topic}, {synergy.get_state_display()}",
        path=synergy.get_absolute_url(),
        now=now,
        why=made.circumstances,
    )
