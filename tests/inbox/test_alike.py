"""Many that ask the same are answered at once, each on its own (Q-2)."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.inbox import queries
from pregonero.inbox.actions.answers import WrittenAnswer, send_alike, send_answer
from pregonero.inbox.actions.triage import close_conversation, sort_conversation
from pregonero.inbox.alike import alike_conversations, likeness
from pregonero.inbox.models import Answer, Conversation
from pregonero.inbox.states import Question
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.inbox.conftest import Write, post_at, read_all, send_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-2")
ASKED = (
    "¿Hasta qué fecha está abierta la convocatoria?",
    "hola, hasta que fecha esta abierta la convocatoria",
    "¿HASTA QUÉ FECHA ESTÁ ABIERTA LA CONVOCATORIA???",
    "¿Dónde queda la oficina de Cali?",
)


@pytest.fixture
def conversations(lab: Lab, page: Account, write: Write, ana: Member) -> list[Conversation]:
    post = post_at(lab, page, "Abierta la convocatoria")
    for number, text in enumerate(ASKED):
        write(page, post, text, name=f"Persona {number}")
    found = read_all(page)
    found[0] = sort_conversation(conversation=found[0], question=Question.BASIC, reason="", by=ana, now=timezone.now())
    return found


def alike_of(conversation: Conversation) -> list[Conversation]:
    message = queries.message_to_answer(conversation)
    assert message is not None
    return [one.conversation for one in alike_conversations(conversation, message)]


def test_those_that_ask_the_same_are_found_and_no_other(conversations: list[Conversation]) -> None:
    assert alike_of(conversations[0]) == conversations[1:3]


def test_one_answer_goes_to_all_and_each_is_recorded(
    conversations: list[Conversation], ana: Member, lab: Lab, page: Account
) -> None:
    browser = Client()
    browser.force_login(ana.user)
    first = conversations[0]
    form = {"text": "Hasta el 15.", "key": str(uuid.uuid4()), "seen": first.revision}
    chosen = [other.pk for other in conversations[1:3]]
    html = browser.post(f"/conversacion/{first.pk}/respuesta/", form | {"alike": chosen}, follow=True).content.decode()
    assert "3 respuestas en camino." in html
    again = browser.post(f"/conversacion/{first.pk}/respuesta/", form | {"alike": chosen})
    assert again.status_code == 302

    send_all(page)

    assert Answer.objects.filter(state="PUBLISHED").count() == 3
    told = [post["under"] for post in lab.posts(network="facebook", account=page.remote_id) if post["under"]]
    assert sorted(told) == sorted(other.thread_id for other in conversations[:3])


def test_one_that_cannot_be_answered_is_said_and_the_rest_go(
    conversations: list[Conversation], ana: Member, beto: Member
) -> None:
    now, first = timezone.now(), conversations[0]
    answer = send_answer(
        conversation=first, written=WrittenAnswer("Hasta el 15.", uuid.uuid4(), first.revision), by=ana, now=now
    )
    close_conversation(conversation=conversations[1], reason="Ya lo sabe", by=beto, now=now)

    sent, refused = send_alike(answer=answer, others=conversations[1:3], by=ana, now=now)

    assert [one.conversation for one in sent] == [conversations[2]]
    assert refused == ["Persona 1: La conversación cambió mientras escribías: mira lo nuevo y envíala otra vez."]


words = st.frozensets(st.sampled_from("abcdef"), max_size=6)


@given(words, words)
def test_likeness_is_symmetric_and_between_nothing_and_the_same(first: frozenset[str], second: frozenset[str]) -> None:
    assert 0 <= likeness(first, second) == likeness(second, first) <= 1
    assert (likeness(first, second) == 1) == (bool(first) and first == second)
