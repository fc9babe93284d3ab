"""Every address, requested by each role, another entity, nobody, an ended membership and a cross-site form."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.people.models import Member
from pregonero.people.roles import OUTSIDE, Role
from pregonero.people.security.middleware import OPEN
from pregonero.records.models import Event
from tests.attack.address_names import names
from tests.attack.conftest import Stage, signed_in
from tests.attack.row import FOUND, MISSING, REFUSED, Row
from tests.attack.url_table import OWN, PUBLIC, ROWS, public_path
from tests.conftest import PASSWORD
from tests.second_factor import enrol

METHOD_NOT_ALLOWED, BUG = 405, 500
SIGN_IN, ENROL = "/cuenta/login/", "/mi-seguridad/activar/"


def ask(client: Client, row: Row, stage: Stage) -> HttpResponse:
    call = client.post if row.method == "POST" else client.get
    return call(row.path(stage), row.data(stage))  # type: ignore[return-value]


@pytest.fixture
def foreigner(dario: Member) -> Member:
    dario.roles = [role.value for role in Role]
    dario.save()
    return dario


def test_every_address_has_its_row() -> None:
    assert names() == {row.name for row in ROWS} | PUBLIC.keys() | OWN


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_address_serves_its_roles_and_nobody_else(row: Row, stage: Stage, foreigner: Member) -> None:
    events = Event.objects.filter(entity_id=stage.source.entity_id).count()
    anonymous = ask(Client(), row, stage)
    assert (anonymous.status_code, anonymous["Location"].startswith(SIGN_IN)) == (FOUND, True)
    assert ask(signed_in(foreigner), row, stage).status_code == row.outside
    for role in set(Role) - row.roles:
        refused = {REFUSED, MISSING, row.refused} if role in OUTSIDE else {row.refused}
        assert ask(signed_in(stage.people[role]), row, stage).status_code in refused, role
    assert Event.objects.filter(entity_id=stage.source.entity_id).count() == events
    allowed = sorted(row.roles)
    assert ask(signed_in(stage.people[allowed[0]]), row, stage).status_code == row.status
    for role in allowed[1:]:
        assert ask(signed_in(stage.people[role]), row, stage).status_code not in {REFUSED, row.refused, BUG}, role


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_address_accepts_only_its_method(row: Row, stage: Stage) -> None:
    client = signed_in(stage.people[Role.COORDINATOR])
    for method in {"PUT", "DELETE", "PATCH", "TRACE"} - row.also:
        assert client.generic(method, row.path(stage)).status_code == METHOD_NOT_ALLOWED, method
    if not row.both:
        other = client.get if row.method == "POST" else client.post
        assert other(row.path(stage)).status_code == METHOD_NOT_ALLOWED


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "POST"], ids=str)
def test_cross_site_form_does_nothing(row: Row, stage: Stage) -> None:
    role = sorted(row.roles)[0]
    events = Event.objects.count()
    response = ask(signed_in(stage.people[role], enforce_csrf_checks=True), row, stage)
    assert response.status_code == REFUSED
    assert "La página venció" in response.content.decode()
    assert Event.objects.count() == events


@pytest.mark.parametrize("row", [row for row in ROWS if not row.name.startswith("ui:")], ids=str)
def test_ended_membership_is_refused(row: Row, stage: Stage) -> None:
    person = stage.people[sorted(row.roles)[0]]
    client = signed_in(person)
    path, data = row.path(stage), row.data(stage)
    events = Event.objects.count()
    Member.objects.filter(pk=person.pk).update(
        ends_on=timezone.localdate() - timedelta(days=1), employment="CONTRACTOR"
    )
    response = client.post(path, data) if row.method == "POST" else client.get(path, data)
    assert response.status_code == REFUSED
    assert Event.objects.count() == events


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_address_answers_without_signing_in(name: str, stage: Stage) -> None:
    client = Client(raise_request_exception=False)
    path = public_path(name, stage)
    response: Any = client.post(path) if name == "newsroom:notice" else client.get(path)
    assert response.status_code == PUBLIC[name]


def test_deactivated_user_is_signed_out_at_once(stage: Stage) -> None:
    person = stage.people[Role.COORDINATOR]
    client = signed_in(person)
    assert client.get("/").status_code == 200
    person.user.is_active = False
    person.user.save()
    assert client.get("/")["Location"].startswith(SIGN_IN)


def half_signed_in(person: Member) -> Client:
    """Return a client that sent the right password, and nothing else."""
    client = Client(raise_request_exception=False)
    client.post(SIGN_IN, {"login": person.user.email, "password": PASSWORD})
    return client


def own_path(name: str) -> str:
    return reverse(name, args=[1] if name in {"mfa_remove_webauthn", "mfa_edit_webauthn"} else [])


def test_password_alone_reaches_no_page(stage: Stage) -> None:
    """Every address that asks for a session leads who has no second factor to it, and who has one to sign-in."""
    person = stage.people[Role.COORDINATOR]
    events = Event.objects.count()
    without = half_signed_in(person)
    reached = [str(row) for row in ROWS if row.name not in OPEN and ask(without, row, stage).get("Location") != ENROL]
    reached += [name for name in OWN - OPEN if without.get(own_path(name)).get("Location") != ENROL]
    assert reached == []
    assert Event.objects.count() == events
    enrol(person)
    events = Event.objects.count()
    half = half_signed_in(person)
    reached = [str(row) for row in ROWS if not ask(half, row, stage).get("Location", "").startswith(SIGN_IN)]
    reached += [name for name in OWN if not half.get(own_path(name)).get("Location", "").startswith(SIGN_IN)]
    assert reached == []
    assert Event.objects.count() == events
