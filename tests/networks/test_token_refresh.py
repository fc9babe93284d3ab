"""Tokens are refreshed before they expire and when refused, by one process at a time; an end is notified once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pregonero.networks import oauth, queries
from pregonero.networks.actions.credentials import record_lost_authorization
from pregonero.networks.actions.register import pause_account, save_application
from pregonero.networks.actions.tokens import lease_refresh
from pregonero.networks.base import Unauthorized
from pregonero.networks.models import Account, AccountState, Credential, CredentialState
from pregonero.networks.registry import connector
from pregonero.networks.tasks import refresh_due
from pregonero.networks.tokens import refresh_account_token, refreshed_credentials, with_token_refresh
from pregonero.outbox import sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.people.models import Member, Notice
from pregonero.records.models import Event
from tests.lab.process import Lab
from tests.networks.consenting import application, connect, point_at, registered, signed_in
from tests.publishing.results import send_delivery
from tests.stage import deliveries_in, informed_news, programmed

pytestmark = pytest.mark.procedure("M-3")


@pytest.fixture(autouse=True)
def _pointed(lab: Lab, settings: Any) -> Iterator[None]:
    point_at(lab, settings)
    yield


@pytest.fixture
def account(lab: Lab, carmen: Member, now: datetime) -> Account:
    return connected(lab, "x", carmen, now)


def connected(lab: Lab, network: str, carmen: Member, now: datetime) -> Account:
    theirs = lab.new_account(network)
    application(lab, network, carmen, now)
    made = registered(theirs, carmen, now)
    connect(signed_in(carmen), made, theirs["id"])
    made.refresh_from_db()
    return made


def secret_of(account: Account) -> tuple[str, str]:
    access, refresh = queries.open_credential(account, Credential.objects.get(account=account))
    return access.token, refresh


def told(member: Member) -> list[str]:
    return list(Notice.objects.filter(member=member, kind__startswith="account.").values_list("title", flat=True))


def test_a_token_is_renewed_ahead_and_the_refresh_token_turns(account: Account) -> None:
    before = secret_of(account)
    credential = Credential.objects.get()
    assert credential.refresh_at is not None and credential.expires_at is not None
    assert timezone.now() < credential.refresh_at < credential.expires_at
    assert queries.accounts_due_for_refresh(now=timezone.now()) == []
    assert queries.accounts_due_for_refresh(now=credential.refresh_at) == [account.pk]

    refresh_account_token(account.pk)

    after = secret_of(account)
    assert after[0] != before[0] and after[1] != before[1]
    assert Credential.objects.get().generation == credential.generation + 1
    assert Event.objects.filter(event_type="account.renewed").count() == 1
    assert connector("x").probe(queries.credentials_for(account)).remote_id == account.remote_id


def test_google_gives_no_new_refresh_token_and_the_old_one_stays(lab: Lab, carmen: Member, now: datetime) -> None:
    account = connected(lab, "youtube", carmen, now)
    before = secret_of(account)
    refresh_account_token(account.pk)
    after = secret_of(account)
    assert (after[0] != before[0], after[1]) == (True, before[1])


def test_the_periodic_task_looks_for_what_is_due(account: Account) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    Credential.objects.update(refresh_at=timezone.now() - timedelta(seconds=1))
    refresh_due(timestamp=0)
    jobs = ProcrastinateJob.objects.filter(task_name="networks.refresh", args={"account_id": account.pk})
    assert jobs.count() == 1


def test_one_process_renews_at_a_time(account: Account) -> None:
    now = timezone.now()
    first = lease_refresh(account_id=account.pk, now=now)
    second = lease_refresh(account_id=account.pk, now=now)
    assert first is not None and second is not None
    assert (first.is_busy, second.is_busy) == (False, True)
    later = lease_refresh(account_id=account.pk, now=now + timedelta(minutes=5))
    assert later is not None and not later.is_busy


def test_whoever_comes_after_a_renewal_uses_what_it_brought(account: Account) -> None:
    stale = queries.credentials_for(account)
    refresh_account_token(account.pk)
    events = Event.objects.filter(event_type="account.renewed").count()
    assert refreshed_credentials(stale, Unauthorized("no")) == queries.credentials_for(account)
    assert Event.objects.filter(event_type="account.renewed").count() == events


def test_a_refused_token_is_renewed_and_the_call_made_again(lab: Lab, account: Account) -> None:
    lab.client.post(f"/tokens/{account.remote_id}/expire").raise_for_status()
    stale = queries.credentials_for(account)
    identity = with_token_refresh(stale, connector("x").probe)
    assert identity.remote_id == account.remote_id
    assert queries.credentials_for(account).token != stale.token


@pytest.mark.parametrize("code", [500, 429])
def test_a_blip_is_no_end(lab: Lab, account: Account, carmen: Member, code: int) -> None:
    before = secret_of(account)
    lab.fault(kind="status", code=code, network="x", endpoint=r"POST /2/oauth2/token", times=1)
    refresh_account_token(account.pk)
    account.refresh_from_db()
    credential = Credential.objects.get()
    assert (account.state, credential.state, secret_of(account)) == (
        AccountState.ACTIVE,
        CredentialState.GOOD,
        before,
    )
    assert credential.problem
    assert credential.refresh_at is not None and credential.refresh_at > timezone.now()
    assert told(carmen) == []
    refresh_account_token(account.pk)
    assert (Credential.objects.get().problem, secret_of(account) != before) == ("", True)


def test_an_authorisation_that_was_taken_back_pauses_the_account_and_is_told(
    lab: Lab, account: Account, carmen: Member, ana: Member
) -> None:
    lab.client.post(f"/tokens/{account.remote_id}/revoke").raise_for_status()
    stale = queries.credentials_for(account)
    with pytest.raises(Unauthorized):
        with_token_refresh(stale, connector("x").probe)
    account.refresh_from_db()
    assert (account.state, account.waits_for_connection) == (AccountState.PAUSED, True)
    assert "terminó la autorización" in account.paused_reason
    assert told(carmen) == [f"Vuelve a conectar {account}"]
    assert told(ana) == []
    assert Notice.objects.get(member=carmen).path == f"/cuentas/{account.pk}/"
    refresh_account_token(account.pk)
    assert queries.accounts_due_for_refresh(now=timezone.now() + timedelta(days=90)) == []
    assert Event.objects.filter(event_type="account.lost").count() == 1

    assert "quedó conectada" in connect(signed_in(carmen), account, account.remote_id)
    account.refresh_from_db()
    assert (account.state, account.waits_for_connection) == (AccountState.ACTIVE, False)


def test_a_pause_of_a_person_outlasts_the_connection(lab: Lab, account: Account, carmen: Member) -> None:
    pause_account(account=account, reason="Veda", by=carmen, now=timezone.now())
    credential = Credential.objects.get()
    record_lost_authorization(account_id=account.pk, generation=credential.generation, reason="No.", now=timezone.now())
    connect(signed_in(carmen), account, account.remote_id)
    account.refresh_from_db()
    assert (account.state, account.paused_reason) == (AccountState.PAUSED, "Veda")


def test_who_dies_between_the_new_token_and_keeping_it_leaves_an_account_to_connect_and_no_loop(
    lab: Lab, account: Account, carmen: Member
) -> None:
    hold = lease_refresh(account_id=account.pk, now=timezone.now())
    assert hold is not None
    way, client = queries.oauth_config_of(account), queries.client_of(account)
    oauth.refresh_tokens(
        way, queries.token_endpoint_credentials(account), client, hold.refresh_token
    )  # X has turned it; and here we die
    Credential.objects.update(refresh_leased_until=timezone.now() - timedelta(seconds=1))
    asked = lambda: len(  # noqa: E731
        [
            call
            for call in lab.client.get("/calls.json", params={"network": "x"}).json()["calls"]
            if call["path"] == "/2/oauth2/token"
        ]
    )

    refresh_account_token(account.pk)
    times = asked()
    refresh_account_token(account.pk)

    assert Credential.objects.get().state == CredentialState.LOST
    assert told(carmen) == [f"Vuelve a conectar {account}"]
    assert asked() == times


def test_a_token_that_cannot_be_renewed_is_asked_after_before_it_is_given_up(
    lab: Lab, carmen: Member, now: datetime
) -> None:
    account = connected(lab, "mastodon", carmen, now)
    lab.fault(kind="status", code=401, network="mastodon", times=1, endpoint="verify_credentials")
    with pytest.raises(Unauthorized):
        with_token_refresh(queries.credentials_for(account), connector("mastodon").probe)
    account.refresh_from_db()
    assert account.state == AccountState.ACTIVE
    lab.client.post(f"/tokens/{account.remote_id}/revoke").raise_for_status()
    with pytest.raises(Unauthorized):
        with_token_refresh(queries.credentials_for(account), connector("mastodon").probe)
    account.refresh_from_db()
    assert account.state == AccountState.PAUSED


def test_a_wrong_application_is_told_and_ends_nothing(account: Account, carmen: Member, now: datetime) -> None:
    found = queries.application_for(account)
    assert found is not None
    save_application(
        network=account.network,
        server="",
        client_id=found.client_id,
        secret="otro",
        by=carmen,
        now=now,  # type: ignore[arg-type]
    )
    refresh_account_token(account.pk)
    assert Credential.objects.get().state == CredentialState.GOOD
    (notice,) = Notice.objects.filter(member=carmen, kind__startswith="account.")
    assert notice.title == "Revisa la aplicación de la entidad en X"
    assert "no reconoce la aplicación" in notice.why
    assert notice.path == f"/cuentas/{account.pk}/aplicacion/"


def test_a_token_that_ended_at_the_minute_is_renewed_and_the_post_goes_out_once(
    lab: Lab, account: Account, luis: Member, ana: Member
) -> None:
    news = informed_news(lab, luis, timezone.now(), with_media=False)
    delivery = deliveries_in(programmed(news, ana, timezone.now())).get()
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker="worker-1")
    lab.client.post(f"/tokens/{account.remote_id}/expire").raise_for_status()

    for work in claim_batch(account_id=account.pk, worker="worker-1", limit=10, now=timezone.now()):
        send_delivery(work)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts_made) == ("PUBLISHED", 1)
    assert len(lab.posts(network="x", account=account.remote_id)) == 1


def test_an_authorisation_taken_back_at_the_minute_sends_nothing_and_goes_on_when_connected(
    lab: Lab, account: Account, luis: Member, ana: Member, carmen: Member
) -> None:
    news = informed_news(lab, luis, timezone.now(), with_media=False)
    delivery = deliveries_in(programmed(news, ana, timezone.now())).get()
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker="worker-1")
    lab.client.post(f"/tokens/{account.remote_id}/revoke").raise_for_status()
    for work in claim_batch(account_id=account.pk, worker="worker-1", limit=10, now=timezone.now()):
        send_delivery(work)
    delivery.refresh_from_db()
    account.refresh_from_db()
    assert (delivery.state, account.state) == ("DUE", AccountState.PAUSED)
    assert Notice.objects.get(member=ana, kind__startswith="delivery.unauthorized").path == f"/cuentas/{account.pk}/"

    connect(signed_in(carmen), account, account.remote_id)
    later = timezone.now() + timedelta(minutes=10)
    for work in claim_batch(account_id=account.pk, worker="worker-1", limit=10, now=later):
        send_delivery(work)
    delivery.refresh_from_db()
    assert delivery.state == "PUBLISHED"
    assert len(lab.posts(network="x", account=account.remote_id)) == 1
