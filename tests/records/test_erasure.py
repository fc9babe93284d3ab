"""A person's words can be erased; that leaves a record, and the act stays proved."""

from datetime import datetime

import psycopg
import pytest

from pregonero.errors import NotFound, Refused, WrongState
from pregonero.records.actions import ObjectRef, erase_wording, record, seal_events
from pregonero.records.models import Event, EventText
from pregonero.records.queries import events_of, verify, wordings_of
from tests.records.acts import ANA, leave


def erase(event: Event, now: datetime, **changes: object) -> Event:
    values = {"entity_id": 1, "event_id": event.pk, "field": "reason", "reason": "Lo pidió la persona"} | changes
    return erase_wording(by=ANA, now=now, **values)  # type: ignore[arg-type]


@pytest.mark.procedure("N-7")
def test_erased_words_are_gone_and_the_erasure_is_recorded(db: None, now: datetime) -> None:
    event = leave(6, reason="La llamó doña Inés")
    seal_events(entity_id=1, now=now)
    erasure = erase(event, now)
    seal_events(entity_id=1, now=now)
    assert not EventText.objects.filter(event_id=event.pk).exists()
    assert (erasure.event_type, erasure.ref, erasure.facts) == (
        "wording.erased",
        f"record:{event.pk}",
        {"field": "reason"},
    )
    assert events_of(1, [ObjectRef("publication", 6)]) == [event, erasure]
    assert wordings_of([event, erasure]) == {erasure.pk: {"reason": "Lo pidió la persona"}}
    assert verify(1).ok


@pytest.mark.procedure("N-7")
def test_words_removed_without_a_record_are_noticed(committed: str, now: datetime) -> None:
    event = leave(reason="La llamó doña Inés")
    seal_events(entity_id=1, now=now)
    with psycopg.connect(committed) as other:
        other.execute("DELETE FROM records_eventtext")
    problem = verify(1).problem
    assert problem is not None
    assert (problem.code, problem.event_id) == ("text_missing", event.pk)


@pytest.mark.procedure("N-7")
def test_only_an_erasure_accounts_for_words_that_are_gone(db: None, now: datetime) -> None:
    event = leave(reason="La llamó doña Inés")
    EventText.objects.filter(event_id=event.pk).delete()
    about = {
        "entity_id": 1,
        "actor": ANA,
        "at": now,
        "ref": ObjectRef("record", event.pk),
        "facts": {"field": "reason"},
    }
    record(event_type="link.checked", **about)  # type: ignore[arg-type]
    assert not verify(1).ok
    record(event_type="wording.erased", **about | {"entity_id": 2})  # type: ignore[arg-type]
    assert not verify(1).ok
    record(event_type="wording.erased", **about)  # type: ignore[arg-type]
    assert verify(1).ok


def test_erase_wording_refuses_words_of_another_entity(db: None, now: datetime) -> None:
    event = leave(reason="La llamó doña Inés")
    with pytest.raises(NotFound):
        erase(event, now, entity_id=2)
    with pytest.raises(NotFound):
        erase(event, now, field="note")
    assert wordings_of([event])


def test_erase_wording_refuses_what_is_erased_already(db: None, now: datetime) -> None:
    event = leave(reason="La llamó doña Inés")
    erase(event, now)
    with pytest.raises(WrongState, match="ya se borró"):
        erase(event, now)
    assert Event.objects.filter(event_type="wording.erased").count() == 1


def test_erase_wording_asks_for_a_reason(committed: str, now: datetime) -> None:
    event = leave(reason="La llamó doña Inés")
    with pytest.raises(Refused, match="por qué"):
        erase(event, now, reason="  ")
    assert wordings_of([event]) == {event.pk: {"reason": "La llamó doña Inés"}}
