"""Connecting an account by OAuth against the laboratory's consent pages, and everything that may go wrong there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.utils import timezone

from pregonero.networks import queries
from pregonero.networks.actions.register import save_application
from pregonero.networks.connection import check_connection
from pregonero.networks.models import Account, Authorization, Credential, CredentialKind
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.lab.process import Lab
from tests.networks.consenting import answer, application, begin, come_back, connect, point_at, registered, signed_in

pytestmark = pytest.mark.procedure("M-3")
NETWORKS = ("x", "facebook", "instagram", "youtube", "mastodon")


@pytest.fixture(autouse=True)
def _pointed(lab: Lab, settings: Any) -> Iterator[None]:
    point_at(lab, settings)
    yield


def theirs_at(lab: Lab, network: str) -> tuple[dict[str, Any], str]:
    """Return a new account at the laboratory, and the id that a person chooses at the consent page."""
    if network == "instagram":
        page = lab.new_account("facebook")
        theirs = lab.new_account("instagram", page=page["id"])
        fields = {name: page[name] for name in ("network", "id", "handle", "token", "name")}
        lab.client.post("/accounts", json=[fields | {"extra": {"instagram": theirs["id"]}}]).raise_for_status()
        return theirs, page["id"]
    theirs = lab.new_account(network)
    return theirs, theirs["id"]


@pytest.mark.parametrize("network", NETWORKS)
def test_an_account_is_connected_and_tried(lab: Lab, carmen: Member, now: datetime, network: str) -> None:
    theirs, chosen = theirs_at(lab, network)
    application(lab, network, carmen, now)
    account = registered(theirs, carmen, now)

    page = connect(signed_in(carmen), account, chosen)

    assert "quedó conectada" in page
    account.refresh_from_db()
    credential = Credential.objects.get(account=account)
    assert (account.remote_id, credential.kind) == (theirs["id"], CredentialKind.CONSENT)
    assert bool(credential.refresh_at) == (network in {"x", "youtube"})
    token = queries.credentials_for(account).token
    assert token != theirs["token"]
    assert token.encode() not in bytes(credential.encrypted)
    tested = check_connection(account=account, by=carmen, now=timezone.now())
    assert (tested.test_passed, theirs["handle"] in tested.test_result) == (True, True)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_no_changes_nothing(lab: Lab, carmen: Member, now: datetime, network: str) -> None:
    theirs, chosen = theirs_at(lab, network)
    application(lab, network, carmen, now)
    account, client = registered(theirs, carmen, now), signed_in(carmen)

    page = come_back(client, answer(begin(client, account), chosen, yes=False))

    assert "respondieron que no" in page
    assert not Credential.objects.exists()


@pytest.mark.parametrize("network", NETWORKS)
def test_another_account_is_not_taken_for_ours(lab: Lab, carmen: Member, now: datetime, network: str) -> None:
    (ours, _), (other, chosen) = theirs_at(lab, network), theirs_at(lab, network)
    application(lab, network, carmen, now)
    account = registered(ours, carmen, now)

    page = connect(signed_in(carmen), account, chosen)

    assert f"Autorizaste @{other['handle'].lower()}" in page.lower().replace("autorizaste", "Autorizaste")
    account.refresh_from_db()
    assert (account.remote_id, Credential.objects.exists()) == ("", False)
    assert not Event.objects.filter(event_type="account.connected").exists()


def test_what_is_asked_is_the_least_with_pkce_and_the_exact_address(lab: Lab, carmen: Member, now: datetime) -> None:
    theirs, _ = theirs_at(lab, "x")
    application(lab, "x", carmen, now)
    asked = parse_qs(urlsplit(begin(signed_in(carmen), registered(theirs, carmen, now))).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8800/cuentas/autorizacion/"]
    assert set(asked["scope"][0].split()) == {
        "tweet.read",
        "tweet.write",
        "users.read",
        "media.write",
        "offline.access",
        "dm.read",
        "dm.write",
        "tweet.moderate.write",
        "block.read",
        "mute.read",
    }
    assert "client_secret" not in asked


@pytest.fixture
def going(lab: Lab, carmen: Member, now: datetime) -> tuple[Account, dict[str, Any]]:
    theirs, _ = theirs_at(lab, "x")
    application(lab, "x", carmen, now)
    return registered(theirs, carmen, now), theirs


def test_an_answer_is_taken_once(going: tuple[Account, dict[str, Any]], carmen: Member) -> None:
    account, theirs = going
    client = signed_in(carmen)
    brought = answer(begin(client, account), theirs["id"])
    come_back(client, brought)
    generation = Credential.objects.get().generation

    assert "ya se usó" in come_back(client, brought)
    assert Credential.objects.get().generation == generation


def test_an_answer_of_another_session_is_not_taken(going: tuple[Account, dict[str, Any]], carmen: Member) -> None:
    account, theirs = going
    brought = answer(begin(signed_in(carmen), account), theirs["id"])

    assert "no corresponde" in come_back(signed_in(carmen), brought)
    assert not Credential.objects.exists()


def test_an_answer_of_another_person_is_not_taken(
    going: tuple[Account, dict[str, Any]], carmen: Member, ana: Member
) -> None:
    account, theirs = going
    brought = answer(begin(signed_in(carmen), account), theirs["id"])

    assert "no corresponde" in come_back(signed_in(ana), brought)
    assert not Credential.objects.exists()


def test_an_answer_that_comes_late_is_not_taken(going: tuple[Account, dict[str, Any]], carmen: Member) -> None:
    account, theirs = going
    client = signed_in(carmen)
    brought = answer(begin(client, account), theirs["id"])
    Authorization.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert "más de diez minutos" in come_back(client, brought)


def test_who_lost_the_session_meanwhile_signs_in_without_the_code(
    going: tuple[Account, dict[str, Any]], carmen: Member
) -> None:
    account, theirs = going
    client = signed_in(carmen)
    brought = answer(begin(client, account), theirs["id"])
    client.logout()

    sent = client.get("/cuentas/autorizacion/", brought)

    assert sent.status_code == 302
    assert brought["code"] not in sent["Location"]


@pytest.mark.parametrize("wrong", ["verifier", "redirect", "client", "again"])
def test_the_laboratory_gives_a_token_only_for_the_whole_truth(
    lab: Lab, carmen: Member, now: datetime, going: tuple[Account, dict[str, Any]], wrong: str
) -> None:
    account, theirs = going
    address = begin(signed_in(carmen), account)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    brought = answer(address, theirs["id"])
    id, secret = application(lab, "x", carmen, now)
    form = {"grant_type": "authorization_code", "code": brought["code"], "redirect_uri": asked["redirect_uri"]}
    form |= {"code_verifier": "otro", "client_id": asked["client_id"], "client_secret": "otro"}
    if wrong != "client":
        form |= {"client_id": id, "client_secret": secret}
    if wrong == "redirect":
        form["redirect_uri"] += "x"

    refused = httpx.post(f"{lab.url}/x/2/oauth2/token", data=form)

    assert refused.status_code in {400, 401}
    assert "access_token" not in refused.json()


def test_a_wrong_secret_of_the_application_is_said_as_that(
    lab: Lab, carmen: Member, now: datetime, going: tuple[Account, dict[str, Any]]
) -> None:
    account, theirs = going
    client = signed_in(carmen)
    brought = answer(begin(client, account), theirs["id"])
    id = queries.application_for(account)
    assert id is not None
    save_application(network=account.network, server="", client_id=id.client_id, secret="otro", by=carmen, now=now)  # type: ignore[arg-type]

    assert "no reconoce la aplicación" in come_back(client, brought)
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "code": 500}, {"kind": "cut_before"}, {"kind": "accept_then_cut"}]
)
def test_a_network_that_fails_leaves_everything_as_it_was(
    lab: Lab, going: tuple[Account, dict[str, Any]], carmen: Member, fault: dict[str, Any]
) -> None:
    account, theirs = going
    client = signed_in(carmen)
    brought = answer(begin(client, account), theirs["id"])
    lab.fault(**fault, network="x", endpoint=r"POST /2/oauth2/token", times=1)

    assert "No se cambió nada" in come_back(client, brought)
    assert not Credential.objects.exists()
    assert "quedó conectada" in connect(client, account, theirs["id"])
