"""What an owner does with its operations before they are sent: schedule, replace, hold and release them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pregonero.errors import WrongState
from pregonero.networks.base import OperationKind
from pregonero.networks.models import Account
from pregonero.outbox import sender
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.actions.schedule import hold, release, replace, schedule
from pregonero.outbox.models import Delivery
from pregonero.outbox.payload import post_payload
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef
from tests.lab.process import Lab
from tests.outbox import toy
from tests.outbox.conftest import WORKER, WriteNetworkPost, send_due

pytestmark = pytest.mark.procedure("P-6")


@pytest.fixture
def other_answer(account: Account, write_post: WriteNetworkPost) -> Delivery:
    return toy.schedule_answer(
        account, to=write_post("x", account.handle), text="El martes también.", now=timezone.now(), number=2
    )


def public_texts(lab: Lab, account: Account) -> list[str]:
    return [post["text"] for post in lab.posts(network=account.network, account=account.remote_id)]


def test_schedule_refuses_a_kind_of_subject_without_a_handler(account: Account) -> None:
    now = timezone.now()

    with pytest.raises(LookupError, match="no handler"):
        schedule(
            account=account,
            subject=ObjectRef("unknown_kind", 1, "Nadie"),
            kind=OperationKind.REPLY,
            payload=post_payload("Hola"),
            due_at=now,
            now=now,
        )


def test_schedule_refuses_a_second_public_operation_of_the_same_subject(account: Account, answer: Delivery) -> None:
    with pytest.raises(IntegrityError, match="delivery_once"), transaction.atomic():
        toy.schedule_answer(account, to="1", text="Otra respuesta.", now=timezone.now())


def test_replace_before_the_send_changes_what_is_sent(lab: Lab, account: Account, answer: Delivery) -> None:
    corrected = {**answer.payload, "text": "Abre el martes."}

    assert replace(delivery=answer, payload=corrected, now=timezone.now())
    assert not replace(delivery=answer, payload=corrected, now=timezone.now())

    assert send_due(answer).state == "PUBLISHED"
    assert public_texts(lab, account) == ["Abre el martes."]


def test_replace_after_the_claim_is_refused(lab: Lab, account: Account, answer: Delivery) -> None:
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=answer.pk, worker=WORKER)
    (job,) = sender.claim(account_id=account.pk, worker=WORKER, limit=10)
    answer.refresh_from_db()
    assert answer.state == "SENDING"

    with pytest.raises(WrongState, match="no se puede cambiar"):
        replace(delivery=answer, payload={**answer.payload, "text": "Abre el martes."}, now=timezone.now())

    sender.store_results([sender.make_public(job)])
    assert public_texts(lab, account) == ["Abre el lunes."]


def test_hold_of_a_subject_holds_only_its_operations_until_release(
    lab: Lab, account: Account, answer: Delivery, other_answer: Delivery, carmen: Member
) -> None:
    on_hold = hold(
        entity=account.entity, subject=answer.subject, reason="Falta confirmar.", by=carmen, now=timezone.now()
    )

    assert send_due(other_answer).state == "PUBLISHED"
    assert send_due(answer).state == "DUE"
    assert public_texts(lab, account) == ["El martes también."]

    release(hold=on_hold, by=carmen, now=timezone.now())
    assert send_due(answer).state == "PUBLISHED"


def test_hold_of_everything_holds_every_operation_of_the_entity(
    lab: Lab, account: Account, answer: Delivery, other_answer: Delivery, carmen: Member
) -> None:
    on_hold = hold(entity=account.entity, subject=None, reason="Llegó una alerta.", by=carmen, now=timezone.now())

    assert [send_due(delivery).state for delivery in (answer, other_answer)] == ["DUE", "DUE"]
    assert public_texts(lab, account) == []

    release(hold=on_hold, by=carmen, now=timezone.now())
    assert send_due(answer).state == "PUBLISHED"


def test_an_operation_that_is_too_late_expires_and_its_owner_learns_it(lab: Lab, account: Account) -> None:
    now = timezone.now()
    late = toy.schedule_answer(account, to="1", text="Tarde.", now=now, due_at=now - timedelta(hours=2))

    assert send_due(late).state == "EXPIRED"

    assert toy.outcomes() == [(late.pk, "delivery.expired", True)]
    assert public_texts(lab, account) == []
