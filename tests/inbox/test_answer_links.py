"""Links that go to citizens are checked like a publication's: in answers, saved answers and PQRSD's address (D-4)."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pregonero.errors import NotAllowed
from pregonero.inbox import composer_queries
from pregonero.inbox.actions.answers import WrittenAnswer, redirect_to_pqrsd, send_answer
from pregonero.inbox.actions.links import accept_links
from pregonero.inbox.actions.triage import set_pqrsd_parameters, sort_conversation
from pregonero.inbox.models import Answer, Conversation, PqrsdParameters, SavedAnswer, TextLinkAcceptance, TextLinkCheck
from pregonero.inbox.rules import LinksRefused
from pregonero.inbox.states import Question
from pregonero.inbox.text_links import links_in
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.records.models import Event
from tests.inbox.conftest import Write, links_pass, post_at, read_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("D-4")
FOREIGN = "https://otra.example/formulario"


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write, ana: Member, settings: Settings) -> Conversation:
    """A basic question to an entity whose own website is the laboratory's."""
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    Entity.objects.filter(pk=ana.entity_id).update(official_domains=["127.0.0.1"])
    ana.entity.refresh_from_db()
    write(page, post_at(lab, page, "Abierta la convocatoria"), "¿Hasta qué fecha está abierta?")
    return sort_conversation(
        conversation=read_all(page)[0], question=Question.BASIC, reason="", by=ana, now=timezone.now()
    )


def browser_of(person: Member) -> Client:
    browser = Client()
    browser.force_login(person.user)
    return browser


def form_for(conversation: Conversation, text: str, **more: str) -> dict[str, str]:
    return {"text": text, "key": str(uuid.uuid4()), "seen": str(conversation.revision), **more}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mira https://mincit.gov.co/a?b=1. Gracias", ["https://mincit.gov.co/a?b=1"]),
        ("Está en www.mincit.gov.co/convocatoria, y en (mincit.gov.co)",
         ["https://www.mincit.gov.co/convocatoria", "https://mincit.gov.co"]),
        ("bit.ly/abc y HTTP://X.CO/1", ["https://bit.ly/abc", "HTTP://X.CO/1"]),
        ("Escribe a info@mincit.gov.co antes del 15.12.2026 a las 5 p.m.", []),
        ("https://a.co https://a.co", ["https://a.co"]),
    ],
)  # fmt: skip
def test_the_links_of_a_text_are_those_that_networks_make_of_it(text: str, found: list[str]) -> None:
    assert links_in(text) == found


def test_an_answer_with_a_good_link_goes_and_its_check_is_kept(
    conversation: Conversation, lab: Lab, ana: Member
) -> None:
    text = f"Hasta el 15: {lab.url}/sitio/pqrsd"
    sent = browser_of(ana).post(f"/conversacion/{conversation.pk}/respuesta/", form_for(conversation, text))

    assert sent.status_code == 302 and Answer.objects.get().text == text
    check = TextLinkCheck.objects.get()
    assert (check.status, check.official, check.problem) == (200, True, "")


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("{lab}/sitio/no-existe", "no se puede enviar"),
        ("https://otra.example/formulario", "otra.example"),
        ("www.otra.example/a", "otra.example"),
    ],
)
def test_a_bad_link_is_refused_with_who_may_accept_it_and_the_text_stays(
    link: str, why: str, conversation: Conversation, lab: Lab, ana: Member
) -> None:
    text = f"Mira {link.format(lab=lab.url)}"
    refused = browser_of(ana).post(f"/conversacion/{conversation.pk}/respuesta/", form_for(conversation, text))

    html = refused.content.decode()
    assert refused.status_code == 422 and why in html and text in html
    assert "puede aceptarlo, con su nombre y una razón: Community manager, Estratega digital" in html
    assert not Answer.objects.exists()


def test_who_answers_for_a_link_by_name_sends_it_and_the_record_says_so(
    conversation: Conversation, ana: Member
) -> None:
    form = form_for(conversation, f"Mira {FOREIGN}", link_reason="Es el formulario del aliado")
    assert browser_of(ana).post(f"/conversacion/{conversation.pk}/respuesta/", form).status_code == 302

    acceptance = TextLinkAcceptance.objects.get()
    assert (acceptance.address, acceptance.by, acceptance.reason) == (FOREIGN, ana, "Es el formulario del aliado")
    assert Event.objects.filter(event_type="link.accepted").count() == 1
    with pytest.raises(NotAllowed):
        accept_links(addresses=[FOREIGN], reason="x", by=ana, now=timezone.now(), right="pqrsd.manage")


def test_the_action_itself_refuses_a_link_that_nobody_checked_lately(conversation: Conversation, ana: Member) -> None:
    now = timezone.now()
    links_pass(ana.entity, FOREIGN)

    with pytest.raises(LinksRefused, match="Todavía no se ha revisado"):
        send_answer(
            conversation=conversation,
            written=WrittenAnswer(f"Mira {FOREIGN}", uuid.uuid4(), conversation.revision),
            by=ana,
            now=now + timedelta(minutes=16),
        )
    assert composer_queries.links_to_check([FOREIGN], ana.entity, now=now + timedelta(minutes=1)) == []


def test_the_address_of_pqrsd_is_checked_when_it_is_set_and_when_it_goes_out(
    conversation: Conversation, ana: Member, citizen_relations: Member, lab: Lab
) -> None:
    browser = browser_of(citizen_relations)
    form = {"address": f"{lab.url}/sitio/no-existe", "text": "Escribe a PQRSD:", "reason": "Resolución 1"}
    refused = browser.post("/conversacion/pqrsd/", form)
    assert refused.status_code == 422 and "Grupo de Relación con el Ciudadano." in refused.content.decode()
    assert not PqrsdParameters.objects.exists()
    browser.post("/conversacion/pqrsd/", form | {"address": f"{lab.url}/sitio/pqrsd"})
    assert PqrsdParameters.objects.get().address == f"{lab.url}/sitio/pqrsd"

    set_pqrsd_parameters(
        entity=ana.entity, address=FOREIGN, text="Escribe:", reason="x", by=citizen_relations, now=timezone.now()
    )
    now = timezone.now()
    matter = sort_conversation(conversation=conversation, question=Question.PQRSD, reason="Su caso", by=ana, now=now)
    with pytest.raises(LinksRefused):
        redirect_to_pqrsd(conversation=matter, key=uuid.uuid4(), seen=matter.revision, by=ana, now=now)
    data = {"key": str(uuid.uuid4()), "seen": str(matter.revision)}
    refused = browser_of(ana).post(f"/conversacion/{matter.pk}/remision/", data)
    assert refused.status_code == 422 and FOREIGN in refused.content.decode()
    accepted = browser_of(ana).post(f"/conversacion/{matter.pk}/remision/", data | {"link_reason": "Es temporal"})
    assert accepted.status_code == 302 and Answer.objects.get().text == f"Escribe: {FOREIGN}"


def test_a_saved_answer_keeps_no_bad_link(conversation: Conversation, ana: Member, lab: Lab) -> None:
    browser = browser_of(ana)
    refused = browser.post("/conversacion/guardadas/", {"name": "Formulario", "text": f"Llena {FOREIGN}"})
    assert refused.status_code == 422 and FOREIGN in refused.content.decode()
    assert not SavedAnswer.objects.exists()

    kept = browser.post("/conversacion/guardadas/", {"name": "Sede", "text": f"Mira {lab.url}/sitio/pqrsd"})
    assert kept.status_code == 302 and SavedAnswer.objects.count() == 1
