"""A forged return from the consent page makes no call to the network and changes nothing."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.networks.actions.register import register_account, retire_account, save_application
from pregonero.networks.client import NetworkClient
from pregonero.networks.models import Account, Authorization, Credential
from pregonero.people.models import Entity, Member
from pregonero.people.roles import Role
from tests.attack.conftest import signed_in
from tests.networks.consenting import RETURN, begin

pytestmark = pytest.mark.procedure("M-3")
STATE = "x" * 43


class Asked(AssertionError):
    """A network was called."""


@pytest.fixture(autouse=True)
def nothing_leaves(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(line: NetworkClient, method: str, url: str, body: object, headers: object) -> None:
        raise Asked(f"{method} {url}")

    monkeypatch.setattr(NetworkClient, "_exchange", refuse)
    yield
    assert not Credential.objects.exists()


@pytest.fixture
def account(carmen: Member, now: datetime) -> Account:
    save_application(network="x", server="", client_id="app-1", secret="secreto", by=carmen, now=now)
    return register_account(
        entity=carmen.entity,
        network="x",
        handle="mincomercioco",
        display_name="MinComercio",
        purpose="Prueba",
        root_mailbox="",
        by=carmen,
        now=now,
    )


def begun(client: Client, account: Account) -> dict[str, str]:
    """Start a connection; return the query of its consent address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(begin(client, account)).query).items()}


WRONG = {
    "nothing": "", "no state": "code=c", "an empty state": "state=&code=c", "of nobody": f"state={STATE}&code=c",
    "a NUL": "state=%00&code=%00", "bytes": "state=%ff%fe&code=%ed%a0%80", "very long": f"state={'a' * 50_000}&code=c",
    "an array": "state[]=a&code[]=c", "a script": "error=%3Cscript%3Ealert(1)%3C/script%3E&state=%3Cb%3E",
}  # fmt: skip


@pytest.mark.parametrize("query", WRONG.values(), ids=WRONG)
def test_unknown_state_is_refused(account: Account, carmen: Member, query: str) -> None:
    client = signed_in(carmen)
    begun(client, account)
    response = client.get(f"{RETURN}?{query}")
    assert (response.status_code, response["Location"]) == (302, "/cuentas/")
    page = client.get("/cuentas/").content.decode()
    assert "no corresponde" in page
    assert "<script>alert" not in page
    assert Authorization.objects.get().ended_at is None  # the one that was begun can still come back


def test_state_is_accepted_only_once(account: Account, carmen: Member) -> None:
    client = signed_in(carmen)
    state = begun(client, account)["state"]
    first = client.get(f"{RETURN}?state={STATE}&state={state}&error=access_denied")
    assert first["Location"] == f"/cuentas/{account.pk}/"
    again = client.get(f"{RETURN}?state={state}&code=c")
    assert "ya se usó" in client.get(again["Location"]).content.decode()


@pytest.mark.parametrize("where", ["next", "redirect_uri", "return_to", "url", "continue"])
def test_no_parameter_redirects_to_another_site(account: Account, carmen: Member, where: str) -> None:
    client = signed_in(carmen)
    state = begun(client, account)["state"]
    response = client.get(RETURN, {"state": state, "error": "access_denied", where: "https://ajeno.example/"})
    assert response["Location"] == f"/cuentas/{account.pk}/"
    nobody = Client().get(RETURN, {"state": state, "code": "c", where: "https://ajeno.example/"})
    assert nobody["Location"] == "/cuenta/login/?next=%2Fcuentas%2F"


def test_return_is_refused_to_a_member_who_lost_the_permission(account: Account, carmen: Member) -> None:
    client = signed_in(carmen)
    state = begun(client, account)["state"]
    Member.objects.filter(pk=carmen.pk).update(roles=[Role.AUDITOR])
    response = client.get(RETURN, {"state": state, "code": "c"})
    assert response.status_code in {302, 403}
    assert client.get(f"/cuentas/{account.pk}/").status_code == 200


def test_return_does_not_connect_a_retired_account(account: Account, carmen: Member) -> None:
    client = signed_in(carmen)
    state = begun(client, account)["state"]
    retire_account(account=account, reason="Se cerró", by=carmen, now=timezone.now())
    assert client.get(RETURN, {"state": state, "code": "c"}, follow=True).status_code in {200, 409}


def test_state_of_one_entity_is_refused_in_another(account: Account, carmen: Member, other_entity: Entity) -> None:
    client = signed_in(carmen)
    state = begun(client, account)["state"]
    Member.objects.create(
        entity=other_entity, user=carmen.user, name="Carmen", roles=[Role.COORDINATOR], employment="STAFF"
    )
    assert client.post("/entidad/", {"entity": other_entity.pk}).status_code == 302
    assert "no corresponde" in client.get(RETURN, {"state": state, "code": "c"}, follow=True).content.decode()
    assert client.get(f"/cuentas/{account.pk}/").status_code == 404


@pytest.mark.parametrize("network", ["x", "youtube", "mastodon"])
def test_consent_address_contains_only_the_digest_of_the_verifier(carmen: Member, now: datetime, network: str) -> None:
    save_application(network=network, server="", client_id="app-1", secret="secreto-1", by=carmen, now=now)
    made = register_account(
        entity=carmen.entity,
        network=network,
        handle="mincomercioco",
        display_name="MinComercio",
        purpose="Prueba",
        root_mailbox="",
        by=carmen,
        now=now,
    )
    client = signed_in(carmen)
    asked, again = begun(client, made), begun(client, made)
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["code_challenge"] != again["code_challenge"]
    assert asked["state"] != again["state"]
    assert asked["response_type"] == "code"
    assert not {"client_secret", "code_verifier"} & set(asked)
