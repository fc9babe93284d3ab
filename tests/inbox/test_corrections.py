"""Answers that expire with their fact are listed on Hoy and corrected once (Q-2)."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pregonero.dashboard.queries import today_of
from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.inbox.actions.answers import WrittenAnswer, send_answer
from pregonero.inbox.actions.contacts import erase_contact
from pregonero.inbox.actions.corrections import send_correction, waive_correction
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.correction_queries import given_links_due, outdated_answers
from pregonero.inbox.corrections import corrections_of
from pregonero.inbox.link_check import check_given_links
from pregonero.inbox.models import Answer, CorrectionWaiver, TextLinkCheck
from pregonero.inbox.states import AnswerKind, Question
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Entity, Member
from pregonero.records.models import Event
from tests.inbox.conftest import FACT, Write, links_pass, post_at, read_all, send_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-2")


@pytest.fixture
def given(lab: Lab, page: Account, write: Write, news: News, ana: Member) -> Answer:
    """An answer that went out with a date and a link of a news item."""
    write(page, post_at(lab, page, "Abierta la convocatoria"), "¿Hasta qué fecha está abierta la convocatoria?")
    now, (conversation,) = timezone.now(), read_all(page)
    conversation = sort_conversation(conversation=conversation, question=Question.BASIC, reason="", by=ana, now=now)
    Entity.objects.update(official_domains=["127.0.0.1"])
    news.address = f"{lab.url}/sitio/no-existe"  # nothing is there: the check of the day it was given says otherwise
    news.save()
    links_pass(ana.entity, news.address)
    text = f"Hasta el 15 de diciembre. Más información: {news.address}"
    answer = send_answer(
        conversation=conversation,
        written=WrittenAnswer(text, uuid.uuid4(), conversation.revision, news),
        by=ana,
        now=now,
    )
    send_all(page)
    answer.refresh_from_db()
    return answer


@pytest.fixture
def outdated(given: Answer, news: News) -> Answer:
    """The same answer after its news item gave another date."""
    edit(news, "20 de diciembre")
    return given


def edit(news: News, day: str) -> None:
    news.body, news.edited_at = f"Pueden participar pymes.\n{FACT.replace('15 de diciembre', day)}", timezone.now()
    news.save()


def corrections_on_hoy(person: Member) -> int:
    groups = {group.kind.key: group.total for group in today_of(person, now=timezone.now()).groups}
    return groups.get("corrections", 0)


def test_the_correction_is_ready_goes_out_once_and_leaves_hoy(
    outdated: Answer, ana: Member, luis: Member, page: Account, lab: Lab
) -> None:
    assert (corrections_on_hoy(ana), corrections_on_hoy(luis)) == (1, 0)
    browser = Client()
    browser.force_login(ana.user)
    html = browser.get("/conversacion/respuestas/por-corregir/").content.decode()
    assert (
        "Corrección: la información que te dimos cambió. La convocatoria para exportar está abierta hasta el 20" in html
    )

    browser.post(f"/conversacion/respuestas/{outdated.pk}/correccion/", {"text": "Corrección: es hasta el 20."})
    send_all(page)

    assert lab.posts(network="facebook", account=page.remote_id)[-1]["text"] == "Corrección: es hasta el 20."
    correction = Answer.objects.get(kind=AnswerKind.CORRECTION)
    assert (correction.state, correction.corrects, correction.message) == ("PUBLISHED", outdated, outdated.message)
    assert outdated_answers(ana.entity) == []
    assert corrections_on_hoy(ana) == 0
    with pytest.raises(WrongState, match="ya se corrigió"):
        send_correction(answer=outdated, text="Otra", by=ana, now=timezone.now())


@pytest.mark.procedure("Q-3")
def test_what_went_to_pqrsd_meanwhile_is_not_corrected_either(outdated: Answer, ana: Member, luis: Member) -> None:
    now = timezone.now()
    with pytest.raises(NotAllowed):
        send_correction(answer=outdated, text="x", by=luis, now=now)
    sort_conversation(conversation=outdated.conversation, question=Question.PQRSD, reason="Es su caso", by=ana, now=now)
    with pytest.raises(Refused, match="PQRSD"):
        send_correction(answer=outdated, text="x", by=ana, now=now)
    with pytest.raises(DatabaseError, match="only_redirect"), transaction.atomic():
        Answer.objects.create(
            conversation=outdated.conversation,
            message=outdated.message,
            key=uuid.uuid4(),
            corrects=outdated,
            kind=AnswerKind.CORRECTION,
            text="x",
            by=ana,
            at=now,
        )


def texts_of(answer: Answer) -> list[str]:
    return [one.text for one in corrections_of(answer.conversation.entity)]


def test_an_address_that_changed_lists_the_answers_that_gave_it(given: Answer, news: News, ana: Member) -> None:
    assert texts_of(given) == []
    news.address, news.moved_at = "https://www.mincit.gov.co/convocatorias/exportar", timezone.now()
    news.save()

    assert texts_of(given) == [f"Corrección: el enlace que te dimos cambió. Más información: {news.address}"]
    Answer.objects.update(source_address="")  # an answer that did not give it
    assert texts_of(given) == []


def test_a_page_that_is_gone_lists_the_answers_that_gave_it_until_it_is_back(
    lab: Lab, given: Answer, news: News, ana: Member, settings: Settings
) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    entity, now = Entity.objects.get(pk=ana.entity_id), timezone.now() + timedelta(days=1)

    assert check_given_links(entity, now=now - timedelta(hours=1)) == 0, "once a day"
    assert check_given_links(entity, now=now) == 1
    (found,) = outdated_answers(entity)
    assert (found.gone, found.why) == ((news.address,), f"ya no existe la página {news.address}")
    assert texts_of(given) == ["Corrección: el enlace que te dimos ya no abre."]
    assert given_links_due(entity, now=now + timedelta(days=100)) == [], "an old answer expires by itself"

    TextLinkCheck.objects.create(entity=entity, address=news.address, status=200, official=True, checked_at=now)
    assert outdated_answers(entity) == []


def test_a_site_that_does_not_answer_is_not_a_page_that_is_gone(given: Answer, ana: Member, news: News) -> None:
    unreachable = {"status": None, "official": True, "problem": "El sitio no respondió."}
    TextLinkCheck.objects.create(
        entity=ana.entity, address=news.address, checked_at=timezone.now(), is_gone=False, **unreachable
    )
    assert outdated_answers(ana.entity) == []


def test_an_answer_that_needs_no_correction_is_left_with_its_reason_until_the_next_change(
    outdated: Answer, news: News, ana: Member, luis: Member, carmen: Member
) -> None:
    browser, path = Client(), f"/conversacion/respuestas/{outdated.pk}/sin-correccion/"
    browser.force_login(ana.user)
    assert browser.post(path, {"reason": " "}).status_code == 409
    with pytest.raises(NotAllowed):
        waive_correction(answer=outdated, reason="Ya lo sabe Rosa", by=luis, now=timezone.now())
    browser.post(path, {"reason": "Ya lo sabe Rosa"})

    assert (outdated_answers(ana.entity), corrections_on_hoy(ana)) == ([], 0)
    event = Event.objects.get(event_type="answer.correction_waived")
    assert event.facts["why"] == f"cambió lo que dice «{news.title}»" and "Rosa" not in str(event.facts)
    with pytest.raises(WrongState, match="no está por corregir"):
        waive_correction(answer=outdated, reason="Otra vez", by=ana, now=timezone.now())
    edit(news, "22 de diciembre")
    assert len(outdated_answers(ana.entity)) == 1
    erase_contact(contact=outdated.conversation.contact, reason="Lo pidió", by=carmen, now=timezone.now())
    assert CorrectionWaiver.objects.get().reason == "(borrado)"


def test_a_correction_whose_fact_changes_again_is_corrected_too(
    outdated: Answer, news: News, ana: Member, page: Account
) -> None:
    correction = send_correction(answer=outdated, text="Es hasta el 20.", by=ana, now=timezone.now())
    send_all(page)
    edit(news, "22 de diciembre")

    assert [one.answer for one in outdated_answers(ana.entity)] == [correction]
    send_correction(answer=correction, text="Es hasta el 22.", by=ana, now=timezone.now())
    assert outdated_answers(ana.entity) == []
