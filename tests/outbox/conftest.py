"""Accounts connected to the laboratory, and posts of other people there, without anything of publishing."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from pregonero.database import database_now
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.outbox import sender, subjects
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from tests.lab.process import Lab
from tests.outbox import toy

WORKER = "worker-1"
WriteNetworkPost = Callable[[str, str], str]


@pytest.fixture(autouse=True)
def _toy_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(subjects._HANDLERS, toy.KIND, toy.AnswerHandler())


@pytest.fixture
def write_post(lab: Lab) -> WriteNetworkPost:
    """Return a function that writes a post of somebody else that mentions a handle, and returns its id."""

    def write(network: str, to: str) -> str:
        author, text = lab.new_account(network), f"@{to} ¿Cuándo abre la convocatoria {uuid4().hex[:6]}?"
        headers = {"Authorization": f"Bearer {author['token']}"}
        if network == "x":
            response = lab.client.post("/x/2/tweets", json={"text": text}, headers=headers)
            return str(response.raise_for_status().json()["data"]["id"])
        response = lab.client.post("/mastodon/api/v1/statuses", data={"status": text}, headers=headers)
        return str(response.raise_for_status().json()["id"])

    return write


def connected_account(lab: Lab, network: str, by: Member, now: datetime) -> Account:
    """Return an account of the member's entity, connected to the laboratory."""
    created = lab.new_account(network)
    account = register_account(
        entity=by.entity,
        network=network,
        handle=created["handle"],
        remote_id=created["id"],
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        by=by,
        now=now,
    )
    connect_account(account=account, token=created["token"], expires_at=None, by=by, now=now)
    return account


@pytest.fixture
def account(lab: Lab, carmen: Member, settings: Settings) -> Account:
    """An account on X, in the database that each test rolls back."""
    settings.NETWORK_ADDRESSES = {"x": f"{lab.url}/x"}
    toy.create_table()
    return connected_account(lab, "x", carmen, timezone.now())


@pytest.fixture
def answer(account: Account, write_post: WriteNetworkPost) -> Delivery:
    """A reply on X that is due now."""
    return toy.schedule_answer(account, to=write_post("x", account.handle), text="Abre el lunes.", now=timezone.now())


def send_due(delivery: Delivery) -> Delivery:
    """Do what a worker does when a delivery is due, and return it as it is afterwards."""
    promote_due(now=database_now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    for job in sender.claim(account_id=delivery.account_id, worker=WORKER, limit=10):
        sender.store_results([sender.make_public(job)])
    delivery.refresh_from_db()
    return delivery
