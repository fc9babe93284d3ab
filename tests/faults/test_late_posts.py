"""A network takes a call after our worker gave up, while a person edits, cancels, moves or pauses: never two posts.

Item by item of the moments in which it can happen: before the next preparation, after it, and after everything ended.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pregonero.errors import Refused
from pregonero.networks import base
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.base import Transient
from pregonero.outbox import sender
from pregonero.outbox.actions.cancellation import RECHECK_AFTER
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member, Notice
from pregonero.publishing import actions
from tests.bluesky.harness import Bluesky
from tests.lab.process import Lab, until
from tests.networks.subjects import bluesky_credentials
from tests.publishing.results import send_delivery
from tests.publishing.test_interleavings import change
from tests.stage import deliveries_in, informed_news, programmed, publication_of, register_accounts

WORKER = "máquina:1:aaaa"
NETWORKS = ("x", "facebook", "youtube", "mastodon", "bluesky")
NEW_TEXT = "Texto corregido después del envío"
Judge = Lab | Bluesky


class Case:
    """One delivery whose commit call is held at its network, and what happens to it."""

    def __init__(self, judge: Judge, delivery: Delivery, by: Member) -> None:
        self.judge, self.delivery, self.by = judge, delivery, by

    def posts(self) -> list[dict[str, Any]]:
        account = self.delivery.account
        return [post for post in self.judge.posts(account=account.remote_id) if post.get("kind", "post") == "post"]

    def lose_the_answer(self) -> None:
        """Send it, with its call cut and held at the network, and reconcile until the network does not have it."""
        self.judge.fault(kind="cut_then_accept", endpoint="commit", account=self.delivery.account.remote_id, times=1)
        self.prepare()
        self.send()
        assert self.reload().state == DeliveryState.UNCERTAIN
        self.reconcile()
        assert self.reload().state == DeliveryState.DUE
        assert self.posts() == []

    def prepare(self) -> None:
        promote_due(now=timezone.now())
        for _ in range(60):  # a video takes a while to be processed
            Delivery.objects.filter(pk=self.delivery.pk).update(
                prepare_at=timezone.now(), leased_by="", leased_until=None
            )
            sender.prepare_delivery(delivery_id=self.delivery.pk, worker=WORKER)
            if self.reload().prepared_for or self.delivery.state not in ("PLANNED", "DUE"):
                return
            if "unanswered" in self.delivery.reason_code:
                return

    def send(self) -> None:
        promote_due(now=timezone.now())
        Delivery.objects.filter(pk=self.delivery.pk, state="DUE").update(ready_at=timezone.now())
        for job in claim_batch(account_id=self.delivery.account_id, worker=WORKER, limit=10, now=timezone.now()):
            send_delivery(job)
        self.reload()

    def reconcile(self) -> None:
        for _ in range(10):
            if self.reload().state != DeliveryState.UNCERTAIN:
                return
            Delivery.objects.filter(pk=self.delivery.pk).update(ready_at=timezone.now())
            sender.reconcile_delivery(delivery_id=self.delivery.pk, worker=WORKER)

    def accept_late(self) -> None:
        """Let the network take the held call, and wait until it has answered it."""
        self.judge.client.post("/faults/release", json={"verdict": "auto"}).raise_for_status()

    def recheck(self) -> None:
        Delivery.objects.filter(pk=self.delivery.pk, recheck_at__isnull=False).update(recheck_at=timezone.now())
        sender.recheck_delivery(delivery_id=self.delivery.pk)
        self.reload()

    def reload(self) -> Delivery:
        self.delivery = Delivery.objects.select_related("account").get(pk=self.delivery.pk)
        return self.delivery

    def is_notified(self, kind: str) -> bool:
        return Notice.objects.filter(member=self.by, kind__startswith=kind).exists()


@pytest.fixture
def unsettled(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set how long after a call its network may still take it, in seconds."""
    return lambda seconds: monkeypatch.setattr(base, "SETTLE_SECONDS", seconds)


@pytest.fixture(params=NETWORKS)
def case(
    request: pytest.FixtureRequest, lab: Lab, carmen: Member, luis: Member, ana: Member, settings: Any, tmp_path: Any
) -> Iterator[Case]:
    network, now = request.param, timezone.now()
    settings.MEDIA_FOLDER, settings.PRIVATE_ADDRESSES_ALLOWED = tmp_path, ["127.0.0.1"]
    settings.NETWORK_ADDRESSES = {
        "x": f"{lab.url}/x",
        "facebook": f"{lab.url}/graph",
        "youtube": f"{lab.url}/youtube",
        "mastodon": f"{lab.url}/mastodon",
    }
    judge: Judge = lab
    if network == "bluesky":
        judge = request.getfixturevalue("bluesky")
        connect_bluesky(judge, carmen, now)
    else:
        register_accounts(lab, carmen, now, (network,))
    news = informed_news(lab, luis, now, with_media=network == "youtube")
    delivery = deliveries_in(programmed(news, ana, now)).get()
    yield Case(judge, delivery, ana)
    judge.client.delete("/faults")


def connect_bluesky(bluesky: Bluesky, carmen: Member, now: datetime) -> None:
    access = bluesky_credentials(bluesky, password=True)
    account = register_account(
        entity=carmen.entity,
        network="bluesky",
        handle=access.handle,
        remote_id=access.remote_id,
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        server=bluesky.url,
        by=carmen,
        now=now,
    )
    connect_account(account=account, token=access.token, expires_at=None, by=carmen, now=now)


def edit(case: Case) -> None:
    has_title = case.delivery.account.network == "youtube"  # whose public text is its title
    change(case.delivery, case.by, text=NEW_TEXT, **({"title": NEW_TEXT} if has_title else {}))
    case.reload()


def cancel(case: Case) -> None:
    publication = publication_of(case.delivery)
    actions.cancel_publication(publication=publication, reason="No va", by=case.by, now=timezone.now())
    assert case.reload().state == DeliveryState.CANCELLED


def expire(case: Case) -> None:
    promote_due(now=case.delivery.expires_at + timedelta(seconds=1))
    assert case.reload().state == DeliveryState.EXPIRED


def move(case: Case) -> None:
    expire(case)
    now = timezone.now()
    actions.move_publication(
        publication=publication_of(case.delivery), due_at=now + timedelta(minutes=1), by=case.by, now=now
    )
    Delivery.objects.filter(pk=case.delivery.pk).update(due_at=now, ready_at=now, prepare_at=now)


def pause(case: Case) -> None:
    actions.pause_publication(
        publication=publication_of(case.delivery), reason="Espera", by=case.by, now=timezone.now()
    )
    actions.resume_publication(publication=publication_of(case.delivery), by=case.by, now=timezone.now())


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize("act", [edit, move, pause], ids=lambda act: act.__name__)
def test_a_call_taken_before_the_next_preparation_stays_the_only_post(
    case: Case, act: Callable[[Case], None], unsettled: Callable[[float], None]
) -> None:
    unsettled(0)
    case.lose_the_answer()
    case.accept_late()
    until(case.posts)
    act(case)
    case.prepare()
    case.send()
    case.reconcile()
    assert case.reload().state == DeliveryState.PUBLISHED
    (post,) = case.posts()
    assert post["id"].endswith(case.delivery.remote_id.rpartition("_")[2]) or post["id"] == case.delivery.remote_id
    assert case.is_notified("delivery.earlier_content") == (act is edit and NEW_TEXT not in post["text"])


@pytest.mark.procedure("P-6")
def test_a_call_taken_after_the_next_preparation_makes_no_second_post(
    case: Case, unsettled: Callable[[float], None]
) -> None:
    """X has no key and nothing to delete: it waits until the call can no longer be taken, so it is not tried here."""
    if case.delivery.account.network == "x":
        unsettled(600)
        case.lose_the_answer()
        edit(case)
        case.prepare()
        assert case.reload().reason_code == "unanswered"
        case.accept_late()
        until(case.posts)
        case.prepare()
    else:
        unsettled(0)
        case.lose_the_answer()
        edit(case)
        case.prepare()
        case.accept_late()
        case.send()
        case.reconcile()
    assert case.reload().state == DeliveryState.PUBLISHED
    assert len(case.posts()) == 1


@pytest.mark.procedure("P-6")
def test_an_edit_is_published_once_when_the_lost_call_was_never_taken(
    case: Case, unsettled: Callable[[float], None]
) -> None:
    unsettled(0)
    case.lose_the_answer()
    case.judge.client.post("/faults/release", json={"verdict": "cut"}).raise_for_status()
    edit(case)
    case.prepare()
    case.send()
    case.reconcile()
    assert case.reload().state == DeliveryState.PUBLISHED
    (post,) = case.posts()
    assert NEW_TEXT in post["text"]
    assert not case.is_notified("delivery.earlier_content")


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize("act", [cancel, expire], ids=lambda act: act.__name__)
def test_a_post_that_appears_after_the_end_is_found_and_told(
    case: Case, act: Callable[[Case], None], unsettled: Callable[[float], None]
) -> None:
    unsettled(0)
    case.lose_the_answer()
    act(case)
    assert case.delivery.recheck_at is not None
    case.recheck()
    assert case.delivery.state in (DeliveryState.CANCELLED, DeliveryState.EXPIRED)
    case.accept_late()
    until(case.posts)
    case.recheck()
    assert case.delivery.state == DeliveryState.PUBLISHED
    assert case.is_notified("delivery.out_anyway")


class WorkerLost(BaseException):
    """A worker that ends where it stands: no handler of ours sees it."""


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize("act", ["store_superseded", "publish_superseded"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
def test_a_worker_lost_around_the_superseding_leaves_one_post(
    case: Case, act: str, is_done: bool, unsettled: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    unsettled(0)
    case.lose_the_answer()
    if act == "publish_superseded":
        case.accept_late()
        until(case.posts)
    edit(case)
    lose_worker_around(monkeypatch, act, is_done=is_done)
    with pytest.raises(WorkerLost):
        case.prepare()
    monkeypatch.undo()
    unsettled(0)
    case.reload()
    # Once X can no longer take a call (its time is over), nothing has to prevent it.
    if act == "store_superseded" and case.delivery.account.network != "x":
        case.accept_late()
    case.prepare()
    case.send()
    case.reconcile()
    assert case.reload().state == DeliveryState.PUBLISHED
    assert len(case.posts()) == 1


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize("act", ["start_recheck", "record_recheck"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
def test_a_worker_lost_around_a_recheck_is_followed_by_another_look(
    case: Case, act: str, is_done: bool, unsettled: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    unsettled(0)
    case.lose_the_answer()
    cancel(case)
    case.accept_late()
    until(case.posts)
    lose_worker_around(monkeypatch, act, is_done=is_done)
    with pytest.raises(WorkerLost):
        case.recheck()
    monkeypatch.undo()
    case.recheck()
    assert case.delivery.state == DeliveryState.PUBLISHED
    assert case.is_notified("delivery.out_anyway")


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize("look", range(len(RECHECK_AFTER)))
def test_a_look_without_an_answer_is_made_again(
    case: Case, look: int, unsettled: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    unsettled(0)
    case.lose_the_answer()
    cancel(case)
    for _ in range(look):
        case.recheck()
    case.accept_late()
    until(case.posts)
    with monkeypatch.context() as network:
        network.setattr(sender, "_resolve_attempt", no_answer)
        case.recheck()
    with monkeypatch.context() as account:
        account.setattr(sender, "credentials_of", not_connected)
        case.recheck()
    assert (case.delivery.state, case.delivery.rechecks_made) == (DeliveryState.CANCELLED, look)
    case.recheck()
    assert case.delivery.state == DeliveryState.PUBLISHED
    assert case.is_notified("delivery.out_anyway")


@pytest.mark.procedure("P-6")
def test_looks_end_when_the_network_has_nothing(case: Case, unsettled: Callable[[float], None]) -> None:
    unsettled(0)
    case.lose_the_answer()
    cancel(case)
    for _ in RECHECK_AFTER:
        assert case.delivery.recheck_at is not None
        case.recheck()
    assert (case.delivery.state, case.delivery.recheck_at) == (DeliveryState.CANCELLED, None)


@pytest.mark.procedure("P-6")
def test_looks_that_never_get_an_answer_end_after_a_week(
    case: Case, unsettled: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    unsettled(0)
    case.lose_the_answer()
    cancel(case)
    monkeypatch.setattr(sender, "_resolve_attempt", no_answer)
    case.recheck()
    assert case.delivery.recheck_at is not None
    monkeypatch.setattr(sender, "database_now", lambda: timezone.now() + timedelta(days=8))
    case.recheck()
    assert case.delivery.recheck_at is None


def no_answer(*_call: Any) -> None:
    raise Transient("La red no responde.", code="unavailable")


def not_connected(*, account_id: int) -> None:
    raise Refused("La cuenta no está conectada.")


def lose_worker_around(monkeypatch: pytest.MonkeyPatch, act: str, *, is_done: bool) -> None:
    """End the worker right before an action of the sender, or right after its transaction."""
    action = getattr(sender, act)

    def lost(**arguments: Any) -> None:
        if is_done:
            action(**arguments)
        raise WorkerLost

    monkeypatch.setattr(sender, act, lost)
