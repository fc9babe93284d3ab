"""Answering a citizen: proposed from what was published, once, never over something unseen (Q-2, Q-3)."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pregonero.errors import NotAllowed, NotFound, Refused, WrongState
from pregonero.inbox import queries
from pregonero.inbox.actions.answers import WrittenAnswer, redirect_to_pqrsd, send_answer
from pregonero.inbox.actions.triage import set_pqrsd_parameters, sort_conversation
from pregonero.inbox.answer_proposals import best_sentence, propose_answer
from pregonero.inbox.correction_queries import outdated_answers
from pregonero.inbox.models import Answer, Conversation
from pregonero.inbox.rules import ThreadChanged
from pregonero.inbox.states import AnswerKind, AnswerState, ConversationState, Question
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import FACT, Write, account_of, links_pass, post_at, read_all, send_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-2")
ASKED = "¿Hasta qué fecha está abierta la convocatoria?"
Ask = Callable[..., Conversation]


@pytest.fixture
def ask(lab: Lab, page: Account, write: Write) -> Ask:
    """Return a function with which a citizen asks something under a post of the page."""
    post = post_at(lab, page, "Abierta la convocatoria para exportar")

    def ask_one(text: str = ASKED) -> Conversation:
        write(page, post, text)
        return read_all(page)[-1]

    return ask_one


def sorted_as(question: Question, conversation: Conversation, by: Member) -> Conversation:
    return sort_conversation(conversation=conversation, question=question, reason="", by=by, now=timezone.now())


def written(conversation: Conversation, text: str = "Hasta el 15 de diciembre.", **changes: Any) -> WrittenAnswer:
    values = {"text": text, "key": uuid.uuid4(), "seen": conversation.revision} | changes
    return WrittenAnswer(**values)


def send(conversation: Conversation, by: Member, **changes: Any) -> Answer:
    return send_answer(conversation=conversation, written=written(conversation, **changes), by=by, now=timezone.now())


def test_the_answer_is_proposed_from_the_news_with_its_date_and_link(ask: Ask, news: News) -> None:
    conversation = ask()
    message = queries.message_to_answer(conversation)
    assert message is not None

    proposal = propose_answer(conversation, message)

    assert proposal is not None
    assert (proposal.sentence, proposal.news) == (FACT, news)
    assert proposal.text == f"Hola. {FACT} Más información: {news.address}"


def test_nothing_is_proposed_when_nothing_published_answers_it(ask: Ask, news: News) -> None:
    conversation = ask("¿Cuándo juega la selección de fútbol?")
    message = queries.message_to_answer(conversation)
    assert message is not None

    assert propose_answer(conversation, message) is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("¿Hasta cuándo hay plazo?", "Cierra el 3 de mayo a las 17:00."),
        ("¿Dónde es la feria?", "La feria es en la ciudad de Cali, Calle 5."),
        ("¿La inscripción tiene costo?", "La inscripción es gratuita."),
        ("¿Quién ganó el mundial?", ""),
    ],
)
def test_the_sentence_has_what_the_question_asks_for(question: str, expected: str) -> None:
    feria = "Feria de productores. La feria es en la ciudad de Cali, Calle 5. Cierra el 3 de mayo a las 17:00."
    texts = [feria, "La inscripción es gratuita."]

    assert best_sentence(question, texts) == expected


def test_an_answer_goes_out_once_and_the_citizen_sees_it(ask: Ask, ana: Member, lab: Lab, page: Account) -> None:
    conversation = sorted_as(Question.BASIC, ask(), ana)
    answer = send(conversation, ana)
    conversation.refresh_from_db()
    assert conversation.state == ConversationState.ANSWERED

    send_all(page)

    answer.refresh_from_db()
    assert (answer.state, answer.problem) == (AnswerState.PUBLISHED, "")
    shown = lab.posts(network="facebook", account=page.remote_id)[-1]
    assert (shown["text"], shown["under"]) == ("Hasta el 15 de diciembre.", answer.message.remote_id)
    assert read_all(page)[-1].state == ConversationState.ANSWERED  # our own answer comes back as nothing new
    assert Event.objects.filter(event_type="answer.published").count() == 1


def test_the_same_key_again_is_the_same_answer(ask: Ask, ana: Member, page: Account) -> None:
    conversation = sorted_as(Question.BASIC, ask(), ana)
    one = written(conversation)

    first = send_answer(conversation=conversation, written=one, by=ana, now=timezone.now())
    again = send_answer(conversation=conversation, written=one, by=ana, now=timezone.now())

    assert first == again
    assert len(send_all(page)) == 1


def test_a_message_is_never_answered_twice(ask: Ask, ana: Member, beto: Member) -> None:
    conversation = sorted_as(Question.BASIC, ask(), ana)
    send(conversation, ana)
    conversation.refresh_from_db()

    with pytest.raises(WrongState, match="Ya está respondida"):
        send(conversation, beto)
    assert Answer.objects.count() == Delivery.objects.count() == 1


@pytest.mark.parametrize("change", ["writes", "edits"])
def test_an_answer_to_an_older_state_is_not_sent(
    change: str, ask: Ask, ana: Member, page: Account, write: Write, lab: Lab
) -> None:
    conversation = sorted_as(Question.BASIC, ask(), ana)
    seen = conversation.revision
    message = queries.message_to_answer(conversation)
    assert message is not None
    if change == "writes":
        write(page, conversation.post_id, "Perdón, era la de turismo", answers=message.remote_id)
    else:
        path = f"/comentarios/facebook/{message.remote_id}/edicion"
        lab.client.post(path, data={"texto": "¿Hasta cuándo la de turismo?"})
    read_all(page)

    with pytest.raises(ThreadChanged):
        send(conversation, ana, seen=seen)
    assert not Answer.objects.exists()


def test_nothing_is_answered_before_a_person_confirms_what_it_asks_for(ask: Ask, ana: Member) -> None:
    with pytest.raises(WrongState, match="confirma qué pide"):
        send(ask(), ana)


@pytest.mark.procedure("Q-3")
def test_what_is_of_pqrsd_can_only_be_redirected(
    ask: Ask, ana: Member, citizen_relations: Member, page: Account, lab: Lab
) -> None:
    conversation = sorted_as(Question.PQRSD, ask("¿Por qué no han resuelto mi solicitud?"), ana)
    with pytest.raises(Refused, match="solo se envía la remisión"):
        send(conversation, ana)
    with pytest.raises(ProgrammingError, match="only_redirect"), transaction.atomic():
        Answer.objects.create(
            conversation=conversation,
            message=queries.message_to_answer(conversation),
            key=uuid.uuid4(),
            kind=AnswerKind.ANSWER,
            text="Ya va",
            by=ana,
            at=timezone.now(),
        )
    with pytest.raises(WrongState, match="Falta la dirección"):
        redirect(conversation, ana)
    set_parameters(citizen_relations)

    redirect(conversation, ana)
    send_all(page)

    assert lab.posts(network="facebook", account=page.remote_id)[-1]["text"] == (
        "Tu caso lo atiende PQRSD. https://www.mincit.gov.co/pqrsd"
    )


def redirect(conversation: Conversation, by: Member) -> Answer:
    return redirect_to_pqrsd(
        conversation=conversation, key=uuid.uuid4(), seen=conversation.revision, by=by, now=timezone.now()
    )


def set_parameters(by: Member) -> None:
    set_pqrsd_parameters(
        entity=by.entity,
        address="https://www.mincit.gov.co/pqrsd",
        text="Tu caso lo atiende PQRSD.",
        reason="Resolución 1",
        by=by,
        now=timezone.now(),
    )
    links_pass(by.entity, "https://www.mincit.gov.co/pqrsd")


@pytest.mark.procedure("Q-4")
def test_only_its_owners_set_the_parameters_of_pqrsd_and_each_change_is_a_version(
    ana: Member, citizen_relations: Member
) -> None:
    with pytest.raises(NotAllowed):
        set_parameters(ana)
    set_parameters(citizen_relations)
    set_parameters(citizen_relations)

    assert [version.number for version in queries.pqrsd_versions(ana.entity)] == [2, 1]


@pytest.mark.procedure("Q-3")
def test_a_correction_needs_its_reason_and_the_record_keeps_what_was_proposed(ask: Ask, ana: Member) -> None:
    conversation = sorted_as(Question.BASIC, ask(), ana)
    with pytest.raises(Refused, match="por qué corriges"):
        sorted_as(Question.PQRSD, conversation, ana)

    sort_conversation(
        conversation=conversation, question=Question.PQRSD, reason="Es su caso", by=ana, now=timezone.now()
    )

    event = Event.objects.filter(event_type="conversation.sorted").latest("pk")
    assert (event.facts["question"], event.facts["earlier"]) == ("PQRSD", "BASIC")


@pytest.mark.procedure("N-5")
def test_press_is_answered_by_who_advises_and_they_are_told(ask: Ask, ana: Member, marta: Member) -> None:
    conversation = sorted_as(Question.PRESS, ask("Soy periodista de El Diario, ¿hay una cifra?"), ana)
    assert marta.notices.filter(kind="conversation.press").exists()

    with pytest.raises(Refused, match="prensa"):
        send(conversation, ana)
    send(conversation, marta)


@pytest.fixture
def by_hand(lab: Lab, carmen: Member, ana: Member, settings: Settings, write: Write) -> Answer:
    """An answer on X to somebody who did not name the account: a person writes it there."""
    account = account_of(lab, "x", carmen, settings)
    write(account, post_at(lab, account, "Abierta la convocatoria"), ASKED)
    return send(sorted_as(Question.BASIC, read_all(account)[0], ana), ana)


@pytest.mark.procedure("Q-6")
def test_what_x_does_not_take_is_written_there_by_a_person_and_read_back(
    by_hand: Answer, ana: Member, lab: Lab
) -> None:
    account = by_hand.conversation.account
    send_all(account)
    assert [post["text"] for post in lab.posts(network="x", account=account.remote_id)] == ["Abierta la convocatoria"]
    browser = Client()
    browser.force_login(ana.user)
    page = f"/conversacion/respuestas/{by_hand.pk}/a-mano/"
    html = browser.get(page).content.decode()
    assert f"in_reply_to={by_hand.message.remote_id}" in html and "Hasta el 15 de diciembre." in html

    elsewhere = write_there(lab, account, "Hasta el 15 de diciembre.")
    for address in ("https://otra.example/1", f"{lab.url}/x/{account.handle}/status/{elsewhere}"):
        assert browser.post(page, {"address": address}).status_code == 422  # no post of ours; no reply to the person
    theirs = write_there(lab, account, "Hasta el 15 de diciembre.", in_reply_to=by_hand.message.remote_id)
    browser.post(page, {"address": f"{lab.url}/x/{account.handle}/status/{theirs}"})

    by_hand.refresh_from_db()
    assert (by_hand.state, by_hand.remote_id) == (AnswerState.PUBLISHED, theirs)
    assert Event.objects.filter(event_type="delivery.manual_finished").count() == 1


def write_there(lab: Lab, account: Account, text: str, **more: str) -> str:
    """Write a post at X as a person does, in its page that opens with the text ready; return its id."""
    form = {"cuenta": account.handle, "texto": text, **more}
    return str(lab.client.post("/x/intent/post", data=form).headers["location"].rpartition("/")[2])


@pytest.mark.procedure("Q-6")
def test_who_gives_up_at_the_network_leaves_the_conversation_waiting(by_hand: Answer, ana: Member) -> None:
    browser = Client()
    browser.force_login(ana.user)
    browser.post(f"/conversacion/respuestas/{by_hand.pk}/desistimiento/")

    by_hand.refresh_from_db()
    conversation = Conversation.objects.get()
    assert (by_hand.state, conversation.state) == (AnswerState.FAILED, ConversationState.OPEN)
    assert browser.get(f"/conversacion/respuestas/{by_hand.pk}/a-mano/").status_code == 409
    send(conversation, ana)


def test_an_answer_on_mastodon_names_the_person(
    lab: Lab, carmen: Member, ana: Member, settings: Settings, write: Write
) -> None:
    account = account_of(lab, "mastodon", carmen, settings)
    write(account, post_at(lab, account, "Abierta la convocatoria"), ASKED)
    conversation = sorted_as(Question.BASIC, read_all(account)[0], ana)

    answer = send(conversation, ana)
    send_all(account)

    assert answer.text == f"@{conversation.contact.handle} Hasta el 15 de diciembre."
    answer.refresh_from_db()
    assert answer.state == AnswerState.PUBLISHED


def test_a_text_that_does_not_fit_is_refused_with_what_is_over(
    lab: Lab, carmen: Member, ana: Member, settings: Settings
) -> None:
    account = account_of(lab, "x", carmen, settings)
    lab.client.post(f"/menciones/x/{account.handle}", data={"nombre": "Rosa", "texto": ASKED})
    conversation = sorted_as(Question.BASIC, read_all(account)[0], ana)

    with pytest.raises(Refused, match="Sobran 20: en X"):
        send(conversation, ana, text="a" * 300)


def test_an_answer_that_the_network_refuses_opens_the_conversation_again(
    ask: Ask, ana: Member, page: Account, lab: Lab
) -> None:
    conversation = sorted_as(Question.BASIC, ask(), ana)
    answer = send(conversation, ana)
    lab.client.post(f"/comentarios/facebook/{answer.message.remote_id}/borrado")

    send_all(page)

    answer.refresh_from_db()
    conversation.refresh_from_db()
    assert (answer.state, conversation.state) == (AnswerState.FAILED, ConversationState.OPEN)
    assert "ya no está en Facebook" in answer.problem
    assert ana.notices.filter(kind="delivery.rejected").exists()


def test_an_answer_whose_news_changed_is_listed(ask: Ask, ana: Member, news: News, page: Account) -> None:
    conversation = sorted_as(Question.BASIC, ask(), ana)
    send(conversation, ana, source=news)
    send_all(page)
    assert outdated_answers(ana.entity) == []

    news.body, news.edited_at = news.body.replace("15 de diciembre", "20 de diciembre"), timezone.now()
    news.save()

    assert [one.news for one in outdated_answers(ana.entity)] == [news]


def test_another_entity_cannot_answer_it(ask: Ask, dario: Member, ana: Member) -> None:
    conversation = sorted_as(Question.BASIC, ask(), ana)

    with pytest.raises(NotFound):
        send(conversation, dario)
