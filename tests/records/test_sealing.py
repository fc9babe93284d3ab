"""Sealing pending events in chained batches, also while other transactions write and seal."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise

import psycopg
import pytest
from django.db import IntegrityError, connection
from procrastinate.contrib.django import app

from pregonero.records import canonical_body, merkle
from pregonero.records.actions import seal_events
from pregonero.records.models import Batch, Event, Leaf, Pending
from pregonero.records.queries import ChainState, chain_state
from pregonero.records.tasks import seal_pending
from pregonero.records.verification import verify
from tests.records.acts import record_act, record_and_seal
from tests.records.locks import WAIT_SECONDS, locked, run_in_thread


@pytest.mark.procedure("R-1")
def test_seal_events_seals_pending_events_in_order_and_chains_the_batches(db: None, now: datetime) -> None:
    first = [record_act(number).pk for number in range(5)]
    one = seal_events(entity_id=1, now=now, limit=3)
    two = seal_events(entity_id=1, now=now, limit=3)
    assert one and two
    assert list(Leaf.objects.order_by("batch", "index").values_list("event_id", flat=True)) == first
    assert (one.number, one.size, one.total, one.previous) == (1, 3, 3, canonical_body.BEFORE_THE_FIRST)
    assert (two.number, two.size, two.total, two.previous) == (2, 2, 5, one.head)
    leaves = [canonical_body.leaf_of(event) for event in Event.objects.order_by("pk")[:3]]
    assert one.root == merkle.root_of(leaves).hex()
    assert not Pending.objects.exists()
    assert verify(1).ok


def test_seal_events_makes_no_batch_when_nothing_is_pending(db: None, now: datetime) -> None:
    assert seal_events(entity_id=1, now=now) is None
    assert not Batch.objects.exists()


def test_seal_events_seals_only_its_entity(db: None, now: datetime) -> None:
    for entity_id in (1, 2, 1):
        record_act(entity_id=entity_id)
    seal_events(entity_id=1, now=now)
    assert chain_state(1).sealed == 2
    assert (chain_state(2).sealed, chain_state(2).pending) == (0, 1)
    assert verify().ok


def test_database_refuses_a_second_batch_with_the_same_number(db: None, now: datetime) -> None:
    record_and_seal([1])
    last = Batch.objects.get()
    last.pk = None
    with pytest.raises(IntegrityError, match="batch_number_once"):
        last.save(force_insert=True)


@pytest.mark.procedure("R-1")
def test_recording_commits_while_a_sealing_is_blocked(committed: str, now: datetime) -> None:
    before = [record_act(number).pk for number in range(3)]
    with ThreadPoolExecutor(1) as pool:
        with locked(committed, "records_batch", "EXCLUSIVE") as wait_for_sealing:
            sealing = pool.submit(run_in_thread, lambda: seal_events(entity_id=1, now=now))
            wait_for_sealing()
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            after = [record_act(number).pk for number in range(3, 30)]
            assert not sealing.done()
        assert isinstance(sealing.result(WAIT_SECONDS), Batch)
    assert list(Leaf.objects.order_by("index").values_list("event_id", flat=True)) == before
    assert list(Pending.objects.order_by("event_id").values_list("event_id", flat=True)) == after
    seal_events(entity_id=1, now=now)
    assert verify().chains[0].sealed == 30


@pytest.mark.procedure("R-1")
def test_concurrent_sealings_and_recordings_make_one_chain(committed: str, now: datetime) -> None:
    start = threading.Barrier(5)

    def write() -> None:
        start.wait()
        for number in range(40):
            record_act(number)

    def seal() -> None:
        start.wait()
        while chain_state(1).sealed < 80:
            seal_events(entity_id=1, now=now, limit=7)

    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(run_in_thread, work) for work in (write, write, seal, seal, seal)]
        for job in jobs:
            job.result(WAIT_SECONDS)
    batches = list(Batch.objects.order_by("number"))
    assert [batch.number for batch in batches] == list(range(1, len(batches) + 1))
    assert all(after.previous == before.head for before, after in pairwise(batches))
    assert verify().ok
    assert chain_state(1) == ChainState(sealed=80, pending=0, last=batches[-1])


def test_an_event_that_commits_late_is_sealed_in_a_later_batch(committed: str, now: datetime) -> None:
    with psycopg.connect(committed) as slow:
        slow.execute(
            "INSERT INTO records_event (entity_id, at, event_type, actor, ref, label, related, facts, digests)"
            " VALUES (1, now(), 'link.checked', '{}', 'link:1', '', '{}', '{}', '{}')"
        )
        slow.execute("INSERT INTO records_pending SELECT id, entity_id FROM records_event")
        record_act()
        seal_events(entity_id=1, now=now)
        assert verify().chains[0].sealed == 1
    seal_events(entity_id=1, now=now)
    low, high = Event.objects.order_by("pk").values_list("pk", flat=True)
    assert Leaf.objects.get(event_id=low).batch == 2
    assert Leaf.objects.get(event_id=high).batch == 1
    assert verify().ok


def test_seal_pending_seals_every_entity(committed: str) -> None:
    for entity_id in (1, 2, 2):
        record_act(entity_id=entity_id)
    seal_pending(timestamp=0, from_a_newer_version=True)
    assert [chain.sealed for chain in verify().chains] == [1, 2]
    assert not Pending.objects.exists()


def test_seal_pending_seals_the_other_entities_when_one_fails(committed: str) -> None:
    record_act(entity_id=2)
    with psycopg.connect(committed) as other:
        other.execute(
            "INSERT INTO records_event (entity_id, at, event_type, actor, ref, label, related, facts, digests)"
            """ VALUES (1, now(), 'link.checked', '{}', 'link:1', '', '{}', '{"n": 1e300}', '{}')"""
        )
        other.execute("INSERT INTO records_pending SELECT id, entity_id FROM records_event WHERE entity_id = 1")
    with pytest.raises(ExceptionGroup, match="could not be sealed"):
        seal_pending(timestamp=0)
    assert chain_state(2).sealed == 1
    assert verify(2).ok


def test_seal_pending_runs_every_ten_seconds_with_a_queueing_lock() -> None:
    periodic = app.periodic_registry.periodic_tasks[("pregonero.records.tasks.seal_pending", "")]
    minute = 1_800_000_000
    runs = [periodic.croniter.get_next(float, start_time=minute + after) for after in (0, 10, 55)]
    assert runs == [minute + 10, minute + 20, minute + 60]
    assert periodic.task.queueing_lock == "records.seal_pending"
