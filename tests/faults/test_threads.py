"""Threads, and a link as first comment, under kill -9: each part is out once, in order, under the one above it.

The judge is the laboratory's ledger, which says what each thing that became public is under.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import deliveries_of
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.models import Publication
from tests.bluesky.harness import Bluesky
from tests.faults.campaign import PATIENCE
from tests.faults.cases import bluesky_account
from tests.faults.nursery import nursery
from tests.faults.test_kills import kill, release
from tests.lab.process import Lab, until
from tests.publishing.test_parts import edited
from tests.stage import Workers, drafted, informed_news, register_accounts

pytestmark = pytest.mark.procedure("P-6")
ENOUGH = 180.0
PARTS = ("Segunda parte del hilo.", "Tercera parte del hilo.", "Cuarta parte del hilo.")
THREADED = ("x", "mastodon")
NAMES = (*THREADED, "facebook")
# A call stays in the air for as long as the slowest machine needs to edit what goes under it.
PATIENT = {"PREGONERO_LEASE_SECONDS": "240", "PREGONERO_CALL_SECONDS": "200"}


@pytest.fixture
def accounts(lab: Lab, workers: Workers, people: dict[str, Member], settings: Any) -> dict[str, Account]:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    registered = register_accounts(lab, people["carmen"], timezone.now(), NAMES)
    page = registered[-1]
    page.link_as_comment, page.link_as_comment_reason = True, "Dos enlaces al mes."
    page.save()
    return dict(zip(NAMES, registered, strict=True))


@pytest.fixture
def publication(lab: Lab, accounts: dict[str, Account], people: dict[str, Member]) -> Publication:
    """A thread of four on X and on Mastodon, and on Facebook a post with its link as first comment."""
    now, beto = timezone.now(), people["beto"]
    made = drafted(informed_news(lab, people["luis"], now, with_media=False), beto, now)
    for name in THREADED:
        made = edited(made, accounts[name], beto, now, *PARTS)
    due_at = now.replace(second=0, microsecond=0)
    return actions.program_publication(publication=made, due_at=due_at, by=beto, now=now)


def thread(publication: Publication, account: Account) -> list[Delivery]:
    return [each for each in deliveries_of(publication.ref) if each.account_id == account.pk]


def all_out(publication: Publication) -> bool:
    return {each.state for each in deliveries_of(publication.ref)} == {"PUBLISHED"}


def hold(lab: Lab, accounts: dict[str, Account], names: tuple[str, ...], kind: str) -> None:
    """Have the second part's commit held, on each of these networks."""
    for name in names:
        rule = {"network": name, "account": accounts[name].remote_id, "endpoint": "commit", "skip": 1, "times": 1}
        lab.fault(kind=kind, **rule)


def wait_held(lab: Lab, count: int) -> None:
    query = {"wait_held": count, "timeout": 60}
    until(lambda: lab.client.get("/faults", params=query, timeout=70).json()["reached"], timeout=ENOUGH)


def check_complete(lab: Lab, publication: Publication, account: Account) -> list[str]:
    """Check each part out once, in order, each under the one above; return their words."""
    out = lab.posts(network=account.network, account=account.remote_id)
    made = thread(publication, account)
    assert [entry["id"] for entry in out] == [each.remote_id for each in made]
    assert [entry["under"] for entry in out] == ["", *(each.remote_id for each in made[:-1])]
    return [entry["text"] for entry in out]


def test_a_kill_within_a_part_leaves_every_part_out_once(
    lab: Lab, workers: Workers, accounts: dict[str, Account], publication: Publication
) -> None:
    """The worker is killed after the network took the second part, before the answer is stored."""
    hold(lab, accounts, NAMES, "hold_after")
    first = workers.start()
    wait_held(lab, len(NAMES))
    kill(first)
    release(lab, "cut")
    second = workers.start()
    try:
        until(lambda: all_out(publication), timeout=ENOUGH)
    finally:
        kill(second)
    for name in THREADED:
        assert check_complete(lab, publication, accounts[name])[1:] == list(PARTS)
    assert check_complete(lab, publication, accounts["facebook"])[1] == publication.link


@pytest.mark.slow  # the last look at a comment is almost three minutes after the cut
def test_a_comment_that_is_taken_after_the_last_look_is_left_to_a_person(
    lab: Lab, workers: Workers, accounts: dict[str, Account], publication: Publication
) -> None:
    """Nothing would keep Facebook from taking a second one with the same words."""
    hold(lab, accounts, ("facebook",), "hold_before")
    first = workers.start()
    wait_held(lab, 1)
    kill(first)
    second = workers.start()
    comment = thread(publication, accounts["facebook"])[1]
    try:
        until(lambda: Delivery.objects.get(pk=comment.pk).state == "NEEDS_PERSON", timeout=2 * ENOUGH)
        release(lab, "process")
        page = accounts["facebook"].remote_id
        until(lambda: len(lab.posts(network="facebook", account=page)) > 1, timeout=ENOUGH)
    finally:
        kill(second)
    assert [entry["text"] for entry in lab.posts(network="facebook", account=page)][1:] == [publication.link]
    assert Delivery.objects.get(pk=comment.pk).state == "NEEDS_PERSON"


def test_a_part_refused_is_corrected_and_one_edited_late_goes_out_as_it_is_now(
    lab: Lab, workers: Workers, accounts: dict[str, Account], publication: Publication, people: dict[str, Member]
) -> None:
    """X refuses the second part; on Mastodon the third is edited when the first is out and the second on its way."""
    x, mastodon, beto = accounts["x"], accounts["mastodon"], people["beto"]
    second, third, fourth = PARTS
    refusing = {"kind": "status", "code": 403, "network": "x", "account": x.remote_id, "endpoint": "commit"}
    lab.fault(**refusing, skip=1, times=1)
    hold(lab, accounts, ("mastodon",), "hold_before")
    worker = replace(workers, environment=workers.environment | PATIENT).start()
    try:
        wait_held(lab, 1)
        assert states(publication, mastodon)[0] == "PUBLISHED"
        edited(publication, mastodon, beto, timezone.now(), second, "La tercera, corregida.", fourth)
        release(lab, "process")
        stopped = ["PUBLISHED", "REJECTED", "CANCELLED", "CANCELLED"]
        until(lambda: states(publication, x) == stopped, timeout=ENOUGH)
        until(lambda: set(states(publication, mastodon)) == {"PUBLISHED"}, timeout=ENOUGH)
        edited(publication, x, beto, timezone.now(), "La segunda, corregida.", third, fourth)
        minute = timezone.now().replace(second=0, microsecond=0)
        actions.move_publication(publication=publication, due_at=minute, by=beto, now=timezone.now())
        until(lambda: all_out(publication), timeout=ENOUGH)
    finally:
        kill(worker)
    assert check_complete(lab, publication, x)[1:] == ["La segunda, corregida.", third, fourth]
    assert check_complete(lab, publication, mastodon)[1:] == [second, "La tercera, corregida.", fourth]


@pytest.mark.slow
def test_a_kill_between_two_parts_goes_on_with_the_next(
    lab: Lab, workers: Workers, people: dict[str, Member], real_bluesky: Bluesky, settings: Any, tmp_path: Path
) -> None:
    """The first part is stored, and nobody has claimed the second: on X, Mastodon and a real Bluesky."""
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    now, beto = timezone.now(), people["beto"]
    every = [*register_accounts(lab, people["carmen"], now, THREADED), bluesky_account(real_bluesky, people["carmen"])]
    made = drafted(informed_news(lab, people["luis"], now, with_media=False), beto, now)
    for account in every:
        made = edited(made, account, beto, now, *PARTS)
    minute = now.replace(second=0, microsecond=0)
    publication = actions.program_publication(publication=made, due_at=minute, by=beto, now=now)
    armed = [{"boundary": "record_outcomes · después", "account": each.remote_id} for each in every]
    with nursery(workers) as born:
        # One batch may store the parts of several accounts: it dies when the first of them is stored.
        first = born.start(armed=armed, log=str(tmp_path / "muertes.jsonl"), patience=PATIENCE)
        until(lambda: first.poll() is not None, timeout=ENOUGH)
        above = [thread(publication, account)[0].state for account in every]
        assert "PUBLISHED" in above  # the others' call was made too: they are out, and not stored yet
        assert set(above) <= {"PUBLISHED", "SENDING", "DUE"}
        for account in every:
            assert [each.attempts_made for each in thread(publication, account)[1:]] == [0, 0, 0]
        second = born.start()
        until(lambda: all_out(publication), timeout=ENOUGH)
        second.kill()
    for account in every[:-1]:
        assert check_complete(lab, publication, account)[1:] == list(PARTS)
    on_bluesky = real_bluesky.posts(account=every[-1].remote_id)
    assert [post["text"] for post in on_bluesky][1:] == list(PARTS)
    made_there = [each.remote_id for each in thread(publication, every[-1])]
    assert [post["id"] for post in on_bluesky] == made_there
    above = [post["record"]["reply"]["parent"]["uri"].rpartition("/")[2] for post in on_bluesky[1:]]
    assert above == made_there[:-1]


def states(publication: Publication, account: Account) -> list[str]:
    return [each.state for each in thread(publication, account)]
