"""What the database itself refuses, whoever writes: each case is one change of a row that it accepts."""

from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone

from pregonero.outbox.models import Attempt, Delivery
from tests.outbox.conftest import send_due

pytestmark = pytest.mark.procedure("P-6")


def copy_row(delivery: Delivery, **changes: Any) -> None:
    """Insert a copy of a delivery with some columns changed, by SQL alone."""
    columns = [field.column for field in Delivery._meta.local_fields if not field.primary_key]
    values = ", ".join("%s" if column in changes else column for column in columns)
    parameters = [changes[column] for column in columns if column in changes]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO outbox_delivery ({', '.join(columns)}) SELECT {values} FROM outbox_delivery WHERE id = %s",
            [*parameters, delivery.pk],
        )


def update_row(table: str, pk: int, column: str, value: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])


def test_a_subject_has_one_public_operation_for_each_account_and_position(answer: Delivery) -> None:
    copy_row(answer, subject_id=99)

    with pytest.raises(IntegrityError, match="delivery_once"):
        copy_row(answer)
    with pytest.raises(IntegrityError, match="delivery_once"):
        copy_row(answer, kind="POST")  # of another kind, but public too


def test_a_subject_may_have_several_operations_that_put_nothing_in_public(answer: Delivery) -> None:
    for target in ("17", "18"):
        copy_row(answer, kind="WITHDRAW", target=target)

    assert Delivery.objects.filter(kind="WITHDRAW").count() == 2


def test_a_post_has_one_open_withdrawal(answer: Delivery) -> None:
    copy_row(answer, kind="WITHDRAW", target="17")
    with pytest.raises(IntegrityError, match="delivery_one_open_withdrawal"):
        copy_row(answer, kind="WITHDRAW", target="17")


@pytest.mark.parametrize(("column", "value"), [("subject_id", 0), ("subject_kind", ""), ("subject_name", "")])
def test_an_operation_without_a_subject_is_refused(answer: Delivery, column: str, value: object) -> None:
    with pytest.raises(IntegrityError, match="delivery_has_subject"):
        copy_row(answer, **{"subject_id": 99, column: value})


def test_a_withdrawal_without_its_post_is_refused(answer: Delivery) -> None:
    with pytest.raises(IntegrityError, match="delivery_withdraw_has_target"):
        copy_row(answer, kind="WITHDRAW", target="")


@pytest.mark.parametrize(
    ("column", "value"),
    [("remote_id", "17"), ("url", "https://x.com/otra"), ("fingerprint", "0" * 64), ("published_at", timezone.now())],
)
def test_a_published_operation_is_final(answer: Delivery, column: str, value: object) -> None:
    update_row("outbox_delivery", answer.pk, "fingerprint", "1" * 64)
    update_row("outbox_delivery", answer.pk, "fingerprint", answer.fingerprint)
    assert send_due(answer).state == "PUBLISHED"

    with pytest.raises(Error, match="published_is_final"):
        update_row("outbox_delivery", answer.pk, column, value)


@pytest.mark.parametrize("column", ["subject_kind", "kind"])
def test_what_an_operation_is_never_changes(answer: Delivery, column: str) -> None:
    with pytest.raises(Error, match="subject_is_final"):
        update_row("outbox_delivery", answer.pk, column, "POST")


def test_a_published_operation_is_never_sent_again(answer: Delivery) -> None:
    assert send_due(answer).state == "PUBLISHED"

    for state in ("PLANNED", "DUE", "SENDING", "CANCELLED"):
        with pytest.raises(Error, match="Invalid transition"):
            update_row("outbox_delivery", answer.pk, "state", state)


def test_an_attempt_that_ended_is_final_and_no_row_is_deleted(answer: Delivery) -> None:
    send_due(answer)
    attempt = Attempt.objects.get()

    with pytest.raises(Error, match="ended_is_final"):
        update_row("outbox_attempt", attempt.pk, "outcome", "REJECTED")
    for table, pk in (("outbox_attempt", attempt.pk), ("outbox_delivery", answer.pk)):
        with pytest.raises(Error, match="no_delete"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])
