"""Saved answers with variables: kept as versions, and put into the composer without losing what was written (Q-2)."""

import re

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from pregonero.errors import NotAllowed, NotFound, Refused
from pregonero.inbox import composer_queries
from pregonero.inbox.actions.saved_answers import change_saved_answer, keep_saved_answer, retire_saved_answer
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Conversation, SavedAnswerVersion
from pregonero.inbox.saved_text import fill
from pregonero.inbox.states import Question
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import Write, post_at, read_all
from tests.inbox.test_answers import set_parameters
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-2")


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write, ana: Member) -> Conversation:
    write(page, post_at(lab, page, "Abierta la convocatoria"), "¿Hasta qué fecha está abierta?")
    return sort_conversation(
        conversation=read_all(page)[0], question=Question.BASIC, reason="", by=ana, now=timezone.now()
    )


def keep(by: Member, text: str = "Hola, {nombre}. Gracias por escribir.", name: str = "Gracias") -> SavedAnswerVersion:
    return keep_saved_answer(name=name, text=text, by=by, now=timezone.now())


def test_each_change_is_a_version_and_only_the_latest_is_offered(ana: Member, luis: Member, dario: Member) -> None:
    first = keep(ana)
    saved = first.saved_answer
    change_saved_answer(saved=saved, name="Gracias", text="Con gusto, {nombre}.", by=ana, now=timezone.now())
    change_saved_answer(saved=saved, name="Gracias", text="Con gusto, {nombre}. ", by=ana, now=timezone.now())

    assert [version.text for version in composer_queries.saved_answers(ana.entity)] == ["Con gusto, {nombre}."]
    assert [version.number for version in composer_queries.versions_of_saved(saved)] == [2, 1]
    assert Event.objects.filter(event_type="saved_answer.kept").count() == 2
    with pytest.raises(ProgrammingError, match="append_only"), transaction.atomic():
        SavedAnswerVersion.objects.filter(pk=first.pk).update(text="Otra")
    with pytest.raises(NotAllowed):
        keep(luis)
    with pytest.raises(NotFound):
        retire_saved_answer(saved=saved, by=dario, now=timezone.now())
    retire_saved_answer(saved=saved, by=ana, now=timezone.now())
    assert composer_queries.saved_answers(ana.entity) == []


def test_the_variables_take_the_values_of_the_conversation(
    conversation: Conversation, ana: Member, citizen_relations: Member
) -> None:
    set_parameters(citizen_relations)
    now = timezone.now()

    filled = fill("Hola, {nombre}: escribe a {PQRSD} hoy, { fecha }.", conversation, now=now)

    assert filled.startswith("Hola, Rosa Mejía: escribe a https://www.mincit.gov.co/pqrsd hoy, ")
    assert re.search(r"\d", filled.rpartition("hoy, ")[2]) and "{" not in filled


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mira {enlace}", r"\{enlace\} no tiene valor: no escribió bajo una publicación que tenga enlace"),
        ("Escribe a {pqrsd}", r"\{pqrsd\} no tiene valor: nadie ha fijado"),
    ],
)
def test_a_variable_without_value_is_refused_with_a_sentence(text: str, said: str, conversation: Conversation) -> None:
    with pytest.raises(Refused, match=said):
        fill(text, conversation, now=timezone.now())


def test_a_variable_that_does_not_exist_is_not_kept(ana: Member) -> None:
    with pytest.raises(Refused, match=r"No existe la variable \{apellido\}"):
        keep(ana, "Hola, {apellido}")


def test_it_goes_into_the_composer_after_what_was_written(conversation: Conversation, ana: Member) -> None:
    browser, base = Client(), f"/conversacion/{conversation.pk}/"
    browser.force_login(ana.user)
    good, bad = keep(ana), keep(ana, "Mira {enlace}", "Enlace")
    html = browser.get(base).content.decode()
    assert f'formaction="{base}guardada/"' in html and "Gracias" in html

    browser.post(f"{base}guardada/", {"text": "Buenas.", "saved": good.saved_answer_id})
    assert "Buenas.\n\nHola, Rosa Mejía. Gracias por escribir." in browser.get(base).content.decode()
    refused = browser.post(f"{base}guardada/", {"text": "Mi texto", "saved": bad.saved_answer_id}, follow=True)

    assert "no tiene valor" in refused.content.decode() and "Mi texto" in refused.content.decode()
