"""What is done at the same time on the same rows waits in one order, or not at all: nothing deadlocks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import connection, connections
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from pregonero.errors import Conflict
from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.persons import join_contacts, undo_join
from pregonero.inbox.models import Contact, ContactJoin, Message, Stream
from pregonero.networks.actions.register import register_account
from pregonero.networks.interactions import Reading
from pregonero.people.roles import Role
from tests.conftest import member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.inbox.test_arrivals import written

pytestmark = pytest.mark.procedure("Q-1")
ROUNDS = 20


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


@pytest.mark.procedure("Q-7")
def test_two_joins_of_the_same_people_in_opposite_directions_never_stop_each_other(url: str) -> None:
    now = timezone.now()
    ana = member(register_mincomercio(now), "ana", "Ana", Role.COMMUNITY_MANAGER)
    rosa, other = (
        Contact.objects.create(entity=ana.entity, network=network, remote_id="1", first_seen_at=now)
        for network in ("facebook", "x")
    )
    together = Barrier(2)

    def join(contact: Contact, with_other: Contact) -> int:
        """Join them in each round, and undo it; return how many times this one was the first."""
        made = 0
        try:
            for _ in range(ROUNDS):
                together.wait(timeout=60)
                try:
                    joined = join_contacts(contact=contact, other=with_other, reason="Lo dijo", by=ana, now=now)
                except Conflict:
                    joined = None
                together.wait(timeout=60)
                if joined is not None:
                    made += 1
                    undo_join(join=joined, by=ana, now=now)
        except BaseException:
            together.abort()  # the other one does not wait for ever
            raise
        finally:
            connections.close_all()
        return made

    with ThreadPoolExecutor(2) as threads:
        joins = [threads.submit(join, rosa, other), threads.submit(join, other, rosa)]
        assert sum(one.result() for one in joins) == ROUNDS, "one of the two each time, and no deadlock"
    assert ContactJoin.objects.filter(undone_at__isnull=False).count() == ROUNDS
