"""A person's words and names are erased when they ask for it; the sealed record keeps that it was done (N-7, Q-7)."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.errors import Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.models import Contact, Draft, Message, MessageVersion
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record

ERASED = "borrado"


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
    messages = Message.objects.filter(contact=contact)
    versions = MessageVersion.objects.filter(message__contact=contact)
    counts = {"messages": messages.count(), "versions": versions.count()}
    versions.update(text="", salt="")
    messages.update(text="", salt="", url="")
    Draft.objects.filter(conversation__contact=contact).delete()
    contact.handle = contact.name = ""
    contact.remote_id, contact.erased_at = f"{ERASED}:{contact.pk}", now
    contact.save()
    app.configure_task("inbox.train_model").defer(
        entity_id=contact.entity_id
    )  # the next model does not know their words
    record(
        entity_id=contact.entity_id,
        event_type="contact.erased",
        actor=by.actor,
        ref=contact.ref,
        at=now,
        facts=counts,
        texts={"reason": reason.strip()},
    )
    return contact
