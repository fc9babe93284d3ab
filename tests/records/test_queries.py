"""Queries of the events and of the state of the chain."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pregonero.records.actions import ObjectRef, seal_events
from pregonero.records.queries import chain_state, entities_with_pending, events_of, texts_of
from tests.records.acts import record_act


@pytest.mark.procedure("M-1")
def test_events_of_returns_events_about_or_related_to_the_object_in_order(db: None) -> None:
    about, related, _ = record_act(2), record_act(4), record_act(9)
    record_act(2, entity_id=2)
    again = record_act(2)
    assert events_of(1, [ObjectRef("publication", 2), ObjectRef("news", 2)]) == [about, related, again]
    assert events_of(1, [ObjectRef("publication", 2)], limit=1) == [about]
    assert events_of(1, []) == []


@pytest.mark.parametrize("number", [2, 20])
def test_events_and_texts_take_two_queries_for_any_number_of_events(db: None, number: int) -> None:
    for _ in range(number):
        record_act(2, reason="Por el paro")
    with CaptureQueriesContext(connection) as queries:
        events = events_of(1, [ObjectRef("publication", 2)])
        texts = texts_of(events)
        assert {event.type_label for event in events} == {"Publicación reprogramada"}
    assert len(texts) == number
    assert len(queries) == 2


def test_chain_state_counts_sealed_and_pending_events(db: None, now: datetime) -> None:
    assert chain_state(1).last is None
    record_act()
    record_act()
    batch = seal_events(entity_id=1, now=now)
    record_act()
    state = chain_state(1)
    assert (state.sealed, state.pending, state.last) == (2, 1, batch)
    assert entities_with_pending() == [1]
