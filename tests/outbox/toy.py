"""A toy owner of operations: answers to what people write, an app that the product does not have yet.

Its handler stores every outcome in a table of its own, inside the transaction that stores the outcome.
"""

import sys
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection

from pregonero.networks.base import OperationKind
from pregonero.networks.models import Account
from pregonero.outbox.actions.schedule import schedule
from pregonero.outbox.models import Delivery
from pregonero.outbox.payload import Parent, post_payload
from pregonero.outbox.subjects import DeliveryEvent, SubjectHandler
from pregonero.records.actions import ObjectRef

KIND = "toy_answer"
PUBLISHED = "PUBLISHED"
CREATE_TABLE = """
CREATE TABLE toy_outcome (
    delivery_id bigint NOT NULL, outcome text NOT NULL, publishing_is_loaded bool NOT NULL
)
"""


class AnswerHandler(SubjectHandler):
    """Stores what happened to each answer, and whether the process that says so has loaded publishing."""

    def on_published(self, delivery_ids: Collection[int], *, now: datetime) -> None:
        """Store that answers were published."""
        for delivery_id in delivery_ids:
            self._store(delivery_id, PUBLISHED)

    def on_event(self, delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
        """Store anything else that happened to an answer."""
        self._store(delivery.pk, event)

    def _store(self, delivery_id: int, outcome: str) -> None:
        is_loaded = any(name.startswith("pregonero.publishing") for name in sys.modules)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO toy_outcome VALUES (%s, %s, %s)", [delivery_id, outcome, is_loaded])


def create_table() -> None:
    """Create the table of outcomes."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE_TABLE)


def outcomes() -> list[tuple[int, str, bool]]:
    """Return every stored outcome: the delivery, what happened, and whether its process had loaded publishing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT delivery_id, outcome, publishing_is_loaded FROM toy_outcome ORDER BY delivery_id")
        return list(cursor.fetchall())


def schedule_answer(
    account: Account, *, to: str, text: str, now: datetime, number: int = 1, due_at: datetime | None = None
) -> Delivery:
    """Schedule a reply to the post `to`, due now unless told otherwise."""
    return schedule(
        account=account,
        subject=ObjectRef(KIND, number, f"Respuesta {number}"),
        kind=OperationKind.REPLY,
        payload=post_payload(text, parent=Parent(reply_to=to, root=to)),
        due_at=due_at or now - timedelta(seconds=1),
        now=now,
    )
