"""A page of what people wrote is stored in a few statements, and two readings never stop each other (Q-1, N-7)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.models import Contact, Conversation, Message, MessageVersion, Stream
from pregonero.inbox.states import ConversationState
from pregonero.networks.actions.register import register_account
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.people.roles import Role
from pregonero.records.models import Event
from tests.conftest import member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.inbox.test_arrivals import receive, stream, written

pytestmark = pytest.mark.procedure("Q-1")
__all__ = ["stream"]
ROUNDS, PAGE = 8, 60
SECOND = timedelta(seconds=1)
START = timezone.now() - timedelta(hours=1)


def statements_of(stream: Stream, *items: Any) -> int:
    with CaptureQueriesContext(connection) as asked:
        receive(stream, *items)
    return len(asked)


def test_a_page_takes_as_many_statements_as_one_comment(stream: Stream) -> None:
    receive(stream, written(0))
    one = statements_of(stream, written(1, author=Author("a1")))
    new = [written(number, author=Author(f"b{number}")) for number in range(2, 40)]
    assert statements_of(stream, *new) == one

    edited = [replace(item, text="¿Hasta qué día?") for item in new]
    one_edit = statements_of(stream, written(1, "¿Hasta qué día?", author=Author("a1")))
    assert statements_of(stream, *edited) == one_edit
    assert statements_of(stream, *edited) < 12, "what is known already is looked up, and nothing is locked or stored"

    Conversation.objects.update(state=ConversationState.ANSWERED)
    replies = [
        written(100 + number, thread_id=f"c{number}", parent_id=f"c{number}", author=Author(f"b{number}"))
        for number in range(2, 40)
    ]
    assert statements_of(stream, *replies) <= one + 2
    assert Conversation.objects.filter(state=ConversationState.OPEN).count() == len(replies)
    assert (Message.objects.count(), MessageVersion.objects.count()) == (78, 39)


SEQUENCES = st.lists(
    st.tuples(
        st.integers(0, 5),  # which message
        st.integers(0, 2),  # its text
        st.integers(0, 5),  # what it replies to
        st.booleans(),  # our own
        st.booleans(),  # private
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda drawn: drawn[0],
)


@given(first=SEQUENCES, second=SEQUENCES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_a_page_leaves_what_its_comments_one_by_one_leave(stream: Stream, first: Any, second: Any) -> None:
    seen = []
    for one_by_one in (False, True):
        prefix = f"{Message.objects.count()}-{one_by_one}-{timezone.now().timestamp()}-"
        for drawn in (first, second):
            items = sorted((_drawn(prefix, *values) for values in drawn), key=lambda item: item.written_at)
            for group in [[item] for item in items] if one_by_one else [items]:
                receive(stream, *group)
        seen.append(_state(prefix))
    assert seen[0] == seen[1]


def _drawn(prefix: str, number: int, text: int, parent: int, is_ours: bool, is_private: bool) -> Any:
    return written(
        number,
        ("Hola", "¿Hasta cuándo?", "Solicito copia del contrato")[text],
        remote_id=f"{prefix}{number}",
        thread_id=f"{prefix}privado" if is_private else f"{prefix}{number}",
        parent_id=f"{prefix}{parent}",
        kind=InteractionKind.MESSAGE if is_private else InteractionKind.COMMENT,
        is_ours=is_ours,
        written_at=START + number * SECOND,
    )


def _state(prefix: str) -> Any:
    messages = Message.objects.filter(remote_id__startswith=prefix).order_by("remote_id")
    conversations = Conversation.objects.filter(thread_id__startswith=prefix).order_by("thread_id")
    events = Event.objects.filter(facts__remote_id__startswith=prefix)
    return (
        [_facts(one, prefix) for one in messages.select_related("conversation", "contact")],
        [
            (one.thread_id.removeprefix(prefix), one.kind, one.state, one.revision, one.question, one.waiting_since)
            for one in conversations
        ],
        sorted((event.event_type, event.facts["remote_id"].removeprefix(prefix)) for event in events),
    )


def _facts(message: Message, prefix: str) -> tuple[Any, ...]:
    place = message.remote_id.removeprefix(prefix), message.conversation.thread_id.removeprefix(prefix)
    return *place, message.text, message.is_work, message.kind, message.versions.count(), str(message.contact)


@pytest.fixture
def url(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), fresh_database() as address, as_default_database(address):
        yield address


@pytest.mark.parametrize("same_account", [True, False])
def test_two_readings_at_once_store_everything_once_and_neither_is_stopped(same_account: bool, url: str) -> None:
    """Of one account, in two streams that bring the same; and of two accounts whose people are the same."""
    carmen = member(register_mincomercio(timezone.now()), "carmen", "Carmen", Role.COORDINATOR)
    streams = _two_streams(carmen, same_account=same_account)
    together = Barrier(2)

    def read(stream: Stream, *, reverse: bool) -> int:
        try:
            for turn in range(ROUNDS):
                page = _page(turn, reverse=reverse)
                together.wait()
                for _ in range(2):
                    receive_reading(stream=stream, reading=Reading(tuple(page), {}), now=timezone.now())
            return ROUNDS
        except BaseException:
            together.abort()  # the other one does not wait for ever
            raise
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        readings = [threads.submit(read, stream, reverse=bool(place)) for place, stream in enumerate(streams)]
        assert [reading.result() for reading in readings] == [ROUNDS, ROUNDS]
    accounts = len({stream.account_id for stream in streams})
    assert Contact.objects.count() == ROUNDS * PAGE
    assert Message.objects.count() == Conversation.objects.count() == ROUNDS * PAGE * accounts
    assert Event.objects.filter(event_type="message.received").count() == Message.objects.count()


def _two_streams(by: Member, *, same_account: bool) -> list[Stream]:
    accounts = [_account(by, handle) for handle in (("min",) if same_account else ("min", "otra"))]
    open_streams(accounts=accounts, now=timezone.now())
    if same_account:
        return list(Stream.objects.filter(account=accounts[0]).order_by("pk")[:2])
    return [Stream.objects.filter(account=account).earliest("pk") for account in accounts]


def _account(by: Member, handle: str) -> Account:
    return register_account(
        entity=by.entity,
        network="facebook",
        handle=handle,
        remote_id=handle,
        display_name=handle,
        purpose="Informar",
        root_mailbox="",
        by=by,
        now=timezone.now(),
    )


def _page(turn: int, *, reverse: bool) -> list[Interaction]:
    """Return a page of comments, each of a new person; in reverse, the last person wrote first."""
    places = range(PAGE)
    return [
        written(
            0,
            remote_id=f"{turn}-{place}",
            thread_id=f"{turn}-{place}",
            author=Author(f"{turn}-{place}"),
            written_at=timezone.now() + (SECOND * (PAGE - place if reverse else place)),
        )
        for place in places
    ]
