"""A person withdraws a post of ours from its network, with a reason (rule of PUBLISHED to WITHDRAWN)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.outbox import sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.lab.process import Lab
from tests.publishing.results import send_delivery
from tests.publishing.test_views import signed_in
from tests.stage import deliveries_in, informed_news, programmed, register_accounts

WORKER = "máquina:1:aaaa"


@pytest.fixture
def account(lab: Lab, carmen: Member, settings: Any) -> Iterator[Account]:
    settings.NETWORK_ADDRESSES = {"x": f"{lab.url}/x"}
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    (registered,) = register_accounts(lab, carmen, timezone.now(), ("x",))
    yield registered
    lab.client.delete("/faults")


@pytest.fixture
def published(account: Account, lab: Lab, luis: Member, ana: Member) -> Delivery:
    news = informed_news(lab, luis, timezone.now(), with_media=False)
    delivery = deliveries_in(programmed(news, ana, timezone.now())).get()
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    send_due(account)
    delivery.refresh_from_db()
    assert delivery.state == "PUBLISHED"
    return delivery


def send_due(account: Account) -> None:
    promote_due(now=timezone.now())
    for job in claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=timezone.now()):
        send_delivery(job)


@pytest.mark.procedure("P-6", "N-2")
def test_a_published_post_is_withdrawn_with_its_reason_on_record(
    lab: Lab, account: Account, published: Delivery, ana: Member
) -> None:
    client, address = signed_in(ana), reverse("publishing:withdraw", args=[published.pk])
    expediente = reverse("reports:expediente", args=[published.subject_id])
    assert address in client.get(expediente).content.decode()
    assert "¿Retirarla de" in client.get(address).content.decode()
    response = client.post(address, {"reason": "La cifra no era correcta."})
    assert response["Location"] == expediente
    client.post(address, {"reason": "Otra vez"})  # a second click
    send_due(account)
    published.refresh_from_db()
    assert published.state == "WITHDRAWN"
    query = {"account": account.remote_id}
    withdrawn = lab.client.get("/ledger.json", params=query).json()["withdrawn"]
    assert [entry["id"] for entry in withdrawn] == [published.remote_id]
    assert Delivery.objects.filter(kind="WITHDRAW").count() == 1
    assert Event.objects.filter(event_type="delivery.withdrawn", ref=published.ref.reference).exists()
    page = client.get(expediente).content.decode()
    assert "retirada" in page
    assert address not in page


def test_a_withdrawal_without_a_reason_is_refused_in_its_field(published: Delivery, ana: Member) -> None:
    response = signed_in(ana).post(reverse("publishing:withdraw", args=[published.pk]), {"reason": ""})
    assert response.status_code == 422
    assert not Delivery.objects.filter(kind="WITHDRAW").exists()


def test_what_is_not_published_cannot_be_withdrawn(account: Account, lab: Lab, luis: Member, ana: Member) -> None:
    news = informed_news(lab, luis, timezone.now(), with_media=False)
    delivery = deliveries_in(programmed(news, ana, timezone.now())).get()
    response = signed_in(ana).post(reverse("publishing:withdraw", args=[delivery.pk]), {"reason": "Error"})
    assert response.status_code == 409
    assert "no hay nada publicado" in response.content.decode()
