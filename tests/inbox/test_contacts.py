"""A person's history, and the erasure of their words and names everywhere but in the acts (N-7, Q-7, N-5)."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.inbox.actions.composer import save_draft
from pregonero.inbox.actions.contacts import erase_contact
from pregonero.inbox.actions.persons import join_contacts, make_promise
from pregonero.inbox.actions.petitions import PetitionOpening, open_petition, record_step
from pregonero.inbox.actions.triage import add_note, sort_conversation
from pregonero.inbox.models import Contact, Conversation, Message
from pregonero.inbox.person_queries import history_of
from pregonero.inbox.petition_clock import PetitionKind, Step, StepKind
from pregonero.inbox.states import Question
from pregonero.inbox.tasks import make_packet
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import Write, post_at, read_all
from tests.lab.process import Lab

SECRET_WORDS = ("cédula", "52123456", "Rosa", "Mejía")


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write) -> Conversation:
    post = post_at(lab, page, "Abierta la convocatoria")
    id = write(page, post, "Mi cédula es 52123456, ¿puedo inscribirme?")
    (found,) = read_all(page)
    lab.client.post(f"/comentarios/facebook/{id}/edicion", data={"texto": "Mi cédula es 52123456. ¿Puedo?"})
    read_all(page)
    return found


def leave_names_everywhere(conversation: Conversation, ana: Member, citizen_relations: Member) -> None:
    """Leave the person's name in each place where it can be written."""
    now, contact = timezone.now(), conversation.contact
    sort_conversation(conversation=conversation, question=Question.PETITION, reason="Rosa pide", by=ana, now=now)
    opening = PetitionOpening(PetitionKind.GENERAL, {}, "Rosa, 52123456")
    petition = open_petition(conversation=conversation, opening=opening, by=ana, now=now)
    make_packet(petition_id=petition.pk)
    step = Step(StepKind.ASKED_TO_COMPLETE, now)
    record_step(petition=petition, step=step, note="Se le escribió a Rosa", by=citizen_relations, now=now)
    add_note(conversation=conversation, text="Rosa Mejía llamó", by=ana, now=now)
    make_promise(conversation=conversation, text="Llamar a Rosa", due_on=timezone.localdate(now), by=ana, now=now)
    other = Contact.objects.create(entity=contact.entity, network="x", remote_id="x1", handle="otra", first_seen_at=now)
    join_contacts(contact=contact, other=other, reason="Rosa lo dijo", by=ana, now=now)


@pytest.mark.procedure("N-7")
def test_erasing_reaches_every_table_and_leaves_the_acts(
    conversation: Conversation, carmen: Member, ana: Member, citizen_relations: Member
) -> None:
    leave_names_everywhere(conversation, ana, citizen_relations)
    save_draft(conversation=conversation, text="Hola, Rosa Mejía", by=ana, now=timezone.now())
    digest = Message.objects.get().digest

    erase_contact(contact=conversation.contact, reason="Solicitud 7", by=carmen, now=timezone.now())

    message = Message.objects.get()
    assert (message.text, message.salt, message.digest) == ("", "", digest)
    for table in connection.introspection.table_names():  # also full-text indexes, jobs, records and notices
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            text = cursor.fetchone()[0].casefold()
        assert not [word for word in SECRET_WORDS if word.casefold() in text], table
    facts = Event.objects.get(event_type="contact.erased").facts
    assert facts == dict.fromkeys(facts, 1) | {"packets_mailed": 0, "records": 5}, "one of each"
    records = " ".join(f"{event.facts} {event.label} {event.actor}" for event in Event.objects.all())
    assert not [word for word in SECRET_WORDS if word in records]


@pytest.mark.procedure("N-7")
def test_who_may_not_erases_nothing_and_it_is_done_once(
    conversation: Conversation, carmen: Member, ana: Member
) -> None:
    def erase(by: Member, reason: str = "Solicitud 7") -> Any:
        return erase_contact(contact=conversation.contact, reason=reason, by=by, now=timezone.now())

    with pytest.raises(NotAllowed):
        erase(ana)
    with pytest.raises(Refused, match="por qué"):
        erase(carmen, " ")
    erase(carmen)
    with pytest.raises(WrongState, match="ya se borraron"):
        erase(carmen)


@pytest.mark.procedure("N-7")
def test_what_they_write_after_the_erasure_is_of_a_new_contact(
    conversation: Conversation, carmen: Member, lab: Lab, page: Account, write: Write
) -> None:
    erase_contact(contact=conversation.contact, reason="Solicitud 7", by=carmen, now=timezone.now())
    write(page, conversation.post_id, "¿Hasta cuándo?")

    assert read_all(page)[-1].contact.name == "Rosa Mejía"
    assert Contact.objects.count() == 2


@pytest.mark.procedure("Q-7")
def test_the_page_shows_their_history_and_the_export_everything(
    conversation: Conversation, carmen: Member, ana: Member, write: Write, page: Account, lab: Lab
) -> None:
    write(page, post_at(lab, page, "Otra"), "¿Dónde es?")
    read_all(page)
    browser = Client()
    browser.force_login(ana.user)
    html = browser.get(conversation.contact.get_absolute_url()).content.decode()
    assert "Conversaciones" in html and "Borrar sus datos" not in html
    assert len(history_of(conversation.contact, today=timezone.localdate()).conversations) == 2

    browser.force_login(carmen.user)
    exported = json.loads(browser.get(f"{conversation.contact.get_absolute_url()}datos/").content)
    assert exported["nombre"] == "Rosa Mejía" and len(exported["mensajes"]) == 2
    assert exported["mensajes"][0]["textos_anteriores"] == ["Mi cédula es 52123456, ¿puedo inscribirme?"]
    assert (
        browser.post(f"{conversation.contact.get_absolute_url()}borrado/", {"reason": "Solicitud 7"}).status_code == 302
    )
