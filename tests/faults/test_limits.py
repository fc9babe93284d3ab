"""The networks' limits with real workers: nothing passes them, what waits keeps its order, and nothing is repeated.

The laboratory counts the calls: a limit that is known costs no refusal, and a refusal is never asked for twice.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.networks.models import Account
from pregonero.networks.rate_limits.models import NetworkSuspension, Quota
from pregonero.outbox.actions.throttling import resume_sending
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member, Notice
from pregonero.publishing.models import Publication
from tests.lab.process import Lab, until
from tests.stage import Workers, informed_news, programmed, register_accounts

pytestmark = pytest.mark.procedure("P-6")
ENOUGH = 180.0
TOO_MANY, NO_MONEY, FORBIDDEN, CREATED = 429, 402, 403, 201
LINK_POST = 200_000


@pytest.fixture
def due(lab: Lab, people: dict[str, Member]) -> Callable[..., list[Publication]]:
    def program(many: int, *, with_media: bool = False) -> list[Publication]:
        now = timezone.now()
        news = [informed_news(lab, people["luis"], now, with_media=with_media) for _ in range(many)]
        return [programmed(each, people["beto"], now) for each in news]

    return program


@contextmanager
def working(workers: Workers, many: int = 1) -> Iterator[None]:
    # No lease is lost here, however busy the machine: what is uncertain would wait for other reasons.
    workers.environment |= {"PREGONERO_LEASE_SECONDS": "120", "PREGONERO_CALL_SECONDS": "40"}
    running = [workers.start() for _ in range(many)]
    try:
        yield
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(180)


def limited(lab: Lab, account: Account, **about: Any) -> None:
    lab.client.post("/limits", json={"account": account.remote_id, **about}).raise_for_status()


def calls(lab: Lab, *accounts: Account, kind: str = "commit", status: int | None = None) -> int:
    """Return how many calls the laboratory had for the accounts."""
    found = [
        call
        for account in accounts
        for call in lab.client.get("/calls.json", params={"account": account.remote_id, "kind": kind}).json()["calls"]
    ]
    return sum(status in (None, call["status"]) for call in found)


def in_state(state: str) -> list[int]:
    return list(Delivery.objects.filter(state=state).order_by("due_at", "pk").values_list("pk", flat=True))


def at_rest(published: int) -> bool:
    """Return whether so many are out and nothing is in the air, and all the others say why they wait."""
    waiting = Delivery.objects.filter(state="DUE", reason_code__startswith="limit:").count()
    total = Delivery.objects.count()
    return len(in_state("PUBLISHED")) == published and waiting == total - published


def looked_again(times: int = 2) -> None:
    """Wait until the workers have looked again at everything, so many times: a job that was done is gone."""
    for _ in range(times):
        job = app.configure_task("outbox.look").defer()
        until(lambda: not ProcrastinateJob.objects.filter(pk=job).exists(), timeout=ENOUGH)  # noqa: B023  in its turn


def reset_comes(lab: Lab, account: Account) -> None:
    """Have the moment come at which the window starts again, at the network and in what it told us."""
    lab.client.post("/limits/restart", json={"account": account.remote_id}).raise_for_status()
    now = timezone.now()
    Quota.objects.filter(resets_at__gt=now).update(resets_at=now)
    Delivery.objects.filter(state="DUE").update(ready_at=now)


def test_two_workers_never_pass_the_last_posts_and_the_rest_leave_after_the_reset(
    lab: Lab, workers: Workers, people: dict[str, Member], due: Callable[..., list[Publication]]
) -> None:
    (account,) = register_accounts(lab, people["carmen"], timezone.now(), ("x",))
    limited(lab, account, limits={"posts": 4})
    first = due(1)
    with working(workers, 2):
        until(lambda: in_state("PUBLISHED"), timeout=ENOUGH)
        until(
            lambda: Quota.objects.filter(account=account, quota_key="posts", reported_remaining=3).exists(),
            timeout=ENOUGH,
        )
    ten = due(10)  # with nobody at work: a worker would find that the news' address does not answer from here
    with working(workers, 2):
        order = [Delivery.objects.filter(subject_id=publication.pk).get().pk for publication in (*first, *ten)]
        until(lambda: at_rest(4), timeout=ENOUGH)
        assert set(in_state("PUBLISHED")) < set(order)
        waits = Delivery.objects.filter(state="DUE")
        assert {delivery.reason_code for delivery in waits} == {"limit:posts"}
        assert all(delivery.ready_at > timezone.now() for delivery in waits)

        reset_comes(lab, account)
        until(lambda: at_rest(8), timeout=ENOUGH)

        reset_comes(lab, account)
        until(lambda: at_rest(11), timeout=ENOUGH)
    assert calls(lab, account, status=TOO_MANY) == 0
    assert calls(lab, account, status=CREATED) == 11


def test_with_room_for_one_at_a_time_they_leave_in_the_order_of_their_programme(
    lab: Lab, workers: Workers, people: dict[str, Member], due: Callable[..., list[Publication]]
) -> None:
    """Nobody races: a window holds one, and the next one opens when the last has left. The ledger says who was when."""
    (account,) = register_accounts(lab, people["carmen"], timezone.now(), ("x",))
    limited(lab, account, limits={"posts": 1})
    publications = due(1)
    with working(workers, 2):
        until(lambda: at_rest(1), timeout=ENOUGH)
        until(
            lambda: Quota.objects.filter(account=account, quota_key="posts", reported_remaining=0).exists(),
            timeout=ENOUGH,
        )
    publications += due(3)
    with working(workers, 2):
        until(lambda: at_rest(1), timeout=ENOUGH)
        for out in (2, 3, 4):
            reset_comes(lab, account)
            app.configure_task("outbox.look").defer()
            until(lambda: at_rest(out), timeout=ENOUGH)  # noqa: B023  waited for in its turn
    programme = [Delivery.objects.filter(subject_id=publication.pk).get().remote_id for publication in publications]
    assert [post["id"] for post in lab.posts(account=account.remote_id)] == programme
    assert calls(lab, account, status=TOO_MANY) == 0


@pytest.mark.slow
def test_an_application_s_limit_is_shared_by_its_accounts(
    lab: Lab, workers: Workers, people: dict[str, Member], due: Callable[..., list[Publication]]
) -> None:
    (one,) = register_accounts(lab, people["carmen"], timezone.now(), ("x",))
    limited(lab, one, limits={"app_posts": 4}, app=one.remote_id)
    due(1)
    with working(workers):
        until(lambda: in_state("PUBLISHED"), timeout=ENOUGH)
        until(lambda: Quota.objects.filter(account=None, reported_remaining=3).exists(), timeout=ENOUGH)
    (other,) = register_accounts(lab, people["carmen"], timezone.now(), ("x",))
    limited(lab, other, limits={"app_posts": 4}, app=one.remote_id)
    due(4)
    with working(workers):
        until(lambda: at_rest(4), timeout=ENOUGH)
    assert {delivery.account_id for delivery in Delivery.objects.filter(state="DUE")} <= {one.pk, other.pk}
    assert set(Delivery.objects.filter(state="DUE").values_list("reason_code", flat=True)) == {"limit:app_posts"}
    assert calls(lab, one, other, status=TOO_MANY) == 0


@pytest.mark.slow
def test_spent_money_is_told_once_and_asked_for_no_more(
    lab: Lab, workers: Workers, people: dict[str, Member], due: Callable[..., list[Publication]]
) -> None:
    (account,) = register_accounts(lab, people["carmen"], timezone.now(), ("x",))
    limited(lab, account, credits=2 * LINK_POST)
    due(5)
    with working(workers):
        until(lambda: at_rest(2), timeout=ENOUGH)
        made = calls(lab, account)
        assert 3 <= made <= 5  # what was in the air together was refused together, each once
        looked_again()
        assert calls(lab, account) == made
        stop = NetworkSuspension.objects.get()
        assert (stop.code, stop.until) == ("402", None)
        for person in ("beto", "carmen"):
            assert Notice.objects.filter(member=people[person], kind="sending.suspended").count() == 1

        limited(lab, account, credits=10 * LINK_POST)
        resume_sending(stop=stop, by=people["beto"], now=timezone.now())
        until(lambda: at_rest(5), timeout=ENOUGH)
    assert calls(lab, account, status=CREATED) == 5


@pytest.mark.slow
def test_a_429_holds_everything_else_of_its_account(
    lab: Lab, workers: Workers, people: dict[str, Member], due: Callable[..., list[Publication]]
) -> None:
    (account,) = register_accounts(lab, people["carmen"], timezone.now(), ("x",))
    lab.fault(kind="status", code=429, ms=3_600_000, endpoint="commit", account=account.remote_id, times=1)
    due(1)
    with working(workers):
        until(lambda: at_rest(0), timeout=ENOUGH)
    due(3)
    with working(workers):
        until(lambda: Delivery.objects.filter(state="DUE", reason_code="limit:429").count() == 4, timeout=ENOUGH)
        assert calls(lab, account) == 1
    opens = timezone.now() + timedelta(minutes=30)
    assert all(delivery.ready_at > opens for delivery in Delivery.objects.all())


@pytest.mark.slow
def test_youtube_s_spent_quota_waits_for_midnight_and_is_asked_for_no_more(
    lab: Lab, workers: Workers, people: dict[str, Member], due: Callable[..., list[Publication]], settings: Any
) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    (account,) = register_accounts(lab, people["carmen"], timezone.now(), ("youtube",))
    limited(lab, account, limits={"inserts": 1})
    due(1, with_media=True)
    with working(workers):
        until(lambda: len(in_state("PUBLISHED")) == 1, timeout=ENOUGH)
    due(2, with_media=True)  # once the first is out: a quota that is spent holds also what was uploaded before
    with working(workers):
        until(NetworkSuspension.objects.exists, timeout=ENOUGH)
        waiting = Delivery.objects.exclude(state="PUBLISHED")
        until(lambda: all(each.reason_code.startswith("limit:") for each in waiting.all()), timeout=ENOUGH)
        refused = calls(lab, account, kind="prepare", status=FORBIDDEN)
        looked_again()
        assert calls(lab, account, kind="prepare", status=FORBIDDEN) == refused <= 2
    stop = NetworkSuspension.objects.get()
    assert stop.until is not None
    # Each reckons midnight from the moment of its own refusal: the stop is as long as the longest.
    midnight = stop.until - timedelta(minutes=1)
    assert [(each.prepare_at, stop.until) for each in waiting.all() if each.prepare_at < midnight] == []
    assert Notice.objects.filter(member=people["beto"], kind="sending.suspended").count() == 1
