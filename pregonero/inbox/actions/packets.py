"""Packets of petitions: stored with their digest in the record, and mailed to Relación con el Ciudadano (Q-5)."""

import hashlib
from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.errors import NotFound, WrongState
from pregonero.inbox.models import Contact, Petition, PetitionPacket
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import SYSTEM, record


@transaction.atomic(durable=True)
def ask_for_packet(*, petition: Petition, by: Member, now: datetime) -> None:
    """Have a packet made again, with what the conversation says now."""
    check_may(by, "inbox.see", now=now)
    if petition.entity_id != by.entity_id:
        raise NotFound
    if petition.message.contact and petition.message.contact.erased_at:
        raise WrongState("Los datos de la persona se borraron: ya no se puede hacer el paquete.")
    defer_packet(petition)


def defer_packet(petition: Petition) -> None:
    """Have a worker make the packet, inside the transaction of the act that needs it."""
    app.configure_task("inbox.make_packet").defer(petition_id=petition.pk)


@transaction.atomic(durable=True)
def store_packet(*, petition: Petition, content: bytes, now: datetime) -> PetitionPacket | None:
    """Store a packet and record its digest. Returns None if the person's data were erased while it was made."""
    petition = Petition.objects.select_related("message__conversation").get(pk=petition.pk)
    # The lock makes an erasure wait for this packet, which it then finds and empties.
    locked = Contact.objects.select_for_update(no_key=True, of=("self",))
    contact = locked.filter(messages=petition.message).first()
    if contact is None or contact.erased_at is not None:
        return None
    digest = hashlib.sha256(content).hexdigest()
    packet = PetitionPacket.objects.create(petition=petition, content=content, digest=digest, made_at=now)
    record(
        entity_id=petition.entity_id,
        event_type="petition.packed",
        actor=SYSTEM,
        ref=petition.ref,
        at=now,
        related=[petition.message.conversation.ref],
        facts={"sha256": digest, "bytes": len(content)},
    )
    return packet


@transaction.atomic(durable=True)
def mark_packet_mailed(*, packet: PetitionPacket, to: str, now: datetime) -> None:
    """Record that a packet was mailed to the office that receives petitions."""
    packet = PetitionPacket.objects.select_for_update(no_key=True, of=("self",)).get(pk=packet.pk)
    if packet.mailed_at is not None:
        return
    packet.mailed_to, packet.mailed_at = to, now
    packet.save(update_fields=["mailed_to", "mailed_at"])
    petition = packet.petition
    record(
        entity_id=petition.entity_id,
        event_type="petition.mailed",
        actor=SYSTEM,
        ref=petition.ref,
        at=now,
        related=[petition.message.conversation.ref],
        facts={"sha256": packet.digest, "to": to},
    )
