"""A person across networks, joined by somebody and with undo, and what was promised to them (Q-7)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.dashboard.queries import today_of
from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.inbox.actions.persons import end_promise, join_contacts, make_promise, undo_join
from pregonero.inbox.models import Contact, Conversation
from pregonero.inbox.person_models import PromiseEnd
from pregonero.inbox.person_queries import contacts_like, history_of, joined_ids
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import Write, post_at, read_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-7")
TODAY = timezone.localdate


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write) -> Conversation:
    write(page, post_at(lab, page, "Abierta la convocatoria"), "¿Hasta cuándo?")
    (found,) = read_all(page)
    return found


def other_person(conversation: Conversation, number: int, name: str = "Rosa Mejía") -> Contact:
    return Contact.objects.create(
        entity=conversation.entity,
        network="x",
        remote_id=f"x{number}",
        handle=f"rosa{number}",
        name=name,
        first_seen_at=timezone.now(),
    )


def test_two_people_are_joined_by_somebody_and_their_history_is_one(conversation: Conversation, ana: Member) -> None:
    contact, other, third = conversation.contact, other_person(conversation, 1), other_person(conversation, 2)
    now = timezone.now()
    assert joined_ids(contact) == {contact.pk}, "the same name joins nobody"
    first = join_contacts(contact=other, other=contact, reason="Lo dijo en el chat", by=ana, now=now)
    join_contacts(contact=other, other=third, reason="La misma foto", by=ana, now=now)

    history = history_of(third, today=TODAY())
    assert history.conversations == [conversation] and len(history.contacts) == 3
    event = Event.objects.filter(event_type="contact.joined").earliest("pk")
    assert {event.ref, *event.related} == {contact.ref.reference, other.ref.reference}
    with pytest.raises(Conflict, match="Ya están unidas"):
        join_contacts(contact=contact, other=third, reason="Otra vez", by=ana, now=now)

    undo_join(join=first, by=ana, now=now)
    assert history_of(third, today=TODAY()).conversations == []
    assert joined_ids(other) == {other.pk, third.pk}
    with pytest.raises(WrongState):
        undo_join(join=first, by=ana, now=now)
    join_contacts(contact=contact, other=other, reason="Sí era", by=ana, now=now)


def test_who_and_what_cannot_be_joined(conversation: Conversation, ana: Member, luis: Member, dario: Member) -> None:
    contact, other, now = conversation.contact, other_person(conversation, 1), timezone.now()
    for by, people, reason, error in (
        (ana, (contact, contact), "Sí", Refused),
        (ana, (contact, other), " ", Refused),
        (luis, (contact, other), "Sí", NotAllowed),
        (dario, (contact, other), "Sí", NotFound),
    ):
        with pytest.raises(error):
            join_contacts(contact=people[0], other=people[1], reason=reason, by=by, now=now)
    Contact.objects.filter(pk=other.pk).update(erased_at=now, name="", handle="")
    with pytest.raises(WrongState, match="se borraron"):
        join_contacts(contact=contact, other=other, reason="Sí", by=ana, now=now)


def test_the_search_finds_others_only(conversation: Conversation, dario: Member) -> None:
    other = other_person(conversation, 1)
    Contact.objects.create(
        entity=dario.entity, network="x", remote_id="z", name="Rosa Mejía", first_seen_at=timezone.now()
    )
    assert contacts_like("mejía", contact=conversation.contact) == [other]
    assert contacts_like("@rosa1", contact=conversation.contact) == [other]
    assert contacts_like("r", contact=conversation.contact) == []


def test_a_promise_is_pending_until_it_ends_and_falls_due_on_its_day(conversation: Conversation, ana: Member) -> None:
    now, today = timezone.now(), TODAY()
    promise = make_promise(conversation=conversation, text="Avisarle del resultado", due_on=today, by=ana, now=now)
    assert history_of(conversation.contact, today=today).pending == 2, "the conversation is open too"
    group = next(group for group in today_of(ana, now=now).groups if group.kind.key == "promises")
    assert group.tasks[0].title == "Promesa: Avisarle del resultado" and "Vence hoy" in group.tasks[0].why

    end_promise(promise=promise, end=PromiseEnd.KEPT, by=ana, now=now + timedelta(days=2))
    assert Event.objects.get(event_type="promise.ended").facts == {"end": "KEPT", "was_late": True}
    assert "promises" not in {group.kind.key for group in today_of(ana, now=now).groups}
    with pytest.raises(WrongState, match="ya está cumplida"):
        end_promise(promise=promise, end=PromiseEnd.DROPPED, by=ana, now=now)


def test_a_promise_says_what_and_for_a_day_to_come(conversation: Conversation, ana: Member, luis: Member) -> None:
    now, today = timezone.now(), TODAY()
    for text, due_on, by, error in (
        (" ", today, ana, Refused),
        ("Sí", today - timedelta(days=1), ana, Refused),
        ("Sí", today, luis, NotAllowed),
    ):
        with pytest.raises(error):
            make_promise(conversation=conversation, text=text, due_on=due_on, by=by, now=now)


def test_pages_join_undo_and_promise(conversation: Conversation, ana: Member) -> None:
    browser, other, page = Client(), other_person(conversation, 1), conversation.contact.get_absolute_url()
    browser.force_login(ana.user)
    assert "rosa1" not in browser.get(page).content.decode()
    assert f'value="{other.pk}"' in browser.get(f"{page}?q=rosa").content.decode()
    browser.post(f"{page}union/", {"other": other.pk, "reason": ""})
    assert joined_ids(other) == {other.pk}, "without a reason nobody is joined"
    browser.post(f"{page}union/", {"other": other.pk, "reason": "Lo dijo"})
    assert "Separar" in browser.get(page).content.decode()
    join = history_of(other, today=TODAY()).joins[0]
    browser.post(f"/conversacion/uniones/{join.pk}/deshacer/")
    assert joined_ids(other) == {other.pk}

    browser.post(f"/conversacion/{conversation.pk}/promesa/", {"text": "Llamarla", "due_on": f"{TODAY()}"})
    assert "Llamarla" in browser.get(conversation.get_absolute_url()).content.decode()
    promise = history_of(conversation.contact, today=TODAY()).promises[0]
    elsewhere = browser.post(f"/conversacion/promesas/{promise.pk}/fin/", {"end": "KEPT", "next": "https://otra.test/"})
    assert elsewhere["Location"] == conversation.get_absolute_url()
    assert "cumplida" in browser.get(page).content.decode()
