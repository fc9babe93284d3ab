"""From a news item to its public post on a real Bluesky server, also when the answer is lost."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.outbox import sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from tests.bluesky.harness import Bluesky
from tests.lab.process import Lab
from tests.networks.subjects import bluesky_credentials
from tests.publishing.results import send_delivery
from tests.publishing.test_parts import edited
from tests.stage import deliveries_in, informed_news, programmed, publication_of

WORKER = "worker-1"


@pytest.fixture
def delivery(
    bluesky: Bluesky, lab: Lab, carmen: Member, luis: Member, ana: Member, settings: Any, tmp_path: Path
) -> Delivery:
    settings.MEDIA_FOLDER, settings.PRIVATE_ADDRESSES_ALLOWED = tmp_path, ["127.0.0.1"]
    credentials, now = bluesky_credentials(bluesky, password=True), timezone.now()
    account = register_account(
        entity=carmen.entity,
        network="bluesky",
        handle=credentials.handle,
        remote_id=credentials.remote_id,
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        server=bluesky.url,
        by=carmen,
        now=now,
    )
    connect_account(account=account, token=credentials.token, expires_at=None, by=carmen, now=now)
    return deliveries_in(programmed(informed_news(lab, luis, now), ana, now)).get()


def send(delivery: Delivery) -> Delivery:
    """Prepare, claim and send a delivery that is due, as a worker does."""
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    for work in claim_batch(account_id=delivery.account_id, worker=WORKER, limit=10, now=timezone.now()):
        send_delivery(work)
    delivery.refresh_from_db()
    return delivery


@pytest.mark.procedure("P-6")
def test_a_news_item_goes_out_with_its_picture_and_its_link(bluesky: Bluesky, delivery: Delivery) -> None:
    send(delivery)

    (post,) = bluesky.posts(account=delivery.account.remote_id)
    assert (delivery.state, delivery.remote_id, delivery.url) == ("PUBLISHED", post["id"], post["url"])
    assert post["record"]["embed"]["images"][0]["alt"] == "Gráfica de barras"
    assert post["record"]["facets"][0]["features"][0]["uri"] == publication_of(delivery).link


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize("fault", ["accept_then_cut", "cut_before"])
def test_a_lost_answer_is_found_out_and_stays_one_post(bluesky: Bluesky, delivery: Delivery, fault: str) -> None:
    bluesky.fault(kind=fault, endpoint="commit", account=delivery.account.remote_id, times=1)

    uncertain = send(delivery).state
    sender.reconcile_delivery(delivery_id=delivery.pk, worker=WORKER)
    delivery.refresh_from_db()
    send(delivery)

    (post,) = bluesky.posts(account=delivery.account.remote_id)
    assert (uncertain, delivery.state, delivery.remote_id) == ("UNCERTAIN", "PUBLISHED", post["id"])


@pytest.mark.procedure("P-6")
def test_a_thread_goes_out_part_by_part_also_when_an_answer_is_lost(
    bluesky: Bluesky, delivery: Delivery, ana: Member
) -> None:
    edited(publication_of(delivery), delivery.account, ana, timezone.now(), "Segunda parte.", "Tercera parte.")
    account = delivery.account.remote_id
    for position in range(3):
        part = Delivery.objects.get(subject_id=publication_of(delivery).pk, position=position)
        if position == 1:
            bluesky.fault(kind="accept_then_cut", endpoint="commit", account=account, times=1)
        if send(part).state == "UNCERTAIN":
            sender.reconcile_delivery(delivery_id=part.pk, worker=WORKER)

    posts = bluesky.posts(account=account)
    parents = [post["record"].get("reply", {}).get("parent", {}).get("uri", "").rpartition("/")[2] for post in posts]
    roots = {post["record"]["reply"]["root"]["uri"].rpartition("/")[2] for post in posts[1:]}
    assert [post["record"]["text"] for post in posts[1:]] == ["Segunda parte.", "Tercera parte."]
    assert parents == ["", posts[0]["id"], posts[1]["id"]]
    assert roots == {posts[0]["id"]}
