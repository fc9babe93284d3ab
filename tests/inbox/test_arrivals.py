"""What people write comes in once, in threads, next to the publication that it is under (Q-1, N-7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pregonero.inbox import queries
from pregonero.inbox.actions.arrivals import open_streams, receive_reading, save_stream_problem
from pregonero.inbox.models import Conversation, Message, MessageVersion, Stream
from pregonero.inbox.states import ConversationState, Question
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.networks.models import Account
from pregonero.records.canonical_body import digest_of_text
from pregonero.records.models import Event
from tests.inbox.conftest import Write, post_at, read_all
from tests.lab.process import Lab

pytestmark = [pytest.mark.procedure("Q-1")]
STRANGE = [
    "🙂‍↔️🙂‍↔️🙂‍↔️", "a" * 60_000, "\u202eالسلام عليكم", "Z̷̢̧a̸l̶g̴o̵" * 50, "nulo\x00adentro", "\ud800 mitad",
    "<script>alert(1)</script>", "{{ 7 * 7 }}{% load os %}", "", "   ", "' OR 1=1; --",
]  # fmt: skip


@pytest.fixture
def stream(page: Account) -> Stream:
    open_streams(accounts=[page], now=timezone.now())
    return Stream.objects.get(account=page, name="comments")


def written(number: int, text: str = "¿Hasta cuándo?", **changes: Any) -> Interaction:
    """Return a comment of a citizen, `number` minutes into the last hour."""
    base = Interaction(
        remote_id=f"c{number}",
        kind=InteractionKind.COMMENT,
        text=text,
        author=Author(f"p{number % 3}", name=f"Persona {number % 3}"),
        written_at=datetime.now(UTC) - timedelta(minutes=60 - number),
        thread_id=f"c{number}",
        parent_id="post",
        post_id="post",
    )
    return replace(base, **changes)


def receive(stream: Stream, *items: Interaction) -> None:
    receive_reading(stream=stream, reading=Reading(tuple(items), {"since": "x"}), now=timezone.now())


def test_a_comment_becomes_a_conversation_with_a_proposed_question(stream: Stream) -> None:
    receive(stream, written(1))

    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.question) == (ConversationState.OPEN, Question.BASIC)
    assert conversation.question_why
    assert not conversation.is_confirmed


@pytest.mark.procedure("N-7")
def test_the_record_keeps_a_digest_and_neither_words_nor_names(stream: Stream) -> None:
    receive(stream, written(1, "Mi cédula es 123"))

    message, event = Message.objects.get(), Event.objects.get(event_type="message.received")
    assert event.facts["digest"] == message.digest == digest_of_text(message.salt, "Mi cédula es 123")
    assert "cédula" not in str(event.facts) and "Persona" not in f"{event.facts} {event.label} {event.digests}"


@given(order=st.permutations(range(6)), repeats=st.integers(1, 3), cut=st.integers(1, 6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_in_any_order_repeated_and_in_pieces_each_message_is_stored_once(
    stream: Stream, order: list[int], repeats: int, cut: int
) -> None:
    base = Message.objects.count()
    items = [written(100 + base + number, thread_id=f"t{base}", parent_id="post") for number in range(6)]
    shuffled = [items[index] for index in order] * repeats
    for start in range(0, len(shuffled), cut):
        receive(stream, *shuffled[start : start + cut])

    assert Message.objects.count() == base + 6
    assert Conversation.objects.filter(thread_id=f"t{base}").count() == 1
    assert Event.objects.filter(event_type="message.received").count() == base + 6


def test_a_reply_of_another_person_joins_the_thread_and_opens_it_again(stream: Stream) -> None:
    receive(stream, written(1))
    Conversation.objects.update(state=ConversationState.ANSWERED)
    receive(stream, written(5, "¿Y en Cali?", thread_id="c1", parent_id="c1"))

    conversation = Conversation.objects.get()
    assert conversation.state == ConversationState.OPEN
    assert conversation.waiting_since == Message.objects.get(remote_id="c5").written_at


def test_an_edit_keeps_what_was_said_before_and_changes_the_revision(stream: Stream) -> None:
    receive(stream, written(1, "¿Hasta cuándo?"))
    seen = Conversation.objects.get().revision
    receive(stream, written(1, "¿Hasta qué día?"))

    message = Message.objects.get()
    assert message.text == "¿Hasta qué día?" and message.edited_at is not None
    assert [version.text for version in MessageVersion.objects.all()] == ["¿Hasta cuándo?"]
    assert Conversation.objects.get().revision > seen
    assert Event.objects.filter(event_type="message.edited").count() == 1


def test_reading_the_same_again_changes_nothing(stream: Stream) -> None:
    receive(stream, written(1, "Con  espacios\n\ny líneas"))
    before = Conversation.objects.get().revision
    receive(stream, written(1, "Con  espacios\n\ny líneas"))

    assert Conversation.objects.get().revision == before
    assert not MessageVersion.objects.exists()


def test_at_the_first_reading_what_is_old_is_context_and_not_work(stream: Stream, carmen: Any) -> None:
    receive(stream, written(1, written_at=datetime.now(UTC) - timedelta(days=30)), written(2))

    old, new = Conversation.objects.order_by("thread_id")
    assert (old.state, new.state) == (ConversationState.CLOSED, ConversationState.OPEN)
    assert queries.counts_by_state(carmen, now=timezone.now())["abiertas"] == 1


def test_our_own_comment_is_context_of_its_thread_and_starts_none(stream: Stream) -> None:
    receive(stream, written(1, is_ours=True), written(2), written(3, is_ours=True, thread_id="c2", parent_id="c2"))

    assert Conversation.objects.count() == 1
    ours = Message.objects.get(remote_id="c3")
    assert ours.is_ours and not ours.is_work


@pytest.mark.parametrize("text", STRANGE)
def test_any_text_is_stored_and_nothing_is_lost(stream: Stream, text: str) -> None:
    receive(stream, written(1, text), written(2))

    assert Message.objects.count() == 2


def test_a_problem_is_kept_on_the_stream_and_the_wait_grows(stream: Stream) -> None:
    now, waits = timezone.now(), []
    for _ in range(4):
        save_stream_problem(stream=stream, reason="No responde.", wait_seconds=None, now=now)
        stream.refresh_from_db()
        waits.append((stream.next_read_at - now).total_seconds())

    assert waits == [60, 120, 240, 480]
    receive(stream, written(1))
    stream.refresh_from_db()
    assert (stream.problem, stream.failures) == ("", 0)


def test_a_wait_that_the_network_asks_for_is_honoured(stream: Stream) -> None:
    now = timezone.now()
    save_stream_problem(stream=stream, reason="Espera.", wait_seconds=900, now=now)

    stream.refresh_from_db()
    assert stream.next_read_at == now + timedelta(seconds=900)


def test_another_entity_sees_nothing_of_it(stream: Stream, dario: Any) -> None:
    receive(stream, written(1))

    assert not queries.conversations_of(dario, queries.Filters(), now=timezone.now()).exists()


def test_a_citizens_comment_at_the_network_arrives_with_its_author(lab: Lab, page: Account, write: Write) -> None:
    post = post_at(lab, page, "Abierta la convocatoria")
    id = write(page, post, "¿Hasta qué fecha está abierta la convocatoria?")

    (conversation,) = read_all(page)
    message = Message.objects.get()
    assert (message.remote_id, str(conversation.contact)) == (id, "Rosa Mejía")
    assert conversation.thread_id == id


def test_an_account_that_the_network_refuses_says_so_on_its_stream(lab: Lab, page: Account) -> None:
    lab.client.post(f"/tokens/{page.remote_id}/revoke").raise_for_status()

    assert read_all(page) == []
    assert "conectarla otra vez" in Stream.objects.get(account=page, name="comments").problem
