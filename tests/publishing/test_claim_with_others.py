"""A claim fills its batch with what other accounts of its network have due; one with an obstacle is left to its own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from pregonero.networks.models import Account, Credential
from pregonero.networks.rate_limits.models import Quota
from pregonero.outbox import send_batches, sender
from pregonero.outbox.actions import claim, throttling
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.batch_prepare import prepare_locally
from pregonero.outbox.models import Attempt, Delivery
from pregonero.outbox.send_job import SendJob
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.records.models import Event
from tests.faults.cases import somebody
from tests.lab.process import Lab
from tests.publishing.test_waves import news
from tests.stage import programmed, publication_of, register_accounts

pytestmark = pytest.mark.procedure("P-6")
WORKER = "worker-1"


@pytest.fixture
def ana(db: None) -> Member:
    return somebody()


@pytest.fixture
def accounts(lab: Lab, ana: Member, db: None, settings: Any) -> dict[str, Account]:
    """Accounts on X of two entities, and one on Mastodon."""
    settings.NETWORK_ADDRESSES = {"x": f"{lab.url}/x", "mastodon": f"{lab.url}/mastodon"}
    now = timezone.now()
    (own,) = register_accounts(lab, ana, now, ("x",))
    other, mastodon = register_accounts(lab, somebody(), now, ("x", "mastodon"))
    return {"own": own, "other": other, "mastodon": mastodon}


@pytest.fixture
def due(accounts: dict[str, Account], ana: Member) -> dict[str, list[Delivery]]:
    """Three deliveries on each account, prepared and due."""
    now = timezone.now()
    for person in (ana, Member.objects.get(entity=accounts["other"].entity)):
        for number in range(3):
            programmed(news(number, person, now), person, now)
    promote_due(now=now)
    prepare_locally(now=now)
    return {
        name: list(Delivery.objects.filter(account=account).order_by("due_at", "pk"))
        for name, account in accounts.items()
    }


def claimed(account: Account, *, limit: int = 64) -> list[SendJob]:
    return sender.claim(account_id=account.pk, worker=WORKER, limit=limit, with_others=True)


def ids(deliveries: list[Delivery]) -> list[int]:
    return [delivery.pk for delivery in deliveries]


def test_one_claim_leases_what_every_account_has_due(
    due: dict[str, list[Delivery]], accounts: dict[str, Account]
) -> None:
    jobs = claimed(accounts["own"])
    assert [job.delivery_id for job in jobs] == ids(due["own"]) + ids(due["other"])
    for job in jobs:
        delivery = Delivery.objects.select_related("account").get(pk=job.delivery_id)
        assert (delivery.state, delivery.leased_by) == ("SENDING", job.lease)
        assert (job.network, job.credentials.remote_id) == (delivery.account.network, delivery.account.remote_id)
        assert Attempt.objects.get(delivery=delivery).worker == WORKER
        assert Event.objects.filter(ref=delivery.ref.reference, event_type="delivery.attempted").count() == 1


@pytest.mark.parametrize("name", ["own", "mastodon"])
def test_no_batch_mixes_networks(due: dict[str, list[Delivery]], accounts: dict[str, Account], name: str) -> None:
    """A network that does not answer fills the batches of its own accounts alone."""
    assert {job.network for job in claimed(accounts[name])} == {accounts[name].network}


def test_the_own_account_comes_first(due: dict[str, list[Delivery]], accounts: dict[str, Account]) -> None:
    assert [job.delivery_id for job in claimed(accounts["other"], limit=2)] == ids(due["other"])[:2]
    jobs = claimed(accounts["other"], limit=2)
    assert [job.delivery_id for job in jobs] == [due["other"][2].pk, due["own"][0].pk]


def test_a_batch_makes_all_of_it_public(lab: Lab, due: dict[str, list[Delivery]], accounts: dict[str, Account]) -> None:
    """The calls of every account are made, and their answers stored together."""
    for job in claimed(accounts["own"]):
        sender.store_results([sender.make_public(job)])
    for name, state in (("own", "PUBLISHED"), ("other", "PUBLISHED"), ("mastodon", "DUE")):
        out = lab.posts(network=accounts[name].network, account=accounts[name].remote_id)
        assert len(out) == (3 if state == "PUBLISHED" else 0)
        assert {Delivery.objects.get(pk=pk).state for pk in ids(due[name])} == {state}


def no_credential(account: Account, _ana: Member, _now: datetime) -> None:
    Credential.objects.filter(account=account).delete()


def unreadable_credential(account: Account, _ana: Member, _now: datetime) -> None:
    Credential.objects.filter(account=account).update(encrypted=b"x")


def changed_content(account: Account, _ana: Member, _now: datetime) -> None:
    for delivery in Delivery.objects.filter(account=account):
        Delivery.objects.filter(pk=delivery.pk).update(payload={**delivery.payload, "text": "Otro texto"})


def missing_file(account: Account, _ana: Member, _now: datetime) -> None:
    for delivery in Delivery.objects.filter(account=account):
        media = [{"sha256": "0" * 64, "alt": ""}]
        Delivery.objects.filter(pk=delivery.pk).update(payload={**delivery.payload, "media": media})


def used_up_limit(account: Account, _ana: Member, now: datetime) -> None:
    Quota.objects.filter(account=account).update(own_limit=0)


@pytest.mark.parametrize(
    "obstacle",
    [no_credential, unreadable_credential, changed_content, missing_file, used_up_limit],
    ids=lambda obstacle: obstacle.__name__,
)
def test_an_obstacle_of_another_account_changes_nothing_of_it(
    due: dict[str, list[Delivery]],
    accounts: dict[str, Account],
    ana: Member,
    obstacle: Callable[[Account, Member, datetime], None],
) -> None:
    obstacle(accounts["other"], ana, timezone.now())
    before = list(Delivery.objects.filter(account=accounts["other"]).order_by("pk").values())
    assert [job.delivery_id for job in claimed(accounts["own"])] == ids(due["own"])
    assert list(Delivery.objects.filter(account=accounts["other"]).order_by("pk").values()) == before
    assert sender.claim(account_id=accounts["other"].pk, worker=WORKER, limit=64) == []  # and its own says why
    assert list(Delivery.objects.filter(account=accounts["other"]).order_by("pk").values()) != before


def test_what_is_on_hold_is_not_claimed_with_others(
    due: dict[str, list[Delivery]], accounts: dict[str, Account]
) -> None:
    """The publication of the first, of the other entity, is on hold: its Mastodon post too."""
    held, *rest = due["other"]
    person = Member.objects.get(entity=accounts["other"].entity)
    actions.pause_publication(publication=publication_of(held), reason="Espera", by=person, now=timezone.now())
    assert [job.delivery_id for job in claimed(accounts["own"])] == ids(due["own"]) + ids(rest)


def test_an_account_has_no_more_in_flight_than_its_own_claims_allow(
    due: dict[str, list[Delivery]], accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim, "MOST_IN_FLIGHT", 1)
    assert [job.delivery_id for job in claimed(accounts["own"])] == [due["own"][0].pk, due["other"][0].pk]
    assert claimed(accounts["own"]) == []


def test_the_limits_of_each_account_are_its_own(
    due: dict[str, list[Delivery]], accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = throttling.admitted
    asked: list[str] = []

    def one(account: Account, posts: Any, *, now: datetime) -> Any:
        asked.append(account.handle)
        return real(account, posts[:1] if account == accounts["other"] else posts, now=now)

    monkeypatch.setattr(throttling, "admitted", one)
    jobs = [job.delivery_id for job in claimed(accounts["own"])]
    assert asked == [accounts["own"].handle, accounts["other"].handle]
    assert jobs == [*ids(due["own"]), due["other"][0].pk]
    left = Delivery.objects.filter(account=accounts["other"], state="DUE", reason_code="")
    assert set(left.values_list("pk", flat=True)) == set(ids(due["other"])[1:])


def test_a_claim_waits_for_no_other_application(due: dict[str, list[Delivery]], accounts: dict[str, Account]) -> None:
    here = connection.connection.info
    with psycopg.connect(here.dsn, password=here.password) as another:
        another.execute("SELECT pg_advisory_xact_lock(%s::int, hashtext('quota:x'))", [accounts["other"].entity_id])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
        assert [job.delivery_id for job in claimed(accounts["own"])] == ids(due["own"])
        another.rollback()
    assert [job.delivery_id for job in claimed(accounts["own"])] == ids(due["other"])  # which has nothing left itself


def test_a_row_of_another_account_that_the_database_rejects_does_not_stop_the_own(
    due: dict[str, list[Delivery]], accounts: dict[str, Account]
) -> None:
    Attempt.objects.create(  # an attempt that was left open, which no action does
        delivery=due["other"][0],
        number=1,
        started_at=timezone.now(),
        worker="w",
        fingerprint="f",
        content={},
        prepared={},
    )
    assert [job.delivery_id for job in claimed(accounts["own"])] == ids(due["own"])
    own = sender.claim(account_id=accounts["other"].pk, worker=WORKER, limit=64)
    assert [job.delivery_id for job in own] == ids(due["other"])[1:]


def test_a_job_claims_with_others(
    due: dict[str, list[Delivery]], accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(sender, "claim", lambda **arguments: asked.append(arguments) or [])
    send_batches.send_for_a_while(account_id=accounts["own"].pk, worker=WORKER, scale_out=lambda: None)
    assert asked
    assert all(each["with_others"] for each in asked)
