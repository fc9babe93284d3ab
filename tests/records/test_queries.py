"""What the screens read of the records."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pregonero.records.actions import ObjectRef, seal_events
from pregonero.records.queries import chain_state, entities_with_pending, events_of, wordings_of
from tests.records.acts import leave


@pytest.mark.procedure("M-1")
def test_events_of_a_thing_are_those_about_it_or_related_in_order(db: None) -> None:
    about, related, _ = leave(2), leave(4), leave(9)
    leave(2, entity_id=2)
    again = leave(2)
    assert events_of(1, [ObjectRef("publication", 2), ObjectRef("news", 2)]) == [about, related, again]
    assert events_of(1, [ObjectRef("publication", 2)], limit=1) == [about]
    assert events_of(1, []) == []


@pytest.mark.parametrize("number", [2, 20])
def test_an_expediente_takes_as_many_queries_however_long(db: None, number: int) -> None:
    for _ in range(number):
        leave(2, reason="Por el paro")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        events = events_of(1, [ObjectRef("publication", 2)])
        words = wordings_of(events)
        assert {event.verb_words for event in events} == {"Publicación reprogramada"}
    assert len(words) == number
    assert len(queries) == 2


def test_chain_state_counts_what_is_sealed_and_what_waits(db: None, now: datetime) -> None:
    assert chain_state(1).last is None
    leave()
    leave()
    batch = seal_events(entity_id=1, now=now)
    leave()
    state = chain_state(1)
    assert (state.sealed, state.pending, state.last) == (2, 1, batch)
    assert entities_with_pending() == [1]
