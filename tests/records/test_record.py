"""An act leaves its record, in its own transaction; nobody can change it afterwards."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.sql import SQL, Identifier

from pregonero.records.actions import EventDraft, ObjectRef, OutsideTransaction, UnknownEventType, record, record_many
from pregonero.records.canonical_body import NotSealable, digest_of_words
from pregonero.records.models import Event, EventText, Pending
from tests.records.acts import ANA, AT, leave, leave_and_seal

TABLES = ["records_event", "records_batch", "records_leaf"]


class ActFailed(Exception):
    """The act fails after its record."""


def left(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "entity_id": 1,
        "event_type": "link.checked",
        "actor": ANA,
        "ref": ObjectRef("link", 3),
        "at": AT,
    } | changes
    return record(**values)


@pytest.mark.procedure("M-2")
def test_record_keeps_who_did_what_when_and_on_what(db: None) -> None:
    event = Event.objects.get(pk=leave(4).pk)
    assert event.actor == {"kind": "member", "id": 7, "name": "Ana Rojas", "role": "Community manager"}
    assert (event.verb_words, event.ref, event.related) == ("Publicación reprogramada", "publication:4", ["news:2"])
    assert event.facts == {"minute": 4, "accounts": ["x", "facebook"], "urgent": True}
    assert Pending.objects.filter(event_id=event.pk, entity_id=1).exists()


@pytest.mark.procedure("N-7")
def test_record_keeps_a_persons_words_apart_with_a_salted_digest(db: None) -> None:
    event = leave(reason="La llamó doña Inés")
    wording = EventText.objects.get(event_id=event.pk)
    assert event.digests == {"reason": digest_of_words(wording.salt, "La llamó doña Inés")}
    assert "Inés" not in str(Event.objects.filter(pk=event.pk).values())
    assert leave(reason="La llamó doña Inés").digests != event.digests


def acts(count: int, **changes: Any) -> list[EventDraft]:
    words = {"reason": "Por el paro"}
    made = [
        EventDraft(1, "link.checked", ANA, ObjectRef("link", number), AT, words=words) for number in range(count - 1)
    ]
    return [*made, replace(EventDraft(1, "link.checked", ANA, ObjectRef("link", count), AT), **changes)]


@pytest.mark.procedure("M-2", "N-7")
def test_many_records_are_left_as_one_by_one(db: None) -> None:
    with transaction.atomic():
        events = record_many(acts(3))
    assert Pending.objects.filter(event_id__in=[event.pk for event in events]).count() == 3
    for event in events[:2]:
        wording = EventText.objects.get(event_id=event.pk)
        assert event.digests == {"reason": digest_of_words(wording.salt, "Por el paro")}
    assert events[0].digests != events[1].digests


@pytest.mark.procedure("M-2")
def test_many_records_are_stored_as_they_were_told_each_under_its_number(db: None) -> None:
    names = ["«Comillas» y \\ barras", "Año 🇨🇴", "", "x" * 200]
    told = [
        EventDraft(1, "link.checked", ANA, ObjectRef("link", number, name), AT, related=[ObjectRef("news", number)],
            facts={"status": 200, "said": name, "nothing": None})
        for number, name in enumerate(names)
    ]  # fmt: skip
    with transaction.atomic():
        events = record_many(told)
    assert [event.pk for event in events] == sorted(event.pk for event in events)
    for event, act in zip(events, told, strict=True):
        stored = Event.objects.get(pk=event.pk)
        assert (stored.ref, stored.label, stored.at) == (act.ref.reference, act.ref.label, AT)
        assert (stored.facts, stored.related) == (act.facts, [act.ref.reference.replace("link", "news")])
        assert (stored.actor, stored.event_type, stored.digests) == (asdict(ANA), "link.checked", {})
    with transaction.atomic():
        assert record_many([]) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"event_type": "link.guessed"}, UnknownEventType), ({"at": AT.replace(tzinfo=None)}, NotSealable),
     ({"facts": {"share": 0.5}}, NotSealable)],
)  # fmt: skip
def test_one_record_that_cannot_be_left_leaves_none(db: None, changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error), transaction.atomic():
        record_many(acts(3, **changes))
    assert not Event.objects.exists()


def test_many_records_refuse_to_stand_without_the_transaction_of_their_acts(committed: str) -> None:
    with pytest.raises(OutsideTransaction):
        record_many(acts(2))


@pytest.mark.procedure("M-2")
def test_an_act_that_fails_leaves_no_record(committed: str) -> None:
    with pytest.raises(ActFailed), transaction.atomic():
        left()
        raise ActFailed
    assert not Event.objects.exists()
    assert not Pending.objects.exists()


def test_record_refuses_to_stand_without_the_transaction_of_its_act(committed: str) -> None:
    with pytest.raises(OutsideTransaction):
        left()


def test_record_refuses_a_verb_without_words(db: None) -> None:
    with pytest.raises(UnknownEventType):
        left(event_type="link.guessed")


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), {"año": 1}, {1: "uno"}, [{"deep": 0.1}], AT, b"x"])
def test_record_refuses_facts_that_readers_of_json_would_write_differently(db: None, value: object) -> None:
    with pytest.raises(NotSealable, match="facts"):
        left(facts={"fact": value})
    left(facts={"fact": [2**53 - 1, -(2**53) + 1, None, True, "año", {"key": ["€", "😀"]}]})


def test_record_refuses_a_moment_without_its_zone(db: None) -> None:
    with pytest.raises(NotSealable, match="time zone"):
        left(at=datetime(2026, 11, 24))  # noqa: DTZ001  that is the point


@pytest.mark.procedure("R-1")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "setting",
    ["", "SET pgtrigger.ignore = 'records_event:append_only'", "SET session_replication_role = replica"],
)
def test_the_database_refuses_to_change_or_remove_records(committed: str, table: str, setting: str) -> None:
    leave_and_seal([2])
    before = count_of(table, committed)
    for words in ("UPDATE {} SET entity_id = 2", "DELETE FROM {}", "TRUNCATE {}"):
        with psycopg.connect(committed, autocommit=True) as other:
            if setting:
                other.execute(setting)
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
                other.execute(SQL(words).format(Identifier(table)))
    assert count_of(table, committed) == before > 0


def count_of(table: str, url: str) -> int:
    with psycopg.connect(url) as other:
        row = other.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.procedure("R-1")
@pytest.mark.parametrize("statement", ["UPDATE records_eventtext SET text = 'otra cosa'", "TRUNCATE records_eventtext"])
def test_the_database_refuses_to_change_words(db: None, statement: str) -> None:
    leave(reason="Por el paro")
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)
