"""Incidents: nothing goes out while an account is not safe, each step has its proof, and exposure is in minutes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from pregonero.controls import queries
from pregonero.controls.actions import checks
from pregonero.controls.actions.devices import ReviewDraft, record_device_review
from pregonero.controls.actions.incidents import IncidentOpening, do_step, release_incident, report_incident
from pregonero.controls.actions.register import adopt_catalog
from pregonero.controls.models import Control, Finding, Incident, IncidentStep
from pregonero.controls.states import ControlState, IncidentKind, Result, StepKind
from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.networks.actions.credentials import connect_account, record_connection_test, record_lost_authorization
from pregonero.networks.actions.register import pause_account, resume_account, retire_account
from pregonero.networks.actions.tokens import get_revocation
from pregonero.networks.models import Account, AccountState, PendingRevocation
from pregonero.networks.queries import credentials_for
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.roles import Role
from pregonero.records.models import Event, EventText
from tests.conftest import NOW, member, register_mincomercio
from tests.controls.conftest import register
from tests.controls.test_register import cell, seen
from tests.databases import as_default_database, fresh_database

pytestmark = pytest.mark.procedure("IG-2", "X-2", "YT-2", "IG-1", "X-1", "ALL-1")
Controls, Accounts = dict[str, Control], dict[str, Account]


def strange(account: Account, control: Control, by: Member, now: datetime = NOW) -> Incident:
    """Open an incident of a strange session, seen five minutes before."""
    opening = IncidentOpening(IncidentKind.SESSION, "Sesión extraña", "Cúcuta, 03:12.", now - timedelta(minutes=5))
    incident = report_incident(account=account, opening=opening, by=by, now=now)
    assert incident.control == control
    return incident


def step(incident: Incident, kind: StepKind, by: Member, now: datetime) -> IncidentStep:
    return do_step(incident=incident, kind=kind, note="Hecho.", medium=None, by=by, now=now)


def connect(account: Account, by: Member, now: datetime) -> None:
    """Connect an account again, and pass its test call a second later."""
    connect_account(account=account, token="nueva", expires_at=None, by=by, now=now)
    record_connection_test(account=account, passed=True, result="Responde.", by=by, now=now + timedelta(seconds=1))


def test_a_strange_session_holds_the_account_until_every_step_is_done(
    controls: Controls, accounts: Accounts, ana: Member, carmen: Member
) -> None:
    account = accounts["instagram"]
    incident = strange(account, controls["IG-2"], ana)
    account.refresh_from_db()
    assert account.state == AccountState.PAUSED and account.held_reason
    with pytest.raises(WrongState, match="retenida"):
        resume_account(account=account, by=carmen, now=NOW)

    step(incident, StepKind.SESSION_ENDED, ana, NOW + timedelta(minutes=3))
    step(incident, StepKind.CREDENTIAL_CHANGED, ana, NOW + timedelta(minutes=20))
    with pytest.raises(WrongState, match="Conecta otra vez"):
        step(incident, StepKind.AUTHORIZED, ana, NOW + timedelta(minutes=21))
    connect(account, carmen, NOW + timedelta(minutes=22))
    account.refresh_from_db()
    assert account.state == AccountState.PAUSED  # connected again, and still held
    step(incident, StepKind.AUTHORIZED, ana, NOW + timedelta(minutes=23))
    step(incident, StepKind.RESUMED, ana, NOW + timedelta(minutes=24))
    account.refresh_from_db()
    assert (account.state, account.held_reason) == (AccountState.ACTIVE, "")
    step(incident, StepKind.CLOSED, ana, NOW + timedelta(minutes=30))

    incident.refresh_from_db()
    assert incident.closed_at is not None
    assert incident.exposure(now=NOW + timedelta(days=3)) == timedelta(minutes=25)
    steps = Event.objects.filter(event_type="incident.step").order_by("pk")
    assert [event.facts["minutes_exposed"] for event in steps] == [8, 25, 25, 25, 25]
    assert Notice.objects.filter(member=carmen, kind="incident.opened").count() == 1


def test_steps_are_done_in_order_once_and_with_a_proof(controls: Controls, accounts: Accounts, ana: Member) -> None:
    incident = strange(accounts["x"], controls["X-2"], ana)
    with pytest.raises(WrongState, match="sesión cerrada"):
        step(incident, StepKind.CREDENTIAL_CHANGED, ana, NOW)
    with pytest.raises(WrongState):
        step(incident, StepKind.TURNED_ON, ana, NOW)
    with pytest.raises(Refused, match="prueba"):
        do_step(incident=incident, kind=StepKind.SESSION_ENDED, note=" ", medium=None, by=ana, now=NOW)
    step(incident, StepKind.SESSION_ENDED, ana, NOW)
    with pytest.raises(Conflict):
        step(incident, StepKind.SESSION_ENDED, ana, NOW)
    assert IncidentStep.objects.count() == 1


def test_the_same_cause_has_one_open_incident(controls: Controls, accounts: Accounts, ana: Member) -> None:
    first = strange(accounts["x"], controls["X-2"], ana)
    again = strange(accounts["x"], controls["X-2"], ana, NOW + timedelta(minutes=1))
    assert first == again and Event.objects.filter(event_type="incident.opened").count() == 1
    seen_again = Event.objects.get(event_type="incident.seen_again")
    assert EventText.objects.get(event_id=seen_again.pk).text == "Sesión extraña. Cúcuta, 03:12."


def test_an_incident_of_facebook_has_no_control_of_sessions(
    controls: Controls, accounts: Accounts, ana: Member
) -> None:
    opening = IncidentOpening(IncidentKind.SESSION, "Publicación ajena", "«Gane un bono».", NOW, "un ciudadano")
    incident = report_incident(account=accounts["facebook"], opening=opening, by=ana, now=NOW)
    again = report_incident(account=accounts["facebook"], opening=opening, by=ana, now=NOW + timedelta(minutes=1))
    assert (incident.control, incident.seen_by, again.pk) == (None, "un ciudadano", incident.pk)
    accounts["facebook"].refresh_from_db()
    assert accounts["facebook"].held_reason


def test_the_credential_that_a_stranger_may_have_is_revoked_when_another_takes_its_place(
    controls: Controls, accounts: Accounts, ana: Member, carmen: Member
) -> None:
    account = accounts["x"]
    connect(account, carmen, NOW)
    connect(account, carmen, NOW)  # nobody reported anything: the one before is only replaced
    assert not PendingRevocation.objects.exists()
    strange(account, controls["X-2"], ana)
    connect(account, carmen, NOW + timedelta(minutes=1))  # the network gave the same one: it stays
    assert not PendingRevocation.objects.exists()
    connect_account(account=account, token="otra", expires_at=None, by=carmen, now=NOW + timedelta(minutes=2))
    (pending,) = PendingRevocation.objects.all()
    revocation = get_revocation(revocation_id=pending.pk)
    assert revocation is not None and revocation.credentials.token == "nueva"
    assert credentials_for(account).token == "otra"


@pytest.mark.parametrize("paused_first", [True, False])
def test_the_coordinator_releases_and_a_pause_of_a_person_stays(
    controls: Controls, accounts: Accounts, ana: Member, carmen: Member, paused_first: bool
) -> None:
    account = accounts["x"]
    if paused_first:
        pause_account(account=account, reason="Cambio de imagen.", by=carmen, now=NOW)
    incident = strange(account, controls["X-2"], ana)
    with pytest.raises(NotAllowed):
        release_incident(incident=incident, reason="Urge.", by=ana, now=NOW)
    with pytest.raises(Refused, match="por qué"):
        release_incident(incident=incident, reason=" ", by=carmen, now=NOW)
    release_incident(incident=incident, reason="La alerta de sismo sale ya.", by=carmen, now=NOW)

    account.refresh_from_db()
    expected = (AccountState.PAUSED, "Cambio de imagen.") if paused_first else (AccountState.ACTIVE, "")
    assert (account.state, account.paused_reason) == expected
    with pytest.raises(WrongState):
        release_incident(incident=incident, reason="Otra vez.", by=carmen, now=NOW)


def test_an_account_that_waited_for_its_connection_stays_held_when_it_is_connected(
    controls: Controls, accounts: Accounts, ana: Member, carmen: Member
) -> None:
    account = accounts["x"]
    connect_account(account=account, token="vieja", expires_at=None, by=carmen, now=NOW)
    generation = account.credential.generation
    record_lost_authorization(account_id=account.pk, generation=generation, reason="X la terminó.", now=NOW)
    incident = strange(account, controls["X-2"], ana)
    connect(account, carmen, NOW + timedelta(minutes=1))
    account.refresh_from_db()
    assert (account.state, account.waits_for_connection) == (AccountState.PAUSED, False)
    release_incident(incident=incident, reason="Ya es segura.", by=carmen, now=NOW + timedelta(minutes=2))
    account.refresh_from_db()
    assert account.state == AccountState.ACTIVE


def test_a_protection_that_is_off_opens_an_incident_that_a_check_closes(
    controls: Controls, accounts: Accounts, ana: Member
) -> None:
    where: dict[str, Any] = {"control": controls["IG-1"], "account": accounts["instagram"], "by": ana}
    checks.record_check(**where, draft=seen(Result.NOT_MET), now=NOW)
    incident = Incident.objects.get()
    assert (incident.kind, Finding.objects.exists()) == (IncidentKind.PROTECTION, False)
    accounts["instagram"].refresh_from_db()
    assert accounts["instagram"].state == AccountState.ACTIVE

    later = NOW + timedelta(hours=2)
    checks.record_check(**where, draft=seen(at=later), now=later)
    incident.refresh_from_db()
    assert incident.closed_at == later and incident.exposure(now=later) == timedelta(hours=2)


def test_a_strange_session_is_not_closed_by_a_good_check(controls: Controls, accounts: Accounts, ana: Member) -> None:
    """The matrix says so until the incident is closed, and the control is still checked at its cadence."""
    incident = strange(accounts["x"], controls["X-2"], ana)
    usual = ReviewDraft("Windows; Bogotá, Colombia; ahora", NOW, strange=(False,))
    record_device_review(control=controls["X-2"], account=accounts["x"], draft=usual, by=ana, now=NOW)
    incident.refresh_from_db()
    assert incident.closed_at is None
    assert cell(ana, "X-2", "x", timezone.localdate(NOW)).standing.state == ControlState.INCIDENT
    week_later = NOW + timedelta(days=7)
    assert ("X-2", "x") in {(one.control.code, one.account.network) for one in queries.due_for(ana, now=week_later)}


def test_somebody_blocked_opens_an_incident_until_nobody_is(
    controls: Controls, accounts: Accounts, ana: Member
) -> None:
    where: dict[str, Any] = {"control": controls["ALL-1"], "account": accounts["youtube"], "by": ana}
    checks.record_check(**where, draft=seen(Result.NOT_MET, note="Hay una persona oculta."), now=NOW)
    assert Incident.objects.get().kind == IncidentKind.BLOCKED
    checks.record_check(**where, draft=seen(), now=NOW)
    assert not queries.incidents_of(ana.entity, is_open=True)


def test_an_incident_of_a_retired_account_or_of_another_entity_is_refused(
    controls: Controls, accounts: Accounts, ana: Member, carmen: Member, other_entity: Entity
) -> None:
    incident = strange(accounts["x"], controls["X-2"], ana)
    outsider = member(other_entity, "olga", "Olga Ruiz", Role.COORDINATOR)
    with pytest.raises(NotFound):
        step(incident, StepKind.SESSION_ENDED, outsider, NOW)
    retire_account(account=accounts["instagram"], reason="Se cierra.", by=carmen, now=NOW)
    with pytest.raises(WrongState):
        strange(accounts["instagram"], controls["IG-2"], ana)
    future = IncidentOpening(IncidentKind.SESSION, "Sesión", "", NOW + timedelta(minutes=1))
    with pytest.raises(Refused, match="futuro"):
        report_incident(account=accounts["x"], opening=future, by=ana, now=NOW)


@pytest.fixture
def committed(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        yield url


def test_two_people_who_close_the_same_step_do_it_once(committed: str) -> None:
    now = timezone.now()
    entity = register_mincomercio(now)
    carmen, ana = (
        member(entity, "carmen", "Carmen", Role.COORDINATOR),
        member(entity, "ana", "Ana", Role.COMMUNITY_MANAGER),
    )
    account = register(carmen, "x", now)
    controls = {control.code: control for control in adopt_catalog(entity=entity, now=now)}
    incident, results, together = strange(account, controls["X-2"], ana, now), list[str](), Barrier(2)

    def close(person: Member) -> None:
        together.wait()
        try:
            step(incident, StepKind.SESSION_ENDED, person, now)
            results.append("done")
        except Conflict:
            results.append("conflict")
        finally:
            connection.close()

    threads = [Thread(target=close, args=(person,)) for person in (carmen, ana)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict", "done"]
    assert IncidentStep.objects.count() == 1


def test_a_clock_set_back_between_two_steps_leaves_them_in_their_order(
    controls: Controls, accounts: Accounts, ana: Member
) -> None:
    incident = strange(accounts["instagram"], controls["IG-2"], ana)
    step(incident, StepKind.SESSION_ENDED, ana, NOW + timedelta(minutes=30))
    step(incident, StepKind.CREDENTIAL_CHANGED, ana, NOW + timedelta(minutes=5))

    kinds = [each.kind for each in incident.steps.order_by("pk")]
    assert kinds == [StepKind.SESSION_ENDED, StepKind.CREDENTIAL_CHANGED]
    assert incident.exposure(now=NOW) >= timedelta(0)
