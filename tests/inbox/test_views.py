"""The pages of conversations: what they show and to whom, and that nothing written is lost or run (Q-1 to Q-4)."""

import re
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pregonero.inbox import queries
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Answer, Conversation
from pregonero.inbox.states import ConversationState, Question
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from tests.inbox.conftest import Write, links_pass, post_at, read_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-1")
Visit = Callable[[Member], Client]
ASKED = "¿Hasta qué fecha está abierta la convocatoria?"
ATTACK = "<script>alert(1)</script> {{ 7 * 7 }}"


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write, news: News) -> Conversation:
    write(page, post_at(lab, page, "Abierta la convocatoria"), ASKED)
    return read_all(page)[0]


@pytest.fixture
def visit(client: Client) -> Visit:
    """Return a function that signs a person in."""

    def sign_in(person: Member) -> Client:
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def fields_of(html: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form with an action."""
    form = html[html.index(f'action="{action}"') :]
    inputs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: value for name, value in inputs if name != "csrfmiddlewaretoken"}


def test_the_list_shows_who_wrote_what_and_where(visit: Visit, ana: Member, conversation: Conversation) -> None:
    html = visit(ana).get("/conversacion/").content.decode()

    assert "Rosa Mejía" in html and ASKED in html
    assert "pregunta básica, por confirmar" in html


@pytest.mark.procedure("Q-2")
def test_the_main_way_confirm_the_proposed_answer_and_send_it(
    visit: Visit, ana: Member, conversation: Conversation
) -> None:
    browser, base = visit(ana), f"/conversacion/{conversation.pk}/"
    assert "Confírmala o elige otra" in browser.get(base).content.decode()
    browser.post(f"{base}clase/", {"question": "BASIC"})
    html = browser.get(base).content.decode()
    assert "Hola. La convocatoria para exportar está abierta hasta el 15 de diciembre" in html

    text = "Hola, Rosa: hasta el 15 de diciembre."
    sent = browser.post(f"{base}respuesta/", fields_of(html, f"{base}respuesta/") | {"text": text}, follow=True)

    assert text in sent.content.decode() and "Respuesta en camino." in sent.content.decode()
    answer = Answer.objects.get()
    assert (answer.text, answer.source_name) == (text, "Abierta la convocatoria para exportar")


def test_a_thread_that_changed_sends_nothing_and_keeps_the_text(
    visit: Visit, ana: Member, conversation: Conversation, write: Write, page: Account
) -> None:
    browser, base = visit(ana), f"/conversacion/{conversation.pk}/"
    browser.post(f"{base}clase/", {"question": "BASIC"})
    form = fields_of(browser.get(base).content.decode(), f"{base}respuesta/")
    write(page, conversation.post_id, "Ya lo encontré, gracias", answers=conversation.thread_id)
    read_all(page)

    refused = browser.post(f"{base}respuesta/", form | {"text": "Hasta el quince."})

    html = refused.content.decode()
    assert refused.status_code == 422
    assert "La conversación cambió mientras escribías" in html
    assert "Ya lo encontré, gracias" in html and "Hasta el quince." in html
    assert not Answer.objects.exists()
    again = browser.post(f"{base}respuesta/", fields_of(html, f"{base}respuesta/") | {"text": "Con gusto."})
    assert again.status_code == 302


def test_what_people_write_is_shown_as_text(visit: Visit, ana: Member, lab: Lab, page: Account, write: Write) -> None:
    write(page, post_at(lab, page, "Algo"), ATTACK, name=ATTACK)
    (conversation,) = read_all(page)

    for path in ("/conversacion/", f"/conversacion/{conversation.pk}/"):
        html = visit(ana).get(path).content.decode()
        assert "<script>alert" not in html and "{{ 7 * 7 }}" in html


@pytest.mark.parametrize("act", ["respuesta", "remision", "cierre", "apertura", "asignacion", "pausa", "nota", "clase"])
def test_who_may_not_work_on_it_changes_nothing(
    act: str, visit: Visit, luis: Member, dario: Member, conversation: Conversation
) -> None:
    data = {"question": "BASIC", "text": "x", "key": str(uuid.uuid4()), "seen": "1", "reason": "x", "day": "2030-01-01"}
    for person, status in ((luis, 403), (dario, 404)):
        response = visit(person).post(f"/conversacion/{conversation.pk}/{act}/", data)
        assert response.status_code in (status, 422), (act, person, response.status_code)

    conversation.refresh_from_db()
    assert (conversation.state, conversation.question_by, conversation.revision) == (ConversationState.OPEN, None, 2)
    assert not Answer.objects.exists()


def test_the_other_acts_and_their_words(visit: Visit, ana: Member, conversation: Conversation) -> None:
    browser, base = visit(ana), f"/conversacion/{conversation.pk}/"
    browser.post(f"{base}asignacion/", {"assignee": ana.pk})
    browser.post(f"{base}nota/", {"text": "Llamó también"})
    browser.post(f"{base}borrador/", {"text": "Hola, Ro"})
    for refused in ("Hola\0", "a" * 10_001):  # what cannot be kept is said, and the last draft stays
        answer = browser.post(f"{base}borrador/", {"text": refused})
        assert answer.status_code == 422 and answer.content.decode().startswith("Borrador sin guardar: ")
    browser.post(f"{base}pausa/", {"day": "2099-01-01"})

    counts = queries.counts_by_state(ana, now=timezone.now())
    assert (counts["abiertas"], counts["pospuestas"]) == (0, 1)
    html = browser.get(base).content.decode()
    assert "Llamó también" in html
    assert conversation.drafts.get().text == "Hola, Ro"
    closed = browser.post(f"{base}cierre/", {"reason": ""})
    assert closed.status_code == 422 and "Escribe por qué." in closed.content.decode()
    browser.post(f"{base}cierre/", {"reason": "Es un saludo"})
    assert "Abrir otra vez" in browser.get(base).content.decode()


def test_the_list_makes_the_same_queries_for_one_and_for_many(
    visit: Visit,
    ana: Member,
    lab: Lab,
    page: Account,
    write: Write,
    conversation: Conversation,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = visit(ana)
    browser.get("/conversacion/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/conversacion/")
    post = post_at(lab, page, "Otra")
    for number in range(20):
        write(page, post, f"¿Pregunta {number}?", name=f"Persona {number}")
    read_all(page)

    with django_assert_num_queries(len(few)):
        assert "Persona 19" in browser.get("/conversacion/").content.decode()


@pytest.mark.procedure("Q-4")
def test_the_parameters_are_set_by_their_owners_and_seen_by_the_rest(
    visit: Visit, ana: Member, citizen_relations: Member
) -> None:
    assert "Nadie los ha fijado todavía" in visit(ana).get("/conversacion/pqrsd/").content.decode()
    form = {"address": "https://www.mincit.gov.co/pqrsd", "text": "Escribe a PQRSD.", "reason": "Resolución 1"}
    assert visit(ana).post("/conversacion/pqrsd/", form).status_code == 403

    links_pass(ana.entity, form["address"])
    visit(citizen_relations).post("/conversacion/pqrsd/", form)

    assert "Versión 1, de Rita Lara" in visit(ana).get("/conversacion/pqrsd/").content.decode()


def test_a_matter_of_pqrsd_shows_only_the_redirect(visit: Visit, ana: Member, conversation: Conversation) -> None:
    sort_conversation(conversation=conversation, question=Question.PQRSD, reason="", by=ana, now=timezone.now())

    html = visit(ana).get(f"/conversacion/{conversation.pk}/").content.decode()

    assert "Falta la dirección de PQRSD" in html
    assert "Tu respuesta" not in html
