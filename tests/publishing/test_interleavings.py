"""Orders of events that no single act sees: two holders of one delivery, words that change in between, late answers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.deadlines import boottime
from pregonero.networks.base import Finding, Permanent, Published, Transient, Verdict
from pregonero.networks.models import Account, Credential
from pregonero.networks.registry import connector
from pregonero.newsroom.models import News
from pregonero.outbox import sender, tasks
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.outcomes import recover_abandoned
from pregonero.outbox.actions.prepare import finish_preparing, lease_for_preparing, promote_due, store_prepared
from pregonero.outbox.actions.reconciliation import lease_for_reconciling, record_finding
from pregonero.outbox.models import Attempt, Delivery
from pregonero.outbox.queries.queue import to_prepare
from pregonero.outbox.send_job import SendJob
from pregonero.people.models import Member, Notice
from pregonero.publishing import actions
from pregonero.publishing.edits import current_change
from tests.lab.process import Lab
from tests.publishing.results import send_delivery, settle_deferred, settle_published, settle_rejected, settle_uncertain
from tests.stage import adaptation_of, deliveries_in, informed_news, programmed, publication_of, register_accounts

pytestmark = pytest.mark.procedure("P-6")
WORKER = "worker-1"
LATER = timedelta(minutes=5)
NO = Permanent("No.", code="403")
OUT = Published("777", "https://x.com/mincomercioco/status/777")


@pytest.fixture
def accounts(lab: Lab, carmen: Member, settings: Any) -> Iterator[dict[str, Account]]:
    settings.NETWORK_ADDRESSES = {"x": f"{lab.url}/x", "facebook": f"{lab.url}/graph"}
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    registered = register_accounts(lab, carmen, timezone.now(), ("x", "facebook"))
    yield {account.network: account for account in registered}
    lab.client.delete("/faults")


@pytest.fixture
def news(accounts: dict[str, Account], lab: Lab, luis: Member) -> News:
    return informed_news(lab, luis, timezone.now(), with_media=False)


@pytest.fixture
def delivery(news: News, ana: Member) -> Delivery:
    return deliveries_in(programmed(news, ana, timezone.now())).get(account__network="x")


@pytest.fixture
def on_facebook(delivery: Delivery) -> Delivery:
    return Delivery.objects.filter(subject_id=delivery.subject_id).get(account__network="facebook")


def prepare(delivery: Delivery) -> None:
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)


def claim(delivery: Delivery) -> SendJob:
    (work,) = claim_batch(account_id=delivery.account_id, worker=WORKER, limit=10, now=timezone.now())
    return work


def not_taken(delivery: Delivery) -> None:
    """The network was asked, and does not have it."""
    asked = lease_for_reconciling(delivery_id=delivery.pk, worker=WORKER, now=timezone.now() + 2 * LATER)
    assert asked is not None
    record_finding(job=asked, finding=Finding(Verdict.NOT_TAKEN), now=timezone.now())


def change(delivery: Delivery, by: Member, **words: Any) -> None:
    publication = publication_of(delivery)
    publication.refresh_from_db()
    adaptation = adaptation_of(delivery)
    wanted = replace(current_change(adaptation), **{"skipped": False, "skip_reason": "", **words})
    whole = actions.PublicationChange(
        why=publication.why,
        theme=publication.theme,
        relevance=2,
        link=publication.link,
        adaptations={delivery.account_id: wanted},
    )
    actions.edit_publication(
        publication=publication, change=whole, revision=publication.revision, by=by, now=timezone.now()
    )


def abandoned(delivery: Delivery) -> SendJob:
    """A worker took it and was suspended beyond its lease."""
    prepare(delivery)
    work = claim(delivery)
    assert recover_abandoned(now=timezone.now() + LATER) == 1
    return work


@pytest.mark.parametrize("meanwhile", ["due again", "waiting for a person", "cancelled"])
def test_a_yes_that_comes_late_is_never_thrown_away(meanwhile: str, delivery: Delivery, ana: Member) -> None:
    work = abandoned(delivery)
    if meanwhile == "waiting for a person":
        asked = lease_for_reconciling(delivery_id=delivery.pk, worker=WORKER, now=timezone.now() + LATER)
        assert asked is not None
        record_finding(job=asked, finding=Finding(Verdict.UNKNOWABLE), now=timezone.now())
    else:
        not_taken(delivery)
    if meanwhile == "cancelled":
        actions.cancel_publication(publication=publication_of(delivery), reason="No", by=ana, now=timezone.now())
    settle_published(job=work, published=OUT, now=timezone.now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.remote_id) == ("PUBLISHED", "777")
    assert claim_batch(account_id=delivery.account_id, worker=WORKER, limit=10, now=timezone.now()) == []


def test_a_yes_that_comes_late_wins_over_the_attempt_after_it(delivery: Delivery) -> None:
    work = abandoned(delivery)
    not_taken(delivery)
    second = claim(delivery)
    settle_published(job=work, published=OUT, now=timezone.now())
    settle_uncertain(job=second, code="lost", reason="Se cortó.", now=timezone.now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.remote_id) == ("PUBLISHED", "777")


def test_a_no_that_comes_late_is_found_out_and_not_a_fault(delivery: Delivery) -> None:
    """It was uncertain already: what the network does not have is sent again, and a no in its time is kept."""
    work = abandoned(delivery)
    settle_rejected(job=work, error=NO, now=timezone.now())
    delivery.refresh_from_db()
    assert delivery.state == "UNCERTAIN"
    not_taken(delivery)
    settle_rejected(job=claim(delivery), error=NO, now=timezone.now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason_code) == ("REJECTED", "403")


def test_who_lost_its_lease_while_preparing_changes_nothing_of_what_is_sent(delivery: Delivery) -> None:
    now = timezone.now()
    promote_due(now=now)
    lost = lease_for_preparing(delivery_id=delivery.pk, worker=WORKER, now=now - LATER)
    again = lease_for_preparing(delivery_id=delivery.pk, worker=WORKER, now=now)
    assert lost is not None
    assert again is not None
    store_prepared(job=lost, prepared={"media": ["lost"]}, now=now)
    finish_preparing(job=again, prepared={"media": ["mine"]}, now=now)
    work = claim(delivery)
    store_prepared(job=lost, prepared={"media": ["lost"]}, now=now + LATER)
    delivery.refresh_from_db()
    assert delivery.prepared["media"] == ["mine"]
    assert delivery.leased_until is not None
    assert delivery.leased_until < now + LATER
    assert work.prepared["media"] == ["mine"]


def test_the_network_is_asked_for_what_the_attempt_sent(delivery: Delivery) -> None:
    prepare(delivery)
    work = claim(delivery)
    settle_uncertain(job=work, code="lost", reason="Se cortó.", now=timezone.now())
    sent = delivery.payload["text"]
    changed = {**delivery.payload, "text": "Otras palabras"}
    Delivery.objects.filter(pk=delivery.pk).update(payload=changed, prepared={"media": ["otra"]})
    asked = lease_for_reconciling(delivery_id=delivery.pk, worker=WORKER, now=timezone.now())
    assert asked is not None
    assert asked.post.text == sent
    assert asked.prepared.get("media") is None


def test_a_finding_about_an_attempt_says_nothing_of_the_next(delivery: Delivery) -> None:
    abandoned(delivery)
    old = lease_for_reconciling(delivery_id=delivery.pk, worker=WORKER, now=timezone.now() + LATER)
    not_taken(delivery)
    settle_uncertain(job=claim(delivery), code="lost", reason="Se cortó.", now=timezone.now())
    assert lease_for_reconciling(delivery_id=delivery.pk, worker=WORKER, now=timezone.now()) is not None
    assert old is not None
    record_finding(job=old, finding=Finding(Verdict.NOT_TAKEN), now=timezone.now())
    delivery.refresh_from_db()
    assert delivery.state == "UNCERTAIN"


@pytest.mark.parametrize("what_comes", ["the network does not have it", "the network said not now"])
def test_what_was_stopped_while_it_was_sent_is_not_sent_again(what_comes: str, delivery: Delivery, ana: Member) -> None:
    prepare(delivery)
    work = claim(delivery)
    if what_comes == "the network does not have it":
        settle_uncertain(job=work, code="lost", reason="Se cortó.", now=timezone.now())
    actions.cancel_publication(
        publication=publication_of(delivery), reason="La cifra cambió", by=ana, now=timezone.now()
    )
    delivery.refresh_from_db()
    assert delivery.state in ("SENDING", "UNCERTAIN")
    if what_comes == "the network does not have it":
        not_taken(delivery)
    else:
        settle_deferred(job=work, error=Transient("Espera", code="429"), now=timezone.now())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("CANCELLED", "La cifra cambió")


def test_a_network_left_out_after_programming_is_not_published(delivery: Delivery, ana: Member) -> None:
    prepare(delivery)
    change(delivery, ana, skipped=True, skip_reason="Ya salió en la cuenta del Presidente")
    delivery.refresh_from_db()
    assert delivery.state == "CANCELLED"
    assert claim_batch(account_id=delivery.account_id, worker=WORKER, limit=10, now=timezone.now()) == []
    change(delivery, ana)
    delivery.refresh_from_db()
    assert delivery.state == "PLANNED"


def test_a_network_taken_in_after_programming_is_published(
    news: News, ana: Member, accounts: dict[str, Account]
) -> None:
    from tests.stage import drafted

    publication = drafted(news, ana, timezone.now())
    publication.adaptations.filter(account=accounts["x"]).update(skipped=True, skip_reason="Hoy no")
    due_at = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    actions.program_publication(publication=publication, due_at=due_at, by=ana, now=timezone.now())
    taken_in = Delivery(subject_kind="publication", subject_id=publication.pk, account=accounts["x"])
    change(taken_in, ana)
    assert Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"]).due_at == due_at


def test_a_post_of_another_delivery_is_never_taken_for_this_one(
    lab: Lab, delivery: Delivery, accounts: dict[str, Account], luis: Member, ana: Member
) -> None:
    """The same words on the same account: X refuses the second, and what is read back is the first."""
    other = programmed(informed_news(lab, luis, timezone.now(), with_media=False), ana, timezone.now())
    twin = deliveries_in(other).get(account=accounts["x"])
    Delivery.objects.filter(pk=twin.pk).update(payload=delivery.payload, fingerprint=delivery.fingerprint)
    prepare(delivery)
    send_delivery(claim(delivery))
    prepare(twin)
    lab.fault(kind="cut_before", network="x", account=accounts["x"].remote_id, endpoint="commit", times=1)
    send_delivery(claim(twin))
    sender.reconcile_delivery(delivery_id=twin.pk, worker=WORKER)
    twin.refresh_from_db()
    assert (twin.state, twin.checks_made) == ("UNCERTAIN", 1)
    assert not twin.leased_by


def test_a_bug_while_preparing_lets_go_and_is_seen(delivery: Delivery, accounts: dict[str, Account]) -> None:
    Credential.objects.filter(account=accounts["x"]).update(encrypted=b"of another key")
    with pytest.raises(RuntimeError):
        prepare(delivery)
    delivery.refresh_from_db()
    assert delivery.reason
    assert not delivery.leased_by
    assert delivery.prepare_at > timezone.now()


def test_an_account_without_a_token_is_told_and_not_tried_at_once_again(
    delivery: Delivery, accounts: dict[str, Account], ana: Member
) -> None:
    Credential.objects.filter(account=accounts["x"]).delete()
    prepare(delivery)
    delivery.refresh_from_db()
    assert "no está conectada" in delivery.reason
    assert delivery.pk not in to_prepare(now=timezone.now())
    assert Notice.objects.filter(member=ana, kind__startswith="delivery.unauthorized").exists()


def test_a_token_that_the_network_refuses_is_told(
    lab: Lab, delivery: Delivery, accounts: dict[str, Account], ana: Member
) -> None:
    lab.fault(kind="status", code=401, network="x", account=accounts["x"].remote_id, endpoint="commit", times=1)
    prepare(delivery)
    send_delivery(claim(delivery))
    delivery.refresh_from_db()
    assert delivery.state == "DUE"
    assert Notice.objects.filter(member=ana, kind__startswith="delivery.unauthorized").exists()


def test_an_account_that_may_not_be_read_leaves_it_to_a_person(
    lab: Lab, delivery: Delivery, accounts: dict[str, Account]
) -> None:
    lab.fault(kind="status", code=403, network="x", account=accounts["x"].remote_id, endpoint="read", times=1)
    prepare(delivery)
    settle_uncertain(job=claim(delivery), code="lost", reason="Se cortó.", now=timezone.now())
    sender.reconcile_delivery(delivery_id=delivery.pk, worker=WORKER)
    delivery.refresh_from_db()
    assert delivery.state == "NEEDS_PERSON"


def test_words_that_changed_while_preparing_are_prepared_at_once(delivery: Delivery, ana: Member) -> None:
    work = lease_for_preparing(delivery_id=delivery.pk, worker=WORKER, now=timezone.now())
    assert work is not None
    change(delivery, ana, text="Otras palabras")
    finish_preparing(job=work, prepared={}, now=timezone.now())
    assert delivery.pk in to_prepare(now=timezone.now())


def test_what_cannot_be_removed_does_not_stop_the_words_of_now(
    lab: Lab, on_facebook: Delivery, accounts: dict[str, Account], ana: Member
) -> None:
    prepare(on_facebook)
    on_facebook.refresh_from_db()
    first = on_facebook.prepared["post_id"]
    change(on_facebook, ana, text="Otras palabras")
    page = accounts["facebook"].remote_id
    lab.fault(kind="status", code=403, network="facebook", account=page, endpoint="^DELETE ", times=1)
    prepare(on_facebook)
    on_facebook.refresh_from_db()
    assert on_facebook.state == "DUE"
    assert on_facebook.prepared_for
    (job,) = ProcrastinateJob.objects.filter(task_name="outbox.clean")
    assert job.args["prepared"]["post_id"] == first


def test_what_was_stopped_and_planned_again_starts_anew(on_facebook: Delivery, ana: Member) -> None:
    """Its cleaning may happen at any time: nothing that it removes may be counted on."""
    prepare(on_facebook)
    publication = publication_of(on_facebook)
    actions.cancel_publication(publication=publication, reason="No", by=ana, now=timezone.now())
    on_facebook.refresh_from_db()
    assert on_facebook.prepared == {}
    jobs = ProcrastinateJob.objects.filter(task_name="outbox.clean")
    (args,) = [job.args for job in jobs if job.args["account_id"] == on_facebook.account_id]
    sender.clean_delivery(**args)
    assert not to_prepare(now=timezone.now())


def test_what_passed_its_hour_is_cleaned_too(on_facebook: Delivery) -> None:
    prepare(on_facebook)
    promote_due(now=on_facebook.expires_at + timedelta(seconds=1))
    jobs = ProcrastinateJob.objects.filter(task_name="outbox.clean")
    assert on_facebook.account_id in {job.args["account_id"] for job in jobs}


def test_a_call_whose_time_is_over_sends_nothing(lab: Lab, delivery: Delivery) -> None:
    """Suspended between the look at the clock and the call, a worker wakes when somebody else has the delivery."""
    prepare(delivery)
    work = claim(delivery)
    with pytest.raises(Transient):
        connector("x").commit(replace(work.credentials, until=boottime() - 1), work.post, work.prepared)
    assert lab.posts(network="x", account=delivery.account.remote_id) == []


def test_a_claim_that_had_to_wait_counts_its_lease_from_before(delivery: Delivery, settings: Any, lab: Lab) -> None:
    settings.LEASE_SECONDS = settings.CALL_SECONDS + sender.ADDRESS_SECONDS
    prepare(delivery)
    before = boottime()
    (work,) = sender.claim(account_id=delivery.account_id, worker=WORKER, limit=1)
    assert work.good_until - before < settings.LEASE_SECONDS + 0.05
    send_delivery(work)
    assert Attempt.objects.get().code == "lease_over"
    delivery.refresh_from_db()
    assert delivery.ready_at - timezone.now() > timedelta(seconds=settings.LEASE_SECONDS / 4 - 1)
    assert lab.posts(network="x", account=delivery.account.remote_id) == []


def test_a_machine_with_a_fast_clock_neither_sends_early_nor_takes_what_is_held(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch, on_facebook: Delivery
) -> None:
    prepare(delivery)
    claim(delivery)
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + LATER)
    tasks.dispatch_due()
    delivery.refresh_from_db()
    assert delivery.state == "SENDING"
