"""Nobody is blocked or muted: whoever is found opens a finding until the list is empty, shown on Hoy (ALL-1)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pregonero.moderation import restriction_queries
from pregonero.moderation.models import RestrictionFinding, RestrictionReading
from pregonero.moderation.tasks import read_restrictions
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import account_of
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("ALL-1")
ROSA = {"id": "9001", "name": "Rosa Mejía", "username": "rosa"}
PEDRO = {"id": "9002", "name": "Pedro Ruiz", "username": "pedro"}


@pytest.fixture(params=["x", "facebook"])
def account(request: pytest.FixtureRequest, lab: Lab, carmen: Member, settings: Settings) -> Account:
    return account_of(lab, request.param, carmen, settings)


def set_list(lab: Lab, account: Account, *people: dict[str, str], kind: str = "BLOCK") -> None:
    body = {"account": account.remote_id, "kind": kind, "people": list(people)}
    lab.client.post("/restrictions", json=body).raise_for_status()


def read_now() -> None:
    RestrictionReading.objects.update(next_read_at=timezone.now() - timedelta(seconds=1))
    read_restrictions(timestamp=int(timezone.now().timestamp()))


def test_somebody_on_a_list_is_a_finding_until_the_list_is_empty(account: Account, ana: Member, lab: Lab) -> None:
    read_now()
    assert not RestrictionFinding.objects.exists()
    set_list(lab, account, ROSA)
    read_now()
    set_list(lab, account, ROSA, PEDRO)
    read_now()

    (finding,) = restriction_queries.open_findings(ana.entity)
    assert [str(person.contact) for person in finding.people.all()] == ["Rosa Mejía", "Pedro Ruiz"]
    client = Client()
    client.force_login(ana.user)
    assert "2 personas en su lista de bloqueos" in client.get("/").content.decode()
    assert "Rosa Mejía" in client.get("/moderacion/").content.decode()
    assert ana.notices.filter(kind="restriction.found").count() == 1

    set_list(lab, account, PEDRO)
    read_now()
    assert [str(one.contact) for one in restriction_queries.open_findings(ana.entity)[0].people.all()] == ["Pedro Ruiz"]
    set_list(lab, account)
    read_now()

    assert restriction_queries.open_findings(ana.entity) == []
    assert "tiene 1" not in client.get("/").content.decode()
    (closed,) = restriction_queries.findings_of(ana.entity)
    assert closed.closed_at is not None and all(person.ended_at for person in closed.people.all())
    types = list(Event.objects.filter(ref=closed.ref.reference).order_by("pk").values_list("event_type", flat=True))
    assert types == ["restriction.found", "restriction.ended"]
    assert not Event.objects.filter(facts__icontains="Rosa").exists()


def test_a_list_that_cannot_be_read_keeps_its_finding_open(account: Account, ana: Member, lab: Lab) -> None:
    set_list(lab, account, ROSA)
    read_now()
    set_list(lab, account)
    lab.fault(kind="status", code=500, network=account.network, account=account.remote_id, endpoint="read", times=9)
    read_now()

    assert len(restriction_queries.open_findings(ana.entity)) == 1
    assert any(reading.problem for reading in restriction_queries.readings_of(ana.entity))


def test_a_muted_person_of_x_is_a_finding_apart(lab: Lab, carmen: Member, settings: Settings) -> None:
    account = account_of(lab, "x", carmen, settings)
    set_list(lab, account, ROSA, kind="MUTE")
    read_now()

    assert [finding.kind for finding in restriction_queries.open_findings(carmen.entity)] == ["MUTE"]
    assert {reading.kind for reading in restriction_queries.readings_of(carmen.entity)} == {"BLOCK", "MUTE"}


def test_where_no_api_tells_it_is_evidence(lab: Lab, carmen: Member, settings: Settings) -> None:
    account = account_of(lab, "instagram", carmen, settings)
    read_now()

    assert restriction_queries.accounts_by_evidence(carmen.entity) == [account]
    assert restriction_queries.readings_of(carmen.entity) == []
