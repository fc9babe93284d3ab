"""Recording events inside the transaction of their act, and the database's refusal to change them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.sql import SQL, Identifier

from pregonero.records.actions import EventDraft, ObjectRef, OutsideTransaction, UnknownEventType, record, record_many
from pregonero.records.canonical_body import NotSealable, digest_of_text
from pregonero.records.models import Event, EventText, Pending
from tests.records.acts import ANA, AT, record_act, record_and_seal

TABLES = ["records_event", "records_batch", "records_leaf"]


class ActFailed(Exception):
    """The act fails after recording its event."""


def record_with(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "entity_id": 1,
        "event_type": "link.checked",
        "actor": ANA,
        "ref": ObjectRef("link", 3),
        "at": AT,
    } | changes
    return record(**values)


@pytest.mark.procedure("M-2")
def test_record_stores_actor_type_object_and_facts(db: None) -> None:
    event = Event.objects.get(pk=record_act(4).pk)
    assert event.actor == {"kind": "member", "id": 7, "name": "Ana Rojas", "role": "Community manager"}
    assert (event.type_label, event.ref, event.related) == ("Publicación reprogramada", "publication:4", ["news:2"])
    assert event.facts == {"minute": 4, "accounts": ["x", "facebook"], "urgent": True}
    assert Pending.objects.filter(event_id=event.pk, entity_id=1).exists()


@pytest.mark.procedure("N-7")
def test_record_stores_texts_apart_with_a_salted_digest(db: None) -> None:
    event = record_act(reason="La llamó doña Inés")
    text = EventText.objects.get(event_id=event.pk)
    assert event.digests == {"reason": digest_of_text(text.salt, "La llamó doña Inés")}
    assert "Inés" not in str(Event.objects.filter(pk=event.pk).values())
    assert record_act(reason="La llamó doña Inés").digests != event.digests


def drafts(count: int, **changes: Any) -> list[EventDraft]:
    texts = {"reason": "Por el paro"}
    first = [
        EventDraft(1, "link.checked", ANA, ObjectRef("link", number), AT, texts=texts) for number in range(count - 1)
    ]
    return [*first, replace(EventDraft(1, "link.checked", ANA, ObjectRef("link", count), AT), **changes)]


@pytest.mark.procedure("M-2", "N-7")
def test_record_many_stores_pending_rows_and_texts_of_every_event(db: None) -> None:
    with transaction.atomic():
        events = record_many(drafts(3))
    assert Pending.objects.filter(event_id__in=[event.pk for event in events]).count() == 3
    for event in events[:2]:
        text = EventText.objects.get(event_id=event.pk)
        assert event.digests == {"reason": digest_of_text(text.salt, "Por el paro")}
    assert events[0].digests != events[1].digests


@pytest.mark.procedure("M-2")
def test_record_many_returns_ids_in_order_and_stores_each_draft_unchanged(db: None) -> None:
    names = ["«Comillas» y \\ barras", "Año 🇨🇴", "", "x" * 200]
    all_drafts = [
        EventDraft(
            1,
            "link.checked",
            ANA,
            ObjectRef("link", number, name),
            AT,
            related=[ObjectRef("news", number)],
            facts={"status": 200, "title": name, "nothing": None},
        )
        for number, name in enumerate(names)
    ]
    with transaction.atomic():
        events = record_many(all_drafts)
    assert [event.pk for event in events] == sorted(event.pk for event in events)
    for event, draft in zip(events, all_drafts, strict=True):
        stored = Event.objects.get(pk=event.pk)
        assert (stored.ref, stored.label, stored.at) == (draft.ref.reference, draft.ref.label, AT)
        assert (stored.facts, stored.related) == (draft.facts, [draft.ref.reference.replace("link", "news")])
        assert (stored.actor, stored.event_type, stored.digests) == (ANA.as_of(AT), "link.checked", {})
    with transaction.atomic():
        assert record_many([]) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"event_type": "link.guessed"}, UnknownEventType),
        ({"at": AT.replace(tzinfo=None)}, NotSealable),
        ({"facts": {"share": 0.5}}, NotSealable),
    ],
)
def test_record_many_stores_nothing_when_one_draft_is_invalid(
    db: None, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error), transaction.atomic():
        record_many(drafts(3, **changes))
    assert not Event.objects.exists()


def test_record_many_refuses_to_run_outside_a_transaction(committed: str) -> None:
    with pytest.raises(OutsideTransaction):
        record_many(drafts(2))


@pytest.mark.procedure("M-2")
def test_an_event_is_rolled_back_with_the_act_that_fails(committed: str) -> None:
    with pytest.raises(ActFailed), transaction.atomic():
        record_with()
        raise ActFailed
    assert not Event.objects.exists()
    assert not Pending.objects.exists()


def test_record_refuses_to_run_outside_a_transaction(committed: str) -> None:
    with pytest.raises(OutsideTransaction):
        record_with()


def test_record_refuses_an_unknown_event_type(db: None) -> None:
    with pytest.raises(UnknownEventType):
        record_with(event_type="link.guessed")


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), {"año": 1}, {1: "uno"}, [{"deep": 0.1}], AT, b"x"])
def test_record_refuses_facts_without_a_unique_json_form(db: None, value: object) -> None:
    with pytest.raises(NotSealable, match="facts"):
        record_with(facts={"fact": value})
    record_with(facts={"fact": [2**53 - 1, -(2**53) + 1, None, True, "año", {"key": ["€", "😀"]}]})


def test_record_refuses_a_time_without_a_time_zone(db: None) -> None:
    with pytest.raises(NotSealable, match="time zone"):
        record_with(at=datetime(2026, 11, 24))  # noqa: DTZ001  that is the point


@pytest.mark.procedure("R-1")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "setting",
    ["", "SET pgtrigger.ignore = 'records_event:append_only'", "SET session_replication_role = replica"],
)
def test_database_refuses_to_change_or_delete_records(committed: str, table: str, setting: str) -> None:
    record_and_seal([2])
    before = count_rows(table, committed)
    for statement in ("UPDATE {} SET entity_id = 2", "DELETE FROM {}", "TRUNCATE {}"):
        with psycopg.connect(committed, autocommit=True) as other:
            if setting:
                other.execute(setting)
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
                other.execute(SQL(statement).format(Identifier(table)))
    assert count_rows(table, committed) == before > 0


def count_rows(table: str, url: str) -> int:
    with psycopg.connect(url) as other:
        row = other.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.procedure("R-1")
@pytest.mark.parametrize("statement", ["UPDATE records_eventtext SET text = 'otra cosa'", "TRUNCATE records_eventtext"])
def test_database_refuses_to_change_texts(db: None, statement: str) -> None:
    record_act(reason="Por el paro")
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)
