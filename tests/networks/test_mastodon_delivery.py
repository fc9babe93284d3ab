"""An account on its own Mastodon server: registering it and publishing on it."""

from typing import Any

import pytest
from django.utils import timezone

from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.queries import credentials_for
from pregonero.outbox import sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.people.models import Member
from tests.lab.process import Lab
from tests.publishing.results import send_delivery
from tests.stage import deliveries_in, informed_news, programmed

WORKER = "worker-1"


@pytest.mark.procedure("M-3")
@pytest.mark.parametrize(
    ("server", "address"), [("", "https://de.la.casa"), ("https://otro.gov.co", "https://otro.gov.co")]
)
def test_an_account_is_spoken_to_at_its_own_server(carmen: Member, settings: Any, server: str, address: str) -> None:
    settings.NETWORK_ADDRESSES = {"mastodon": "https://de.la.casa"}
    now = timezone.now()

    account = register_account(
        entity=carmen.entity,
        network="mastodon",
        handle="mincomercio",
        remote_id="1",
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        server=server,
        by=carmen,
        now=now,
    )
    connect_account(account=account, token="secreto", expires_at=None, by=carmen, now=now)

    assert credentials_for(account).address == address


@pytest.mark.procedure("P-6")
def test_a_delivery_goes_out_at_the_accounts_own_server(
    lab: Lab, carmen: Member, luis: Member, ana: Member, settings: Any
) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    theirs, now = lab.new_account("mastodon"), timezone.now()
    account = register_account(
        entity=carmen.entity,
        network="mastodon",
        handle=theirs["handle"],
        remote_id=theirs["id"],
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        server=theirs["base_url"],
        by=carmen,
        now=now,
    )
    connect_account(account=account, token=theirs["token"], expires_at=None, by=carmen, now=now)
    delivery = deliveries_in(programmed(informed_news(lab, luis, now, with_media=False), ana, now)).get()

    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    for work in claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=timezone.now()):
        send_delivery(work)
    delivery.refresh_from_db()

    (post,) = lab.posts(network="mastodon", account=theirs["id"])
    assert (delivery.state, delivery.remote_id, delivery.url) == ("PUBLISHED", post["id"], post["url"])
