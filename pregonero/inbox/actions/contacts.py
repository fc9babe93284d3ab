"""Erasing a person's words and names when they ask for it; the record keeps that it was done (N-7, Q-7)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.errors import Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.press import erase_reserved_notes
from pregonero.inbox.models import (
    Contact,
    ContactJoin,
    Conversation,
    CorrectionWaiver,
    Draft,
    Message,
    MessageVersion,
    Note,
    Petition,
    PetitionPacket,
    PetitionStep,
    Promise,
)
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import Role
from pregonero.people.rules import check_may
from pregonero.records.actions import record
from pregonero.records.models import Event, EventText

ERASED, NOTE_ERASED = "borrado", "(borrado)"


@transaction.atomic(durable=True)
def erase_contact(*, contact: Contact, reason: str, by: Member, now: datetime) -> Contact:
    """Erase what a person wrote and their names, everywhere they are kept, with the reason (Ley 1581 de 2012).

    The conversations stay, with their acts and digests: without the salt, a text cannot be guessed from its digest.
    What was answered stays as it was published.
    """
    contact = queries.get_contact(member=by, pk=contact.pk, for_update=True)
    check_may(by, "contact.erase", now=now)
    if not reason.strip():
        raise Refused("Escribe por qué se borran sus datos.")
    if contact.erased_at is not None:
        raise WrongState("Sus datos ya se borraron.")
    counts = _erase_texts(contact, now)
    contact.handle = contact.name = ""
    contact.remote_id, contact.erased_at = f"{ERASED}:{contact.pk}", now
    contact.save()
    # Train again, so that the model no longer has their words.
    app.configure_task("inbox.train_model").defer(entity_id=contact.entity_id)
    record(
        entity_id=contact.entity_id,
        event_type="contact.erased",
        actor=by.actor,
        ref=contact.ref,
        at=now,
        facts=counts,
        texts={"reason": reason.strip()},
    )
    _tell_who_got_packets(contact, now)
    return contact


def _erase_texts(contact: Contact, now: datetime) -> dict[str, int]:
    """Erase the texts of a person and those about them, and return how many of each there were."""
    conversations = Conversation.objects.filter(contact=contact)
    petitions = Petition.objects.filter(message__contact=contact)
    packets = PetitionPacket.objects.filter(petition__in=petitions, erased_at__isnull=True)
    promises = Promise.objects.filter(conversation__contact=contact)
    about = [
        *(conversation.ref for conversation in conversations.select_related("account")),
        *(petition.ref for petition in petitions),
        *(promise.ref for promise in promises),
        contact.ref,
    ]
    CorrectionWaiver.objects.filter(answer__conversation__contact=contact).update(reason=NOTE_ERASED)
    conversations.update(question_why=NOTE_ERASED)  # a person may have written it
    return {
        "versions": MessageVersion.objects.filter(message__contact=contact).update(text="", salt=""),
        "messages": Message.objects.filter(contact=contact).update(text="", salt="", url=""),
        "drafts": Draft.objects.filter(conversation__contact=contact).delete()[0],
        "notes": Note.objects.filter(conversation__contact=contact).update(text=NOTE_ERASED)
        + erase_reserved_notes(contact, NOTE_ERASED),
        "petitions": petitions.update(contact_given=""),
        "packets_mailed": packets.filter(mailed_at__isnull=False).count(),
        "packets": packets.update(content=None, erased_at=now),
        "promises": promises.update(text=""),
        "steps": PetitionStep.objects.filter(petition__in=petitions).exclude(note="").update(note=""),
        "joins": ContactJoin.objects.filter(Q(first=contact) | Q(second=contact)).update(reason=""),
        "records": _erase_record_texts(contact.entity_id, [ref.reference for ref in about]),
    }


def _erase_record_texts(entity_id: int, references: list[str]) -> int:
    """Erase what staff wrote in the records about these objects, which may name the person; the digests stay."""
    events = Event.objects.filter(Q(ref__in=references) | Q(related__overlap=references), entity_id=entity_id)
    return EventText.objects.filter(event_id__in=events.values("pk")).delete()[0]


def _tell_who_got_packets(contact: Contact, now: datetime) -> None:
    """Ask Relación con el Ciudadano to delete the packets that were mailed to them: nothing here can erase those."""
    mailed = PetitionPacket.objects.filter(petition__message__contact=contact, mailed_at__isnull=False).first()
    if mailed is not None:
        notify(
            members=members_with(contact.entity, [Role.CITIZEN_RELATIONS], today=timezone.localdate(now)),
            kind="contact.erased",
            ref=contact.ref,
            title="Borra el paquete que te llegó por correo: se borraron los datos de la persona",
            path=mailed.petition.get_absolute_url(),
            now=now,
            why="Ley 1581 de 2012.",
        )
