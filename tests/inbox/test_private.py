"""Private messages: conversations of their own, answered to the person alone, within the windows of each network."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pregonero.errors import Refused
from pregonero.inbox import queries
from pregonero.inbox.actions.answers import WrittenAnswer, send_answer
from pregonero.inbox.actions.arrivals import open_streams
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Answer, Conversation, Message, MessageVersion, Stream, WebhookNotice
from pregonero.inbox.private_answers import private_reply_window, window_of
from pregonero.inbox.states import AnswerState, ConversationState, Question
from pregonero.inbox.tasks import read_notice, read_stream
from pregonero.inbox.thread import thread_of
from pregonero.networks.actions.register import save_application
from pregonero.networks.base import OUTSIDE_WINDOW, OperationKind
from pregonero.networks.models import Account
from pregonero.networks.webhooks import MetaWebhook, XWebhook
from pregonero.outbox.models import Attempt, Delivery
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import Write, account_of, post_at, read_all, send_all
from tests.inbox.test_arrivals import STRANGE
from tests.inbox.test_webhooks import SECRET, meta_signature
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-1")
NETWORKS = ("facebook", "instagram", "x", "mastodon")
ASKED, ANSWERED = "¿Hasta qué fecha está abierta la convocatoria?", "Hasta el 15 de diciembre."
DAY = timedelta(days=1)
AccountOn = Callable[[str], Account]


@pytest.fixture
def account_on(lab: Lab, carmen: Member, settings: Settings) -> AccountOn:
    """Return a function that connects an account of a network."""
    return lambda network: account_of(lab, network, carmen, settings)


def write_privately(lab: Lab, account: Account, text: str, name: str = "Rosa Mejía") -> str:
    """Write as a citizen, and return the address of the thread that the citizen sees."""
    path = f"/mensajes/{account.network}/{account.handle}"
    response = lab.client.post(path, data={"nombre": name, "texto": text})
    assert response.status_code == 303, response.text
    return response.headers["location"]


def asked(lab: Lab, account: Account, by: Member, text: str = ASKED) -> Conversation:
    """Return a private conversation that a person confirmed as a basic question."""
    write_privately(lab, account, text)
    return sort(read_all(account)[-1], by)


def sort(conversation: Conversation, by: Member, question: Question = Question.BASIC) -> Conversation:
    return sort_conversation(conversation=conversation, question=question, reason="", by=by, now=timezone.now())


def send(
    conversation: Conversation, by: Member, text: str = ANSWERED, *, at: Any = None, private: bool = False
) -> Answer:
    written = WrittenAnswer(text, uuid.uuid4(), conversation.revision, is_private=private)
    return send_answer(conversation=conversation, written=written, by=by, now=at or timezone.now())


@pytest.mark.parametrize("network", NETWORKS)
def test_a_private_message_is_a_conversation_of_its_own_and_comes_in_once(
    network: str, lab: Lab, account_on: AccountOn
) -> None:
    account = account_on(network)
    write_privately(lab, account, "Solicito copia del contrato")

    read_all(account)
    (conversation,) = read_all(account)

    assert conversation.is_private
    assert (conversation.post_id, conversation.subject) == ("", None)
    assert Message.objects.count() == Event.objects.filter(event_type="message.received").count() == 1


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.procedure("Q-2")
def test_the_answer_goes_to_the_person_alone_and_is_recorded(
    network: str, lab: Lab, account_on: AccountOn, ana: Member
) -> None:
    account = account_on(network)
    address = write_privately(lab, account, ASKED)
    answer = send(sort(read_all(account)[0], ana), ana)
    (operation,) = send_all(account)

    answer.refresh_from_db()
    assert (operation.kind, operation.state) == (OperationKind.MESSAGE, "PUBLISHED")
    assert Attempt.objects.filter(delivery=operation).count() == 1
    assert (answer.state, answer.remote_id, answer.is_private) == (AnswerState.PUBLISHED, operation.remote_id, True)
    assert ANSWERED in lab.client.get(address).text
    assert ANSWERED not in lab.client.get(f"/{network}/{account.handle}").text
    assert Event.objects.filter(event_type="answer.published", ref=answer.ref.reference).count() == 1
    read_all(account)  # what the network lists of ours is the same answer, once
    entries = thread_of(answer.conversation, member=ana, today=timezone.localdate()).entries
    assert [bool(entry.answer) for entry in entries] == [False, True]


def test_what_is_private_never_joins_what_is_public(lab: Lab, account_on: AccountOn, write: Write) -> None:
    account = account_on("mastodon")
    post = post_at(lab, account, "Abierta la convocatoria")
    write(account, post, "¿Hasta cuándo?", "Rosa Mejía")
    write_privately(lab, account, "Y aparte, mi cédula es 123", "Rosa Mejía")

    public, private = read_all(account)

    assert (public.is_private, private.is_private) == (False, True)
    assert public.contact == private.contact
    assert public.thread_id != private.thread_id


def test_an_answer_is_to_all_that_the_person_wrote_before_it(lab: Lab, account_on: AccountOn, ana: Member) -> None:
    account = account_on("facebook")
    write_privately(lab, account, "Hola")
    conversation = asked(lab, account, ana)
    send(conversation, ana)
    conversation.refresh_from_db()

    assert queries.message_to_answer(conversation) is None
    assert conversation.state == ConversationState.ANSWERED


def test_what_comes_after_an_answer_is_another_matter(lab: Lab, account_on: AccountOn, ana: Member) -> None:
    account = account_on("facebook")
    send(asked(lab, account, ana), ana)
    write_privately(lab, account, "Solicito copia del contrato 123 de 2025")

    (conversation,) = read_all(account)

    assert (conversation.state, conversation.is_confirmed) == (ConversationState.OPEN, False)
    assert conversation.question == Question.PETITION


@pytest.mark.parametrize("network", ("facebook", "instagram"))
def test_an_edit_keeps_what_was_said(network: str, lab: Lab, account_on: AccountOn) -> None:
    account = account_on(network)
    write_privately(lab, account, "¿Hasta cuándo?")
    read_all(account)
    id = Message.objects.get().remote_id
    lab.client.post(f"/mensajes/{network}/{id}/edicion", data={"texto": "¿Hasta qué día?"})
    read_all(account)

    assert Message.objects.get().text == "¿Hasta qué día?"
    assert [version.text for version in MessageVersion.objects.all()] == ["¿Hasta cuándo?"]


def test_a_message_that_its_author_took_back_is_marked_by_its_notice(
    lab: Lab, account_on: AccountOn, carmen: Member
) -> None:
    account, now = account_on("instagram"), timezone.now()
    application = save_application(
        network="instagram", server="", client_id="aplicacion", secret=SECRET, by=carmen, now=now
    )
    write_privately(lab, account, "No era para ustedes")
    open_streams(accounts=[account], now=now)
    read_stream(stream_id=Stream.objects.get(account=account, name="messages").pk)
    message = Message.objects.get()
    event = {"sender": {"id": "1"}, "message": {"mid": message.remote_id, "is_deleted": True}}
    body = json.dumps(
        {"object": "instagram", "entry": [{"id": account.remote_id, "time": 1, "messaging": [event]}]}
    ).encode()

    for _ in range(2):
        headers = {"X-Hub-Signature-256": meta_signature(body)}
        path = f"/avisos/red/{application.pk}/"
        assert Client().post(path, body, content_type="application/json", headers=headers).status_code == 200
    read_notice(notice_id=WebhookNotice.objects.get().pk)

    message.refresh_from_db()
    assert message.deleted_at is not None
    assert Event.objects.filter(event_type="message.deleted").count() == 1


def test_the_labs_notice_of_a_message_makes_its_account_due(lab: Lab, account_on: AccountOn, carmen: Member) -> None:
    """Each network's own shape of a notice names the account to read."""

    meta = {"object": "page", "entry": [{"id": 7, "time": 1, "messaging": [{"message": {"mid": "m", "text": "Hola"}}]}]}
    x = {"for_user_id": "7", "direct_message_events": [{"type": "message_create", "id": "1"}], "users": {}}

    assert [hint.account_id for hint in MetaWebhook().hints(json.dumps(meta).encode())] == ["7"]
    assert [hint.account_id for hint in XWebhook().hints(json.dumps(x).encode())] == ["7"]


@pytest.mark.parametrize("text", STRANGE)
def test_any_text_comes_in_privately_and_nothing_is_lost(
    text: str, lab: Lab, account_on: AccountOn, ana: Member
) -> None:
    account = account_on("facebook")
    text = text.encode("utf-8", "ignore").decode()[:1900].replace("\x00", "")
    if not text.strip():
        pytest.skip("the network takes no empty message")
    conversation = asked(lab, account, ana, text)
    browser = Client()
    browser.force_login(ana.user)

    html = browser.get(conversation.get_absolute_url()).content.decode()

    assert Message.objects.count() == 1
    assert "<script>alert(1)" not in html


def arrived(account: Account, ana: Member, lab: Lab, ago: timedelta) -> Conversation:
    """Return a private conversation whose last message is some time old."""
    conversation = asked(lab, account, ana)
    Message.objects.update(written_at=timezone.now() - ago)
    return conversation


@pytest.mark.parametrize("network", ("facebook", "instagram"))
@pytest.mark.procedure("Q-6")
def test_the_window_of_a_message_closes_after_seven_days(
    network: str, lab: Lab, account_on: AccountOn, ana: Member
) -> None:
    asked(lab, account_on(network), ana)
    message = Message.objects.select_related("account").get()
    second = timedelta(seconds=1)

    before = window_of(message, now=message.written_at + 7 * DAY - second)
    after = window_of(message, now=message.written_at + 7 * DAY)

    assert (before.why_by_hand, before.closes_at) == ("", message.written_at + 7 * DAY)
    assert "7 días" in after.why_by_hand


@pytest.mark.parametrize("network", ("x", "mastodon"))
def test_a_network_without_a_window_takes_an_answer_at_any_time(
    network: str, lab: Lab, account_on: AccountOn, ana: Member
) -> None:
    asked(lab, account_on(network), ana)
    message = Message.objects.select_related("account").get()

    window = window_of(message, now=message.written_at + 365 * DAY)

    assert (window.closes_at, window.why_by_hand) == (None, "")


def test_an_answer_never_waits_beyond_its_window(lab: Lab, account_on: AccountOn, ana: Member) -> None:
    conversation = arrived(account_on("facebook"), ana, lab, 7 * DAY - timedelta(minutes=10))
    send(conversation, ana)

    operation = Delivery.objects.get()
    assert operation.expires_at <= Message.objects.get().written_at + 7 * DAY


@pytest.mark.parametrize("network", ("facebook", "instagram"))
@pytest.mark.procedure("Q-6")
def test_after_the_window_a_person_sends_it_and_the_conversation_is_read_back(
    network: str, lab: Lab, account_on: AccountOn, ana: Member
) -> None:
    account = account_on(network)
    answer = send(arrived(account, ana, lab, 8 * DAY), ana)
    send_all(account)
    assert answer.is_by_hand
    assert lab.posts(network=network, account=account.remote_id) == []
    browser = Client()
    browser.force_login(ana.user)
    page = f"/conversacion/respuestas/{answer.pk}/a-mano/"
    html = browser.get(page).content.decode()
    assert ("business.facebook.com" if network == "facebook" else "instagram.com/direct") in html
    assert ANSWERED in html and "Pega aquí" not in html

    early = browser.post(page)
    assert early.status_code == 422 and "Todavía no vemos" in early.content.decode()
    sent = send_as_the_account(lab, account, answer)
    assert browser.post(page).status_code == 302

    answer.refresh_from_db()
    assert (answer.state, answer.remote_id) == (AnswerState.PUBLISHED, sent)


def send_as_the_account(lab: Lab, account: Account, answer: Answer) -> str:
    """Send the text as the account does in the network's own application, and return its id."""
    accounts = lab.client.get("/accounts.json").json()["accounts"]
    token = next(one for one in accounts if one["id"] == account.remote_id)["token"]
    contact = answer.message.contact
    assert contact is not None
    data = {"recipient": json.dumps({"id": contact.remote_id}), "message": json.dumps({"text": answer.text})}
    headers = {"Authorization": f"Bearer {token}"}
    response = lab.client.post(f"/graph/v26.0/{account.remote_id}/messages", data=data, headers=headers)
    return str(response.raise_for_status().json()["message_id"])


@pytest.mark.procedure("Q-6")
def test_when_the_network_says_that_the_window_is_over_a_person_sends_the_next_one(
    lab: Lab, account_on: AccountOn, ana: Member
) -> None:
    account = account_on("facebook")
    answer = send(asked(lab, account, ana), ana)
    lab.fault(kind="status", endpoint="commit", code=2018278, account=account.remote_id, times=1)
    (operation,) = send_all(account)

    answer.refresh_from_db()
    assert (operation.reason_code, answer.state) == (OUTSIDE_WINDOW, AnswerState.FAILED)
    conversation = Conversation.objects.get()
    assert conversation.state == ConversationState.OPEN
    assert send(conversation, ana).is_by_hand


@pytest.mark.parametrize(("network", "most"), [("facebook", 2000), ("instagram", 1000), ("x", 10_000)])
def test_a_message_has_the_length_of_its_network(
    network: str, most: int, lab: Lab, account_on: AccountOn, ana: Member
) -> None:
    conversation = asked(lab, account_on(network), ana)
    letter = "á" if network == "instagram" else "a"  # Instagram counts bytes, and this one has two
    fits = letter * (most // len(letter.encode()) if network == "instagram" else most)

    with pytest.raises(Refused, match="un mensaje"):
        send(conversation, ana, fits + letter)
    send(conversation, ana, fits)


@pytest.fixture
def commented(lab: Lab, account_on: AccountOn, ana: Member, write: Write) -> Conversation:
    """A basic question in a comment under a post of a Facebook page."""
    account = account_on("facebook")
    write(account, post_at(lab, account, "Abierta la convocatoria"), ASKED)
    return sort(read_all(account)[0], ana)


def test_a_comment_is_answered_in_private_once(commented: Conversation, ana: Member, lab: Lab) -> None:
    answer = send(commented, ana, private=True)
    (operation,) = send_all(commented.account)

    answer.refresh_from_db()
    commented.refresh_from_db()
    assert (operation.kind, operation.state, answer.state) == ("MESSAGE", "PUBLISHED", AnswerState.PUBLISHED)
    sent = lab.posts(network="facebook", account=commented.account.remote_id)[-1]
    assert (sent["kind"], sent["under"]) == ("message", answer.message.remote_id)
    with pytest.raises(Refused):
        send(commented, ana, private=True)


def test_what_the_person_answers_in_private_is_a_private_conversation(
    commented: Conversation, ana: Member, lab: Lab
) -> None:
    send(commented, ana, private=True)
    send_all(commented.account)
    write_privately(lab, commented.account, "Gracias, ¿y el enlace?")

    public, private = read_all(commented.account)

    assert (public.pk, private.is_private, private.subject) == (commented.pk, True, None)
    assert private.contact == public.contact


def test_the_private_answer_to_a_comment_closes_after_seven_days(commented: Conversation) -> None:
    message = Message.objects.select_related("account").get()
    closes_at = message.written_at + 7 * DAY

    before, after = (private_reply_window(message, now=at) for at in (closes_at - timedelta(seconds=1), closes_at))

    assert before is not None and after is not None
    assert (bool(before.why_by_hand), bool(after.why_by_hand)) == (False, True)


def test_a_comment_on_x_is_never_answered_in_private(lab: Lab, account_on: AccountOn, ana: Member) -> None:
    account = account_on("x")
    lab.client.post(f"/menciones/x/{account.handle}", data={"nombre": "Rosa", "texto": ASKED})
    conversation = sort(read_all(account)[0], ana)

    with pytest.raises(Refused, match="no se responde por mensaje privado"):
        send(conversation, ana, private=True)


def test_the_page_says_that_it_is_private_and_until_when(lab: Lab, account_on: AccountOn, ana: Member) -> None:
    conversation = asked(lab, account_on("facebook"), ana)
    browser = Client()
    browser.force_login(ana.user)

    html = browser.get(conversation.get_absolute_url()).content.decode()
    listed = browser.get("/conversacion/?tipo=MESSAGE").content.decode()
    others = browser.get("/conversacion/?tipo=COMMENT").content.decode()

    assert "Mensaje privado" in html and 'composer message"' in html
    assert "Solo la verá Rosa Mejía" in html and "deja responder hasta" in html
    assert "Mensaje privado" in listed and ASKED[:30] in listed
    assert ASKED[:30] not in others


def test_the_page_of_a_comment_offers_the_private_answer(commented: Conversation, ana: Member) -> None:
    browser = Client()
    browser.force_login(ana.user)

    html = browser.get(commented.get_absolute_url()).content.decode()

    assert "Enviarla en privado" in html and 'name="is_private"' in html


def test_an_account_connected_before_gets_the_new_stream(account_on: AccountOn) -> None:
    account, now = account_on("facebook"), datetime.now(UTC)
    Stream.objects.create(account=account, name="comments", next_read_at=now)

    open_streams(accounts=queries.accounts_without_streams(), now=now)

    assert sorted(Stream.objects.values_list("name", flat=True)) == ["comments", "messages"]
    assert queries.accounts_without_streams() == []
