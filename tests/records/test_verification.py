"""Whatever is altered, removed, reordered or inserted in the records is noticed, and the first of it is named."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from pregonero.records.models import Batch, Event, EventText, Leaf
from pregonero.records.queries import Problem, Verification, verification, verify
from tests.databases import as_default_database, fresh_database
from tests.records.acts import leave, leave_and_seal
from tests.records.tampering import ANYWHERE, NOT_IN_THE_LAST, Named, remake_batch, tampering
from tests.records.waiting import WAIT_SECONDS, in_a_thread, locked

SIZES = [3, 1, 5, 2, 4]


@pytest.fixture(scope="module")
def chain(django_db_blocker: DjangoDbBlocker) -> Iterator[list[int]]:
    """Keep a chain of several batches, another entity's beside it and one event that waits."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        leave_and_seal([2], entity_id=2)
        sealed = leave_and_seal(SIZES)
        leave(reason="Por el paro")
        yield sealed


def named(problem: Problem | None) -> Named | None:
    return Named(problem.code, problem.batch, problem.event_id) if problem else None


def named_after(damage: object, leaf: Leaf, field: str) -> tuple[Named, Named | None, Problem | None]:
    with tampering():
        expected = damage(leaf, field)  # type: ignore[operator]
        problem = verify(1).problem
    return expected, named(problem), problem


@pytest.mark.procedure("R-1")
def test_whole_records_verify_with_their_counts(chain: list[int]) -> None:
    verification_of_all = verify()
    assert verification_of_all.ok
    one, two = verification_of_all.chains
    assert (one.entity_id, one.batches, one.sealed, one.pending) == (1, len(SIZES), sum(SIZES), 1)
    assert (two.entity_id, two.batches, two.sealed, two.pending) == (2, 1, 2, 0)
    assert one.head == Batch.objects.get(entity_id=1, number=len(SIZES)).head


@pytest.mark.procedure("R-1")
@pytest.mark.parametrize(("damage", "field"), ANYWHERE, ids=lambda part: getattr(part, "__name__", part))
@pytest.mark.parametrize("batch", [1, 3, 5])
def test_any_damage_is_named(chain: list[int], damage: object, field: str, batch: int) -> None:
    leaf = Leaf.objects.get(entity_id=1, batch=batch, index=1)
    expected, found, problem = named_after(damage, leaf, field)
    assert found == expected
    assert problem is not None
    assert str(expected.event_id or expected.batch) in problem.sentence
    assert verify().ok


@pytest.mark.procedure("R-1")
@pytest.mark.parametrize(("damage", "field"), NOT_IN_THE_LAST, ids=lambda part: getattr(part, "__name__", part))
def test_a_batch_made_anew_or_moved_is_given_away_by_the_next(chain: list[int], damage: object, field: str) -> None:
    leaf = Leaf.objects.get(entity_id=1, batch=3, index=1)
    expected, found, _ = named_after(damage, leaf, field)
    assert found == expected


@pytest.mark.procedure("R-1")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_of_two_damages_the_first_in_the_chain_is_named(chain: list[int], data: st.DataObject) -> None:
    places = st.integers(0, len(chain) - 1)
    low, high = sorted(data.draw(st.lists(places, min_size=2, max_size=2, unique=True)))
    in_leaves = [pair for pair in ANYWHERE if pair[0].__name__ in IN_LEAVES]
    with tampering():
        for place in (high, low):
            damage, field = data.draw(st.sampled_from(in_leaves))
            expected = damage(Leaf.objects.get(event_id=chain[place]), field)
        assert named(verify(1).problem) == expected


IN_LEAVES = {"change_event", "spoil_event", "bend_event", "remove_event", "change_leaf", "add_words"}


@pytest.mark.procedure("R-1")
def test_the_end_of_a_chain_cut_off_is_noticed_by_who_noted_its_head(chain: list[int]) -> None:
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
        assert named(verify(1, noted_head=head).problem) == Named("noted_head_missing")


@pytest.mark.procedure("R-1")
def test_a_last_batch_made_anew_is_noticed_by_who_noted_its_head(chain: list[int]) -> None:
    head = verify(1).chains[0].head
    with tampering():
        remake_batch(Leaf.objects.get(entity_id=1, batch=len(SIZES), index=0), "")
        assert verify(1).ok
        assert named(verify(noted_head=head).problem) == Named("noted_head_missing")


def test_words_without_an_event_are_noticed(chain: list[int]) -> None:
    with tampering():
        EventText.objects.create(event_id=99_999, field="reason", salt="", text="Otra cosa")
        assert named(verify().problem) == Named("text_of_nothing", None, 99_999)


def test_damage_of_one_entity_does_not_touch_another(chain: list[int]) -> None:
    with tampering():
        Event.objects.filter(pk=chain[0]).update(label="Otra")
        assert verify(2).ok
        assert not verify(1).ok


@pytest.mark.parametrize("size", [1, 2, 3, 7, 2_000])
def test_the_size_of_a_page_changes_nothing(chain: list[int], size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "PAGE", size)
    assert verify().ok
    assert verify().chains[0].sealed == sum(SIZES)


def test_the_number_of_queries_does_not_grow_with_the_events(db: None) -> None:
    leave_and_seal([2], entity_id=3)
    leave_and_seal([5] * 8, entity_id=4)
    with CaptureQueriesContext(connection) as few:
        verify(3)
    with CaptureQueriesContext(connection) as many:
        verify(4)
    assert len(few) == len(many)


@pytest.mark.procedure("R-1")
def test_verify_sees_one_moment_while_others_write(committed: str) -> None:
    leave_and_seal([2, 2])
    with ThreadPoolExecutor(1) as pool:
        with locked(committed, "records_eventtext", "ACCESS EXCLUSIVE") as wait_for_verify:
            checking = pool.submit(in_a_thread, verify)
            wait_for_verify()
            with psycopg.connect(committed) as other:  # an event that nobody seals, written meanwhile
                other.execute(
                    "INSERT INTO records_event (entity_id, at, event_type, actor, ref, label, related, facts, digests)"
                    " SELECT entity_id, at, event_type, actor, ref, label, related, facts, '{}' FROM records_event"
                )
        seen = checking.result(WAIT_SECONDS)
    assert isinstance(seen, Verification) and seen.ok and seen.chains[0].sealed == 4
    assert named(verify(1).problem) == Named("event_unsealed", None, Event.objects.order_by("pk")[4].pk)
