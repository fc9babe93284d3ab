"""A hundred thousand comments in ten minutes: all of them stored, once, in any order and repeated (Q-1).

`pregonero bench arrivals` measures the speeds. Only the second in which a network wants its answer is a limit here, in
the long case.
"""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from bench.arrivals import NOTICES_PER_PAGE, PAGE, measure
from pregonero.inbox.models import Conversation, Message
from pregonero.records.models import Event
from tests.databases import as_default_database, fresh_database

pytestmark = pytest.mark.procedure("Q-1")
MANY, A_SECOND = 100_000, 1_000  # comments, milliseconds


@pytest.fixture
def url(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), fresh_database() as address, as_default_database(address):
        yield address


@pytest.mark.parametrize("count", [2_000, pytest.param(MANY, marks=pytest.mark.slow)])
def test_many_comments_at_once_are_all_stored_once(count: int, url: str) -> None:
    report = measure(count)

    assert (report.lost, Message.objects.count(), Conversation.objects.count()) == (0, count, count)
    assert Event.objects.filter(event_type="message.received").count() == count
    assert count < MANY or report.receiver_max_ms < A_SECOND, "the networks stop waiting, and send it again"
    assert report.notices == report.read_notices == count // PAGE * NOTICES_PER_PAGE
