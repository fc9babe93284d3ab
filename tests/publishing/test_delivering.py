"""The worker's acts around each call, against the laboratory: the network's answer decides the state."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pregonero.database import database_now
from pregonero.networks.actions.register import pause_account
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_for
from pregonero.networks.rate_limits.models import NetworkSuspension
from pregonero.newsroom.models import News
from pregonero.outbox import batch_prepare, sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.outcomes import recover_abandoned
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.actions.throttling import resume_sending, set_limit
from pregonero.outbox.models import Attempt, Delivery
from pregonero.people.models import Member, Notice
from pregonero.publishing import actions
from pregonero.records.models import Event
from tests.lab.process import Lab
from tests.publishing.results import send_delivery
from tests.stage import deliveries_in, informed_news, programmed, publication_of, register_accounts

pytestmark = pytest.mark.procedure("P-6")
WORKER = "worker-1"


@pytest.fixture
def account(lab: Lab, carmen: Member, settings: Any) -> Iterator[Account]:
    settings.NETWORK_ADDRESSES = {"x": f"{lab.url}/x"}
    (registered,) = register_accounts(lab, carmen, timezone.now(), ("x",))
    yield registered
    lab.client.delete("/faults")


@pytest.fixture
def news(lab: Lab, luis: Member) -> News:
    return informed_news(lab, luis, timezone.now(), with_media=False)


@pytest.fixture
def delivery(account: Account, news: News, ana: Member) -> Delivery:
    publication = programmed(news, ana, timezone.now())
    return Delivery.objects.filter(subject_id=publication.pk).get()


def fault(lab: Lab, account: Account, kind: str, **more: Any) -> None:
    lab.fault(kind=kind, network="x", account=account.remote_id, **({"endpoint": "commit", "times": 1} | more))


def send(delivery: Delivery) -> Delivery:
    """Do what a worker does at the minute of a delivery: prepare, claim, send."""
    now = timezone.now()
    promote_due(now=now)
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    for work in claim_batch(account_id=delivery.account_id, worker=WORKER, limit=10, now=now):
        send_delivery(work)
    delivery.refresh_from_db()
    return delivery


def posts(lab: Lab, account: Account) -> list[dict[str, Any]]:
    return lab.posts(network="x", account=account.remote_id)


def test_a_delivery_goes_out_with_its_record(lab: Lab, account: Account, delivery: Delivery) -> None:
    send(delivery)
    (post,) = posts(lab, account)
    assert (delivery.state, delivery.remote_id) == ("PUBLISHED", post["id"])
    assert lab.client.get(delivery.url).status_code == 200
    event_types = Event.objects.filter(ref=delivery.ref.reference).order_by("pk").values_list("event_type", flat=True)
    assert list(event_types) == ["delivery.prepared", "delivery.attempted", "delivery.published"]


def test_the_attempt_is_written_down_before_the_call(lab: Lab, account: Account, delivery: Delivery) -> None:
    fault(lab, account, "cut_before")
    send(delivery)
    attempt = Attempt.objects.get()
    assert attempt.content["text"].endswith(publication_of(delivery).link)
    assert (attempt.outcome, delivery.state) == ("UNCERTAIN", "UNCERTAIN")
    assert posts(lab, account) == []


def test_sending_twice_sends_once(lab: Lab, account: Account, delivery: Delivery) -> None:
    send(delivery)
    send(delivery)
    assert len(posts(lab, account)) == 1
    assert Attempt.objects.count() == 1


def test_a_cut_answer_is_found_at_the_network_and_never_sent_again(
    lab: Lab, account: Account, delivery: Delivery
) -> None:
    fault(lab, account, "accept_then_cut")
    assert send(delivery).state == "UNCERTAIN"
    sender.reconcile_delivery(delivery_id=delivery.pk, worker=WORKER)
    delivery.refresh_from_db()
    (post,) = posts(lab, account)
    assert (delivery.state, delivery.remote_id) == ("PUBLISHED", post["id"])
    assert Event.objects.filter(event_type="delivery.reconciled").count() == 1


def test_not_now_waits_as_long_as_the_network_says(lab: Lab, account: Account, delivery: Delivery) -> None:
    fault(lab, account, "status", code=429)
    send(delivery)
    assert delivery.state == "DUE"
    assert delivery.ready_at > timezone.now()
    assert delivery.reason
    assert claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=timezone.now()) == []
    assert posts(lab, account) == []


@pytest.mark.usefixtures("beto")
def test_spent_credit_is_told_to_a_person(lab: Lab, account: Account, delivery: Delivery, ana: Member) -> None:
    fault(lab, account, "status", code=402)
    send(delivery)
    assert delivery.state == "DUE"
    assert Notice.objects.filter(member=ana, kind="sending.suspended").count() == 1


def test_a_refusal_is_final_and_told(lab: Lab, account: Account, delivery: Delivery, ana: Member) -> None:
    fault(lab, account, "status", code=403)
    send(delivery)
    assert delivery.state == "REJECTED"
    assert delivery.reason
    notice = Notice.objects.get(member=ana, kind__startswith="delivery.rejected")
    assert "X no aceptó" in notice.title
    send(delivery)
    assert Attempt.objects.count() == 1


def test_an_error_after_the_body_went_is_uncertain(lab: Lab, account: Account, delivery: Delivery) -> None:
    fault(lab, account, "accept_then_500")
    assert send(delivery).state == "UNCERTAIN"
    sender.reconcile_delivery(delivery_id=delivery.pk, worker=WORKER)
    delivery.refresh_from_db()
    assert delivery.state == "PUBLISHED"
    assert len(posts(lab, account)) == 1


def test_a_worker_that_never_came_back_leaves_it_uncertain(account: Account, delivery: Delivery) -> None:
    now = timezone.now()
    promote_due(now=now)
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=now)
    assert recover_abandoned(now=now) == 0  # its lease still runs
    assert recover_abandoned(now=now + timedelta(seconds=46)) == 1
    delivery.refresh_from_db()
    assert delivery.state == "UNCERTAIN"
    assert Attempt.objects.get().code == "worker_lost"


def test_a_repeat_that_is_refused_as_a_duplicate_is_never_called_rejected(
    lab: Lab, account: Account, delivery: Delivery
) -> None:
    """The first attempt was taken and its answer lost; the network lags, so the repeat meets its own post (rule 3)."""
    fault(lab, account, "accept_then_cut")
    send(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(state="DUE")  # as if the reads had not shown it
    send(delivery)
    assert delivery.state == "UNCERTAIN"
    sender.reconcile_delivery(delivery_id=delivery.pk, worker=WORKER)
    delivery.refresh_from_db()
    assert delivery.state == "PUBLISHED"
    assert len(posts(lab, account)) == 1


def test_too_late_is_refused_and_told(lab: Lab, account: Account, delivery: Delivery, ana: Member) -> None:
    promote_due(now=delivery.expires_at + timedelta(seconds=1))
    delivery.refresh_from_db()
    assert delivery.state == "EXPIRED"
    assert Notice.objects.filter(member=ana, kind__startswith="delivery.expired").exists()
    assert posts(lab, account) == []


def test_words_changed_after_preparing_are_prepared_again(
    lab: Lab, account: Account, delivery: Delivery, ana: Member
) -> None:
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    # Past the action, as a fault of ours would: the claim still compares the content with what was prepared.
    payload = {**delivery.payload, "text": "Otras palabras"}
    Delivery.objects.filter(pk=delivery.pk).update(payload=payload)
    assert claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=timezone.now()) == []
    send(delivery)
    (post,) = posts(lab, account)
    assert post["text"].startswith("Otras palabras")


def test_a_paused_account_sends_nothing(lab: Lab, account: Account, delivery: Delivery, ana: Member) -> None:
    pause_account(account=account, reason="Revisión", by=ana, now=timezone.now())
    send(delivery)
    assert delivery.state == "DUE"
    assert posts(lab, account) == []


def test_a_cancelled_publication_sends_nothing(
    lab: Lab, account: Account, delivery: Delivery, ana: Member, now: datetime
) -> None:
    actions.cancel_publication(publication=publication_of(delivery), reason="No", by=ana, now=timezone.now())
    send(delivery)
    assert delivery.state == "CANCELLED"
    assert posts(lab, account) == []


def test_a_held_delivery_is_claimed_by_nobody_else(account: Account, delivery: Delivery) -> None:
    now = timezone.now()
    promote_due(now=now)
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    assert len(claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=now)) == 1
    assert claim_batch(account_id=account.pk, worker="worker-2", limit=10, now=now) == []


def test_no_token_is_kept_in_the_clear(account: Account, lab: Lab) -> None:
    token = next(
        a["token"] for a in lab.client.get("/accounts.json").json()["accounts"] if a["id"] == account.remote_id
    )
    assert token.encode() not in bytes(account.credential.encrypted)
    assert token not in repr(credentials_for(account))


def test_what_the_limit_holds_back_keeps_its_order_and_says_why(
    lab: Lab, account: Account, luis: Member, ana: Member, carmen: Member
) -> None:
    now = timezone.now()
    news = [informed_news(lab, luis, now, with_media=False) for _ in range(5)]
    order = [deliveries_in(programmed(each, ana, now)).get().pk for each in news]
    set_limit(account=account, budget="posts", limit=3, by=carmen, now=now)
    promote_due(now=database_now())
    batch_prepare.prepare_locally(now=database_now())

    first = claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=database_now())
    assert [work.delivery_id for work in first] == order[:3]
    held = Delivery.objects.filter(pk__in=order[3:])
    assert {(each.state, each.reason_code) for each in held} == {("DUE", "limit:posts")}
    assert all(each.ready_at > now + timedelta(minutes=14) for each in held)

    set_limit(account=account, budget="posts", limit=10, by=carmen, now=database_now())
    rest = claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=database_now())
    assert [work.delivery_id for work in rest] == order[3:]


def test_a_spent_credit_that_several_hear_of_is_let_go_for_all_of_them(
    lab: Lab, account: Account, luis: Member, ana: Member
) -> None:
    now = timezone.now()
    for _ in range(3):
        programmed(informed_news(lab, luis, now, with_media=False), ana, now)
    fault(lab, account, "status", code=402, times=3)
    promote_due(now=database_now())
    batch_prepare.prepare_locally(now=database_now())
    wave = claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=database_now())
    sender.store_results([sender.make_public(work) for work in wave])
    assert set(Delivery.objects.values_list("reason_code", flat=True)) == {"limit:402"}

    resume_sending(stop=NetworkSuspension.objects.get(), by=ana, now=database_now())
    assert len(claim_batch(account_id=account.pk, worker=WORKER, limit=10, now=database_now())) == 3
