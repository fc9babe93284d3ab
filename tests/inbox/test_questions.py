"""What a message asks for: proposed by rules and a model, measured on phrases that it never saw (Q-2, Q-3, N-7)."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bench.questions import measure
from pregonero.inbox import question_queries
from pregonero.inbox.actions.contacts import erase_contact
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Conversation, QuestionDecision, TrainedModel
from pregonero.inbox.questions.model import QUESTIONS, model_from
from pregonero.inbox.questions.phrases import Phrase, shipped_phrases
from pregonero.inbox.questions.proposals import LIKE_OTHERS, Proposer
from pregonero.inbox.questions.rules import shipped_rules
from pregonero.inbox.questions.text import sound_of
from pregonero.inbox.questions.trainer import train
from pregonero.inbox.states import Question
from pregonero.inbox.tasks import train_model, train_models
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import Write, post_at, read_all
from tests.lab.process import Lab

DOCS = Path(__file__).resolve().parents[2] / "docs"
pytestmark = pytest.mark.procedure("Q-2")


@pytest.mark.procedure("Q-3")
def test_the_system_is_right_often_enough_on_phrases_that_it_never_saw() -> None:
    """The figure of docs/preguntas.md."""
    report = measure()

    assert report.system.table.total() >= 200
    assert report.system.macro_f1 >= 0.85, "\n".join(report.lines())
    written = (DOCS / "preguntas.md").read_text(encoding="utf-8")
    figure = float(re.search(r"\| El sistema \| ([\d,]+)", written)[1].replace(",", "."))
    assert abs(figure - report.system.macro_f1) < 0.02, "docs/preguntas.md: repite «pregonero bench questions»"
    assert min(report.system.f1(question) for question in QUESTIONS) >= 0.8


def test_the_phrases_set_apart_are_no_part_of_what_is_learned() -> None:
    learned, held_out = shipped_phrases("training"), shipped_phrases("held_out")

    assert len(learned) + len(held_out) >= 600
    assert not {phrase.text.casefold() for phrase in learned} & {phrase.text.casefold() for phrase in held_out}
    assert {phrase.question for phrase in held_out} == set(QUESTIONS)
    assert {phrase.trait for phrase in held_out} == {"plain", "spelling", "two", "insult", "irony", "unsaid"}


@pytest.fixture(scope="module")
def model() -> Any:
    return train(shipped_phrases("training"))


def test_a_model_says_the_same_after_it_is_stored(model: Any) -> None:
    again = model_from(model.to_bytes())

    assert [again.classify(one.text) for one in shipped_phrases("held_out")] == [
        model.classify(one.text) for one in shipped_phrases("held_out")
    ]


@pytest.mark.parametrize("text", ["", "😂😂😂", "a" * 50_000, "\u202eolleh", "Z̸̡̛a̶l̸g̷o̴ " * 500, "\0?", "¿?" * 9_000])
def test_any_text_gets_a_proposal(text: str, model: Any) -> None:
    assert Proposer(shipped_rules(), model).propose(text).question in QUESTIONS


def test_two_spellings_of_a_word_sound_the_same() -> None:
    for one, other in (
        ("quiero", "kiero"),
        ("hasta", "asta"),
        ("inscripción", "inscripcion"),
        ("solicito", "solisito"),
    ):
        assert sound_of(one.replace("ó", "o")) == sound_of(other)


def test_the_library_is_loaded_only_where_it_trains() -> None:
    """The web and the sending of what is due do not wait for it, nor hold its memory."""
    code = (
        "import django, sys; django.setup(); import pregonero.urls, pregonero.inbox.tasks;"
        "sys.exit('sklearn' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_word_that_only_one_person_wrote_is_not_learned() -> None:
    mine = [Phrase("Soy Rosamunda Quiñonez", Question.NONE, "contact:1")] * 3

    learned = train([*shipped_phrases("training"), *mine])

    assert f"w:{sound_of('rosamunda')}" not in learned.weights
    theirs = Phrase("Hola Rosamunda", Question.NONE, "contact:2")
    assert f"w:{sound_of('rosamunda')}" in train([*shipped_phrases("training"), *mine, theirs]).weights


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write) -> Conversation:
    write(page, post_at(lab, page, "Abierta la convocatoria"), "La zarigüeya me parece divina")
    return read_all(page)[0]


def test_a_rule_says_its_phrase_and_the_model_its_words(
    lab: Lab, page: Account, write: Write, conversation: Conversation, ana: Member
) -> None:
    train_models(timestamp=int(timezone.now().timestamp()))
    train_model(entity_id=page.entity_id)
    post = post_at(lab, page, "Otra")
    write(page, post, "¿Hasta cuándo hay plazo?")
    write(page, post, "Qué orgullo ver a los artesanos de mi tierra", name="Pedro")
    by_rule, by_model = read_all(page)[-2:]

    assert by_rule.question_why.endswith("Dice «hasta cuando».")
    assert (by_model.question, by_model.question_why) == (Question.NONE, LIKE_OTHERS)
    words = question_queries.heaviest_words(by_model, by_model.messages.get())
    browser = Client()
    browser.force_login(ana.user)
    assert f"Lo que más pesó: «{words[0]}»" in browser.get(by_model.get_absolute_url()).content.decode()
    assert words and set(words) <= {"que", "orgullo", "ver", "a", "los", "artesanos", "de", "mi", "tierra"}


@pytest.mark.procedure("N-7")
def test_it_learns_what_people_confirmed_and_forgets_who_was_erased(
    conversation: Conversation, ana: Member, carmen: Member, page: Account
) -> None:
    sort_conversation(conversation=conversation, question=Question.PRESS, reason="", by=ana, now=timezone.now())
    decision = QuestionDecision.objects.get()
    assert (decision.proposed, decision.question) == (Question.NONE, Question.PRESS)
    sort_conversation(conversation=conversation, question=Question.NONE, reason="No lo es", by=ana, now=timezone.now())
    (learned,) = question_queries.learned_phrases(page.entity_id)
    assert (learned.text, learned.question) == ("La zarigüeya me parece divina", Question.NONE)
    train_model(entity_id=page.entity_id)
    first = TrainedModel.objects.get()
    assert (first.learned, first.number) == (1, 1)
    assert question_queries.entities_to_train(now=timezone.now()) == []

    erase_contact(contact=conversation.contact, reason="Solicitud 7", by=carmen, now=timezone.now())

    assert question_queries.entities_to_train(now=timezone.now()) == [page.entity_id]
    train_model(entity_id=page.entity_id)
    first.refresh_from_db()
    second = TrainedModel.objects.latest("number")
    assert (second.learned, second.number, first.weights) == (0, 2, None)
    assert question_queries.learned_phrases(page.entity_id) == []
    assert Event.objects.filter(event_type="question_model.trained").count() == 2


def test_new_decisions_wait_for_the_next_night(conversation: Conversation, ana: Member, page: Account) -> None:
    now = timezone.now()
    train_model(entity_id=page.entity_id)
    sort_conversation(conversation=conversation, question=Question.NONE, reason="", by=ana, now=timezone.now())

    assert question_queries.entities_to_train(now=now) == []
    assert question_queries.entities_to_train(now=now + timedelta(days=1)) == [page.entity_id]


def test_decisions_that_would_spoil_the_model_are_not_learned() -> None:
    from pregonero.inbox.questions.trainer import train_for_entity

    wrong = [Phrase(one.text, Question.NONE, f"contact:{n}") for n, one in enumerate(shipped_phrases("training"))] * 2

    training = train_for_entity(wrong, ())

    assert training.learned == 0
