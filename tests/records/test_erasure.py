"""Erasing a text that a person wrote: it is recorded, and the event stays verifiable."""

from datetime import datetime

import psycopg
import pytest

from pregonero.errors import NotFound, Refused, WrongState
from pregonero.records.actions import ObjectRef, erase_text, record, seal_events
from pregonero.records.models import Event, EventText
from pregonero.records.queries import events_of, texts_of
from pregonero.records.verification import verify
from tests.records.acts import ANA, record_act


def erase(event: Event, now: datetime, **changes: object) -> Event:
    values = {"entity_id": 1, "event_id": event.pk, "field": "reason", "reason": "Lo pidió la persona"} | changes
    return erase_text(by=ANA, now=now, **values)  # type: ignore[arg-type]


@pytest.mark.procedure("N-7")
def test_erase_text_deletes_the_text_and_records_the_erasure(db: None, now: datetime) -> None:
    event = record_act(6, reason="La llamó doña Inés")
    seal_events(entity_id=1, now=now)
    erasure = erase(event, now)
    seal_events(entity_id=1, now=now)
    assert not EventText.objects.filter(event_id=event.pk).exists()
    assert (erasure.event_type, erasure.ref, erasure.facts) == (
        "text.erased",
        f"record:{event.pk}",
        {"field": "reason"},
    )
    assert events_of(1, [ObjectRef("publication", 6)]) == [event, erasure]
    assert texts_of([event, erasure]) == {erasure.pk: {"reason": "Lo pidió la persona"}}
    assert verify(1).ok


@pytest.mark.procedure("N-7")
def test_verify_reports_a_text_deleted_without_a_record(committed: str, now: datetime) -> None:
    event = record_act(reason="La llamó doña Inés")
    seal_events(entity_id=1, now=now)
    with psycopg.connect(committed) as other:
        other.execute("DELETE FROM records_eventtext")
    problem = verify(1).problem
    assert problem is not None
    assert (problem.code, problem.event_id) == ("text_missing", event.pk)


@pytest.mark.procedure("N-7")
def test_verify_accepts_a_missing_text_only_with_an_erasure_of_its_entity(db: None, now: datetime) -> None:
    event = record_act(reason="La llamó doña Inés")
    EventText.objects.filter(event_id=event.pk).delete()
    common = {
        "entity_id": 1,
        "actor": ANA,
        "at": now,
        "ref": ObjectRef("record", event.pk),
        "facts": {"field": "reason"},
    }
    record(event_type="link.checked", **common)  # type: ignore[arg-type]
    assert not verify(1).ok
    record(event_type="text.erased", **common | {"entity_id": 2})  # type: ignore[arg-type]
    assert not verify(1).ok
    record(event_type="text.erased", **common)  # type: ignore[arg-type]
    assert verify(1).ok


def test_erase_text_refuses_a_text_of_another_entity_or_an_unknown_field(db: None, now: datetime) -> None:
    event = record_act(reason="La llamó doña Inés")
    with pytest.raises(NotFound):
        erase(event, now, entity_id=2)
    with pytest.raises(NotFound):
        erase(event, now, field="note")
    assert texts_of([event])


def test_erase_text_refuses_a_text_that_was_erased(db: None, now: datetime) -> None:
    event = record_act(reason="La llamó doña Inés")
    erase(event, now)
    with pytest.raises(WrongState, match="ya se borró"):
        erase(event, now)
    assert Event.objects.filter(event_type="text.erased").count() == 1


def test_erase_text_refuses_an_empty_reason(committed: str, now: datetime) -> None:
    event = record_act(reason="La llamó doña Inés")
    with pytest.raises(Refused, match="por qué"):
        erase(event, now, reason="  ")
    assert texts_of([event]) == {event.pk: {"reason": "La llamó doña Inés"}}
