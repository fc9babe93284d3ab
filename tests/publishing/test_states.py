"""The table of states: kept by the database, drawn in the documentation, every state with a way out or final."""

from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Attempt, Delivery
from pregonero.outbox.states import PAIRS, DeliveryState, diagram
from pregonero.people.models import Member
from tests.stage import programmed

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "estados-de-una-entrega.md"
FINAL = {DeliveryState.WITHDRAWN, DeliveryState.RECTIFIED}


@pytest.fixture
def delivery(accounts: dict[str, Account], news: News, beto: Member, now: datetime) -> Delivery:
    publication = programmed(news, beto, now, due_at=now + timedelta(hours=1))
    return Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"])


def put(delivery: Delivery, state: DeliveryState) -> None:
    """Put a row in a state, past its trigger, with what the state asks for."""
    public = state in ("PUBLISHED", "WITHDRAWN", "RECTIFIED")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE outbox_delivery SET state = %s, remote_id = %s, published_at = %s, leased_by = %s,"
            " leased_until = %s WHERE id = %s",
            [
                state,
                "1" if public else "",
                delivery.due_at if public else None,
                "w" if state == "SENDING" else "",
                delivery.due_at if state == "SENDING" else None,
                delivery.pk,
            ],
        )
        cursor.execute("SET session_replication_role = origin")


def test_the_database_refuses_every_change_that_is_not_in_the_table(delivery: Delivery) -> None:
    for before, after in product(DeliveryState, DeliveryState):
        if before == after or (before, after) in PAIRS:
            continue
        put(delivery, before)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE outbox_delivery SET state = %s WHERE id = %s", [after, delivery.pk])


def test_every_state_has_a_way_out_or_is_final() -> None:
    left = {before for before, _ in PAIRS}
    assert set(DeliveryState) - left == FINAL


def test_every_state_can_be_reached() -> None:
    assert set(DeliveryState) - {after for _, after in PAIRS} == set()


def test_the_documentation_draws_the_table() -> None:
    assert diagram() in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.procedure("P-6")
def test_what_is_out_never_changes(delivery: Delivery) -> None:
    put(delivery, DeliveryState.PUBLISHED)
    for change in ("remote_id = '2'", "url = 'https://x.com/2'", "due_at = due_at + interval '1 hour'"):
        with pytest.raises(DatabaseError, match="published_is_final"), transaction.atomic():
            connection.cursor().execute(f"UPDATE outbox_delivery SET {change} WHERE id = {delivery.pk}")


def test_a_delivery_is_never_removed(delivery: Delivery) -> None:
    with pytest.raises(DatabaseError, match="no_delete"), transaction.atomic():
        connection.cursor().execute(f"DELETE FROM outbox_delivery WHERE id = {delivery.pk}")


@pytest.mark.procedure("P-6")
def test_a_publication_has_one_delivery_on_each_account(delivery: Delivery) -> None:
    with pytest.raises(IntegrityError, match="delivery_once"), transaction.atomic():
        Delivery.objects.create(
            entity_id=delivery.entity_id,
            subject_kind=delivery.subject_kind,
            subject_id=delivery.subject_id,
            subject_name=delivery.subject_name,
            account=delivery.account,
            due_at=delivery.due_at,
            prepare_at=delivery.due_at,
            ready_at=delivery.due_at,
            expires_at=delivery.expires_at,
        )


def attempt(delivery: Delivery, number: int = 1) -> Attempt:
    return Attempt.objects.create(
        delivery=delivery,
        number=number,
        started_at=delivery.due_at,
        worker="w",
        fingerprint="f" * 64,
        content={"text": "hola"},
        prepared={},
    )


def test_what_was_sent_never_changes(delivery: Delivery) -> None:
    made = attempt(delivery)
    with pytest.raises(DatabaseError, match="sent_is_final"), transaction.atomic():
        Attempt.objects.filter(pk=made.pk).update(content={"text": "otra cosa"})


def test_how_an_attempt_ended_never_changes(delivery: Delivery) -> None:
    made = attempt(delivery)
    Attempt.objects.filter(pk=made.pk).update(outcome="UNCERTAIN", ended_at=delivery.due_at)
    with pytest.raises(DatabaseError, match="ended_is_final"), transaction.atomic():
        Attempt.objects.filter(pk=made.pk).update(outcome="PUBLISHED")


def test_only_one_attempt_is_open(delivery: Delivery) -> None:
    attempt(delivery)
    with pytest.raises(IntegrityError, match="attempt_one_open"), transaction.atomic():
        attempt(delivery, 2)


@pytest.mark.procedure("N-1")
def test_a_publication_without_a_source_cannot_exist(delivery: Delivery) -> None:
    for change in (
        "source_kind = ''",
        "source_kind = ' '",
        "source_name = ''",
        "source_name = E' \\n'",
        "source_id = 0",
    ):
        with pytest.raises(IntegrityError, match="publication_has_source"), transaction.atomic():
            connection.cursor().execute(f"UPDATE publishing_publication SET {change} WHERE id = {delivery.subject_id}")
    for column in ("source_kind", "source_id", "source_name"):
        with pytest.raises(IntegrityError, match="not-null"), transaction.atomic():
            connection.cursor().execute(
                f"UPDATE publishing_publication SET {column} = NULL WHERE id = {delivery.subject_id}"
            )
