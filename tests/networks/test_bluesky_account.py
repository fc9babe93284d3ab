"""A Bluesky account with an app password, on a real server: connecting, publishing and retiring it."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from pregonero.networks import queries
from pregonero.networks.actions.register import register_account
from pregonero.networks.base import ApiCredentials, Transient, Unauthorized
from pregonero.networks.bluesky import client as sessions
from pregonero.networks.connection import connect_with_password
from pregonero.networks.models import Account, AccountState, Credential, CredentialKind, PendingRevocation
from pregonero.networks.registry import connector
from pregonero.networks.tokens import revoke_credential, with_token_refresh
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.bluesky.harness import Bluesky
from tests.lab.process import Lab
from tests.networks.consenting import signed_in
from tests.networks.subjects import bluesky_credentials
from tests.networks.test_bluesky_delivery import send
from tests.stage import deliveries_in, informed_news, programmed

pytestmark = pytest.mark.procedure("M-3")


@pytest.fixture
def theirs(bluesky: Bluesky, settings: Any) -> ApiCredentials:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]
    return bluesky_credentials(bluesky, password=True)


@pytest.fixture
def account(bluesky: Bluesky, theirs: ApiCredentials, carmen: Member, now: datetime) -> Account:
    return register_account(
        entity=carmen.entity,
        network="bluesky",
        handle=theirs.handle,
        display_name="MinComercio",
        purpose="Cuenta institucional",
        root_mailbox="",
        server=bluesky.url,
        by=carmen,
        now=now,
    )


def test_the_server_says_whose_the_password_is_and_only_then_it_is_kept(
    account: Account, theirs: ApiCredentials, carmen: Member
) -> None:
    client, path = signed_in(carmen), f"/cuentas/{account.pk}/conexion/"
    wrong = client.post(path, {"password": "aaaa-bbbb-cccc-dddd"})
    assert (wrong.status_code, Credential.objects.exists()) == (422, False)
    assert "aaaa-bbbb" not in wrong.content.decode()

    page = client.post(path, {"password": theirs.token}, follow=True).content.decode()

    assert "quedó conectada" in page
    assert theirs.token not in page
    account.refresh_from_db()
    credential = Credential.objects.get()
    assert (account.remote_id, credential.kind) == (theirs.remote_id, CredentialKind.PASSWORD)


def test_it_publishes_and_a_session_that_ended_is_opened_again(
    bluesky: Bluesky, lab: Lab, account: Account, theirs: ApiCredentials, carmen: Member, luis: Member, ana: Member
) -> None:
    connect_with_password(account=account, password=theirs.token, by=carmen, now=timezone.now())
    now = timezone.now()
    first, second = (
        deliveries_in(programmed(informed_news(lab, luis, now, with_media=False), ana, now)).get() for _ in range(2)
    )
    assert send(first).state == "PUBLISHED"

    bluesky.client.post(f"/tokens/{theirs.remote_id}/expire").raise_for_status()
    account.refresh_from_db()
    with pytest.raises(Transient):
        with_token_refresh(queries.credentials_for(account), connector("bluesky").probe)
    bluesky.client.post(f"/tokens/{theirs.remote_id}/restore").raise_for_status()

    assert {send(each).state for each in (first, second)} == {"PUBLISHED"}
    assert len(bluesky.posts(account=theirs.remote_id)) == 2


def test_a_password_that_its_owner_ended_pauses_the_account(
    bluesky: Bluesky, account: Account, theirs: ApiCredentials, carmen: Member
) -> None:
    connect_with_password(account=account, password=theirs.token, by=carmen, now=timezone.now())
    account.refresh_from_db()
    bluesky.client.post(f"/tokens/{theirs.remote_id}/revoke").raise_for_status()

    with pytest.raises(Unauthorized):
        with_token_refresh(queries.credentials_for(account), connector("bluesky").probe)

    account.refresh_from_db()
    assert account.state == AccountState.PAUSED


def test_retiring_it_ends_the_session_and_says_where_the_password_is_ended(
    bluesky: Bluesky, account: Account, theirs: ApiCredentials, carmen: Member
) -> None:
    connect_with_password(account=account, password=theirs.token, by=carmen, now=timezone.now())
    account.refresh_from_db()
    connector("bluesky").probe(queries.credentials_for(account))
    end = sessions._SESSIONS[sessions._session_key(queries.credentials_for(account))].refresh_token

    page = signed_in(carmen).post(f"/cuentas/{account.pk}/retiro/", {"reason": "Se cerró"}, follow=True)
    assert "Borra también la contraseña de aplicación en Bluesky" in page.content.decode()
    revoke_credential(PendingRevocation.objects.get().pk)

    assert Event.objects.get(event_type="account.authorization_revoked").facts == {"confirmed": True}
    again = bluesky.client.post("/xrpc/com.atproto.server.refreshSession", headers={"Authorization": f"Bearer {end}"})
    assert again.status_code == 400
