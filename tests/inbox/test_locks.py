"""Reading what people write and preparing a publication do not wait for each other: they share only an account."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.models import Message, Stream
from pregonero.networks.actions.register import register_account
from pregonero.networks.interactions import Reading
from pregonero.people.roles import Role
from tests.conftest import member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.inbox.test_arrivals import written

pytestmark = pytest.mark.procedure("Q-1")


@pytest.fixture
def url(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), fresh_database() as address, as_default_database(address):
        yield address


def test_a_reading_is_stored_while_a_draft_of_the_same_account_is_being_stored(url: str) -> None:
    now = timezone.now()
    carmen = member(register_mincomercio(now), "carmen", "Carmen", Role.COORDINATOR)
    account = register_account(
        entity=carmen.entity,
        network="mastodon",
        handle="min",
        display_name="Min",
        purpose="Informar",
        root_mailbox="",
        by=carmen,
        now=now,
    )
    open_streams(accounts=[account], now=now)
    with psycopg.connect(url) as drafting:
        drafting.execute("SELECT FROM people_entity FOR NO KEY UPDATE")  # numbers are given one at a time
        drafting.execute("SELECT FROM networks_account FOR KEY SHARE")  # what a foreign key to the account takes
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        receive_reading(stream=Stream.objects.earliest("pk"), reading=Reading((written(1),), {}), now=now)
    assert Message.objects.count() == 1
