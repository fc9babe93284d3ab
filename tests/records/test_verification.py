"""`verify` names the first alteration, deletion, reordering or insertion in the records."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from pregonero.records import verification
from pregonero.records.models import Batch, Event, EventText, Leaf
from pregonero.records.problems import Problem
from pregonero.records.verification import Verification, verify
from tests.databases import as_default_database, fresh_database
from tests.records.acts import record_act, record_and_seal
from tests.records.locks import WAIT_SECONDS, locked, run_in_thread
from tests.records.tampering import ANY_BATCH, EXCEPT_LAST_BATCH, Expected, rebuild_batch, tampering

SIZES = [3, 1, 5, 2, 4]


@pytest.fixture(scope="module")
def chain(django_db_blocker: DjangoDbBlocker) -> Iterator[list[int]]:
    """Yield the event ids of a chain of several batches, beside another entity's chain and one pending event."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        record_and_seal([2], entity_id=2)
        sealed = record_and_seal(SIZES)
        record_act(reason="Por el paro")
        yield sealed


def as_expected(problem: Problem | None) -> Expected | None:
    return Expected(problem.code, problem.batch, problem.event_id) if problem else None


def problem_after(damage: object, leaf: Leaf, field: str) -> tuple[Expected, Expected | None, Problem | None]:
    with tampering():
        expected = damage(leaf, field)  # type: ignore[operator]
        problem = verify(1).problem
    return expected, as_expected(problem), problem


@pytest.mark.procedure("R-1")
def test_verify_counts_the_events_of_intact_chains(chain: list[int]) -> None:
    result = verify()
    assert result.ok
    one, two = result.chains
    assert (one.entity_id, one.batches, one.sealed, one.pending) == (1, len(SIZES), sum(SIZES), 1)
    assert (two.entity_id, two.batches, two.sealed, two.pending) == (2, 1, 2, 0)
    assert one.head == Batch.objects.get(entity_id=1, number=len(SIZES)).head


@pytest.mark.procedure("R-1")
@pytest.mark.parametrize(("damage", "field"), ANY_BATCH, ids=lambda part: getattr(part, "__name__", part))
@pytest.mark.parametrize("batch", [1, 3, 5])
def test_verify_names_any_damage(chain: list[int], damage: object, field: str, batch: int) -> None:
    leaf = Leaf.objects.get(entity_id=1, batch=batch, index=1)
    expected, found, problem = problem_after(damage, leaf, field)
    assert found == expected
    assert problem is not None
    assert str(expected.event_id or expected.batch) in problem.sentence
    assert verify().ok


@pytest.mark.procedure("R-1")
@pytest.mark.parametrize(("damage", "field"), EXCEPT_LAST_BATCH, ids=lambda part: getattr(part, "__name__", part))
def test_verify_finds_a_rebuilt_or_moved_batch_at_the_next_one(chain: list[int], damage: object, field: str) -> None:
    leaf = Leaf.objects.get(entity_id=1, batch=3, index=1)
    expected, found, _ = problem_after(damage, leaf, field)
    assert found == expected


@pytest.mark.procedure("R-1")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_verify_names_the_first_of_two_damages(chain: list[int], data: st.DataObject) -> None:
    places = st.integers(0, len(chain) - 1)
    low, high = sorted(data.draw(st.lists(places, min_size=2, max_size=2, unique=True)))
    in_leaves = [pair for pair in ANY_BATCH if pair[0].__name__ in IN_LEAVES]
    with tampering():
        for place in (high, low):
            damage, field = data.draw(st.sampled_from(in_leaves))
            expected = damage(Leaf.objects.get(event_id=chain[place]), field)
        assert as_expected(verify(1).problem) == expected


IN_LEAVES = {"change_event", "make_unsealable", "change_types", "remove_event", "change_leaf", "add_text"}


@pytest.mark.procedure("R-1")
def test_verify_finds_a_truncated_chain_by_its_noted_head(chain: list[int]) -> None:
    head = verify(1).chains[0].head
    assert verify(1, noted_head=head).ok
    with tampering():
        last = Leaf.objects.filter(entity_id=1, batch=len(SIZES))
        events = list(last.values_list("event_id", flat=True))
        EventText.objects.filter(event_id__in=events).delete()
        Event.objects.filter(pk__in=events).delete()
        last.delete()
        Batch.objects.filter(entity_id=1, number=len(SIZES)).delete()
        assert verify(1).ok
        assert as_expected(verify(1, noted_head=head).problem) == Expected("noted_head_missing")


@pytest.mark.procedure("R-1")
def test_verify_finds_a_rebuilt_last_batch_by_its_noted_head(chain: list[int]) -> None:
    head = verify(1).chains[0].head
    with tampering():
        rebuild_batch(Leaf.objects.get(entity_id=1, batch=len(SIZES), index=0), "")
        assert verify(1).ok
        assert as_expected(verify(noted_head=head).problem) == Expected("noted_head_missing")


def test_verify_finds_a_text_without_an_event(chain: list[int]) -> None:
    with tampering():
        EventText.objects.create(event_id=99_999, field="reason", salt="", text="Otra cosa")
        assert as_expected(verify().problem) == Expected("text_orphaned", None, 99_999)


def test_verify_of_an_entity_ignores_damage_in_another(chain: list[int]) -> None:
    with tampering():
        Event.objects.filter(pk=chain[0]).update(label="Otra")
        assert verify(2).ok
        assert not verify(1).ok


@pytest.mark.parametrize("size", [1, 2, 3, 7, 2_000])
def test_verify_gives_the_same_result_for_any_page_size(
    chain: list[int], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "PAGE_SIZE", size)
    assert verify().ok
    assert verify().chains[0].sealed == sum(SIZES)


def test_verify_takes_the_same_number_of_queries_for_more_events(db: None) -> None:
    record_and_seal([2], entity_id=3)
    record_and_seal([5] * 8, entity_id=4)
    with CaptureQueriesContext(connection) as few:
        verify(3)
    with CaptureQueriesContext(connection) as many:
        verify(4)
    assert len(few) == len(many)


@pytest.mark.procedure("R-1")
def test_verify_reads_one_snapshot_while_others_write(committed: str) -> None:
    record_and_seal([2, 2])
    with ThreadPoolExecutor(1) as pool:
        with locked(committed, "records_eventtext", "ACCESS EXCLUSIVE") as wait_for_verify:
            checking = pool.submit(run_in_thread, verify)
            wait_for_verify()
            with psycopg.connect(committed) as other:  # an event without a pending row, written meanwhile
                other.execute(
                    "INSERT INTO records_event (entity_id, at, event_type, actor, ref, label, related, facts, digests)"
                    " SELECT entity_id, at, event_type, actor, ref, label, related, facts, '{}' FROM records_event"
                )
        result = checking.result(WAIT_SECONDS)
    assert isinstance(result, Verification) and result.ok and result.chains[0].sealed == 4
    assert as_expected(verify(1).problem) == Expected("event_unsealed", None, Event.objects.order_by("pk")[4].pk)
