"""A published post of ours is withdrawn: an operation of its own, which may be repeated without harm (N-3)."""

from typing import Any

import pytest
from django.utils import timezone

from pregonero.networks.base import OperationKind
from pregonero.networks.models import Account
from pregonero.outbox.actions.schedule import withdraw
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.lab.process import Lab
from tests.outbox import toy
from tests.outbox.conftest import send_due

pytestmark = pytest.mark.procedure("P-6", "N-3")
REASON = "Anunciaba una fecha que cambió."


@pytest.fixture
def published(answer: Delivery) -> Delivery:
    assert send_due(answer).state == "PUBLISHED"
    return answer


def ledger(lab: Lab, account: Account) -> dict[str, Any]:
    query = {"network": account.network, "account": account.remote_id}
    entries: dict[str, Any] = lab.client.get("/ledger.json", params=query).json()
    return entries


def withdrawn_ids(lab: Lab, account: Account) -> list[str]:
    """Return the ids in the ledger of withdrawals, one for each time that a post disappeared."""
    return [entry["id"] for entry in ledger(lab, account)["withdrawn"]]


def test_withdraw_removes_a_published_post(lab: Lab, account: Account, published: Delivery, carmen: Member) -> None:
    operation = withdraw(delivery=published, by=carmen, reason=REASON, now=timezone.now())

    assert send_due(operation).state == "PUBLISHED"

    published.refresh_from_db()
    assert published.state == "WITHDRAWN"
    assert withdrawn_ids(lab, account) == [published.remote_id]
    assert lab.client.get(published.url).status_code != 200
    event = Event.objects.get(event_type="delivery.withdrawn")
    assert (event.ref, event.facts) == (published.ref.reference, {"remote_id": published.remote_id})
    # The owner learns of its answer, and not of the operation that removes it.
    assert toy.outcomes() == [(published.pk, toy.PUBLISHED, True)]


def test_repeated_withdraw_is_harmless(lab: Lab, account: Account, published: Delivery, carmen: Member) -> None:
    states = []
    for _ in range(2):
        operation = withdraw(delivery=published, by=carmen, reason=REASON, now=timezone.now())
        states.append(send_due(operation).state)

    published.refresh_from_db()
    assert (states, published.state) == (["PUBLISHED", "PUBLISHED"], "WITHDRAWN")
    assert withdrawn_ids(lab, account) == [published.remote_id]
    assert Event.objects.filter(event_type="delivery.withdrawn").count() == 1


@pytest.mark.parametrize("fault", ["cut_before", "accept_then_cut", "accept_then_500"])
def test_withdraw_whose_answer_is_lost_is_repeated(
    fault: str, lab: Lab, account: Account, published: Delivery, carmen: Member
) -> None:
    operation = withdraw(delivery=published, by=carmen, reason=REASON, now=timezone.now())
    lab.fault(kind=fault, network="x", account=account.remote_id, endpoint="commit", times=1)
    assert send_due(operation).state == "DUE"
    published.refresh_from_db()
    assert published.state == "PUBLISHED"

    Delivery.objects.filter(pk=operation.pk).update(ready_at=timezone.now())
    assert send_due(operation).state == "PUBLISHED"

    published.refresh_from_db()
    assert (published.state, operation.attempts_made) == ("WITHDRAWN", 2)
    assert withdrawn_ids(lab, account) == [published.remote_id]


def test_withdraw_that_the_network_refuses_leaves_the_post_published(
    lab: Lab, account: Account, published: Delivery, carmen: Member
) -> None:
    operation = withdraw(delivery=published, by=carmen, reason=REASON, now=timezone.now())
    lab.fault(kind="status", code=403, network="x", account=account.remote_id, endpoint="commit", times=1)

    assert send_due(operation).state == "REJECTED"

    published.refresh_from_db()
    assert (published.state, operation.kind) == ("PUBLISHED", OperationKind.WITHDRAW)
    assert withdrawn_ids(lab, account) == []
    assert (operation.pk, "delivery.rejected", True) in toy.outcomes()
