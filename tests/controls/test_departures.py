"""Somebody leaves: what they hold, step by step with its proof, and the findings about who stays administrator."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.controls import access_queries, departure_queries
from pregonero.controls.actions import checks
from pregonero.controls.actions.departures import close_departure, do_departure_step, start_departure
from pregonero.controls.models import (
    AdministratorLink,
    Control,
    DepartureStep,
    Finding,
    FindingState,
)
from pregonero.controls.states import Result
from pregonero.controls.tasks import review_access
from pregonero.dashboard.control_tasks import departure_tasks
from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.networks.account_audit import Administrator
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import add_administrator, end_administrator
from pregonero.networks.models import Account, Credential
from pregonero.people.actions import edit_member
from pregonero.people.models import Employment, Member
from pregonero.people.roles import Role
from pregonero.publishing.models import Publication
from pregonero.records.models import Event
from tests.conftest import NOW

pytestmark = pytest.mark.procedure("FB-1", "M-3")
TODAY = timezone.localdate(NOW)
Controls, Accounts = dict[str, Control], dict[str, Account]


def seen_at_facebook(account: Account, controls: Controls, *people: tuple[str, Member]) -> None:
    """Have the network say who administers a page, and the coordinator who each of them is."""
    told = tuple(Administrator(remote_id, member.name) for remote_id, member in people)
    draft = checks.CheckDraft(Result.MET, timezone.now(), administrators=told)
    checks.record_automatic_check(control=controls["FB-1"], account=account, draft=draft, now=timezone.now())
    for remote_id, member in people:
        AdministratorLink.objects.create(
            account=account, remote_id=remote_id, member=member, by=member, at=timezone.now()
        )


def keys(member: Member) -> set[str]:
    return {holding.key.partition(":")[0] for holding in departure_queries.holdings_of(member, now=NOW)}


def ends(member: Member, days: int) -> None:
    """Have a person's contract end so many days from today, by the database: actions would record it."""
    day = timezone.localdate() + timedelta(days=days)
    Member.objects.filter(pk=member.pk).update(employment=Employment.CONTRACTOR, ends_on=day)
    member.refresh_from_db()


def test_what_a_person_holds_is_listed(
    controls: Controls, accounts: Accounts, ana: Member, beto: Member, carmen: Member
) -> None:
    assert "token" not in keys(beto)
    seen_at_facebook(accounts["facebook"], controls, ("501", beto))
    add_administrator(account=accounts["x"], name="", member=beto, since=TODAY, by=carmen, now=NOW)
    connect_account(account=accounts["x"], token="t", expires_at=None, by=carmen, now=NOW)
    Credential.objects.update(connected_by=beto.name)
    source: dict[str, Any] = {"source_kind": "news", "source_id": 1, "source_name": "N", "title": "N"}
    signed: dict[str, Any] = {"created_by": ana, "created_at": NOW, "edited_by": beto, "edited_at": NOW}
    Publication.objects.create(entity=beto.entity, number="P-1", key=uuid4(), **source, **signed)
    Finding.objects.create(entity=beto.entity, key="otro", title="Algo", owner=beto, opened_at=NOW)
    assert keys(beto) == {
        *("admin", "token", "sessions", "registered", "recovery", "devices"),
        *("drafts", "findings", "only", "membership"),
    }
    later = departure_queries.holdings_of(ana, now=NOW + timedelta(days=40))
    assert "controls" in {holding.key for holding in later}


def test_a_departure_goes_step_by_step_and_closes_with_nothing_left(
    controls: Controls, accounts: Accounts, ana: Member, beto: Member, carmen: Member
) -> None:
    with pytest.raises(NotAllowed):
        start_departure(member=beto, by=ana, now=NOW)
    with pytest.raises(Refused, match="otra persona"):
        start_departure(member=carmen, by=carmen, now=NOW)
    departure = start_departure(member=beto, by=carmen, now=NOW)
    with pytest.raises(Conflict):
        start_departure(member=beto, by=carmen, now=NOW)

    membership = departure.steps.get(key="membership")
    proof: dict[str, Any] = {"member": beto, "note": "Hecho.", "medium": None, "by": ana, "now": NOW}
    with pytest.raises(WrongState, match="todavía lo tiene"):
        do_departure_step(step_id=membership.pk, **proof)
    by_hand = departure.steps.filter(is_verified=False)
    with pytest.raises(Refused, match="prueba"):
        do_departure_step(step_id=by_hand[0].pk, **proof | {"note": " "})
    with pytest.raises(Refused, match="otra persona"):
        do_departure_step(step_id=by_hand[0].pk, **proof | {"by": beto})
    for step in by_hand:
        do_departure_step(step_id=step.pk, **proof)
    with pytest.raises(Conflict):
        do_departure_step(step_id=by_hand[0].pk, **proof)
    with pytest.raises(WrongState, match="Falta"):
        close_departure(member=beto, by=carmen, now=NOW)

    Member.objects.filter(pk=ana.pk).update(roles=[Role.COMMUNITY_MANAGER.value, Role.DIGITAL_STRATEGIST.value])
    ended: dict[str, Any] = {"employment": Employment.CONTRACTOR, "ends_on": TODAY, "in_group": True}
    edit_member(member=beto, name=beto.name, roles=[Role.DIGITAL_STRATEGIST], **ended, by=carmen, now=NOW)
    tomorrow = NOW + timedelta(days=1)
    closed = close_departure(member=beto, by=carmen, now=tomorrow)
    assert closed.closed_by == carmen
    assert DepartureStep.objects.get(key="membership").done_by is None  # the system saw it
    assert not DepartureStep.objects.filter(done_at__isnull=True).exists()
    kinds = Event.objects.filter(ref=closed.ref.reference)
    assert {event.event_type for event in kinds} == {"departure.started", "departure.step", "departure.closed"}


def test_what_arrives_after_the_start_is_a_step_too(
    controls: Controls, accounts: Accounts, beto: Member, carmen: Member, dario: Member
) -> None:
    departure = start_departure(member=beto, by=carmen, now=NOW)
    assert not departure.steps.filter(key="findings").exists()
    Finding.objects.create(entity=beto.entity, key="otro", title="Algo", owner=beto, opened_at=NOW)
    review_access(timestamp=int(NOW.timestamp()))
    assert departure.steps.get(key="findings").done_at is None
    Finding.objects.update(owner=carmen)
    review_access(timestamp=int(NOW.timestamp()))
    assert departure.steps.get(key="findings").done_at is not None
    Member.objects.filter(pk=dario.pk).update(roles=[Role.COORDINATOR.value])
    dario.refresh_from_db()
    with pytest.raises(NotFound):
        close_departure(member=beto, by=dario, now=NOW)


def test_what_comes_back_after_its_step_is_a_step_again(
    controls: Controls, accounts: Accounts, beto: Member, carmen: Member
) -> None:
    departure = start_departure(member=beto, by=carmen, now=NOW)
    finding = Finding.objects.create(entity=beto.entity, key="otro", title="Algo", owner=carmen, opened_at=NOW)
    for owner in (beto, carmen, beto, carmen):
        Finding.objects.filter(pk=finding.pk).update(owner=owner)
        review_access(timestamp=int(NOW.timestamp()))
        review_access(timestamp=int(NOW.timestamp()))
        assert departure.steps.filter(key="findings", done_at__isnull=True).exists() is (owner == beto)
    assert departure.steps.filter(key="findings").count() == 2


def test_the_page_shows_the_steps_for_which_the_closing_is_refused(
    controls: Controls, accounts: Accounts, beto: Member, carmen: Member
) -> None:
    departure = start_departure(member=beto, by=carmen, now=timezone.now())
    Finding.objects.create(entity=beto.entity, key="otro", title="Algo", owner=beto, opened_at=NOW)
    client = Client()
    client.force_login(carmen.user)
    refused = client.post(f"/personas/{beto.pk}/salida/cierre/")
    assert (refused.status_code, "Faltan" in refused.content.decode()) == (409, True)
    assert departure.steps.filter(key="findings", done_at__isnull=True).exists()
    assert "Hallazgos que otra persona debe resolver: 1." in client.get(departure.get_absolute_url()).content.decode()


def test_a_contract_that_ends_within_thirty_days_is_on_hoy_of_who_coordinates(
    controls: Controls, ana: Member, beto: Member, carmen: Member
) -> None:
    now = timezone.now()

    def titles(member: Member) -> list[str]:
        return [task.title for task in departure_tasks(member, now=now)]

    assert titles(carmen) == []
    ends(beto, 30)
    (title,) = titles(carmen)
    assert title.startswith("El contrato de Beto Mora termina el ") and titles(ana) == []
    ends(beto, 31)
    assert titles(carmen) == []
    ends(beto, -1)
    assert "terminó" in titles(carmen)[0]
    start_departure(member=beto, by=carmen, now=now)
    assert titles(carmen) == ["Salida de Beto Mora"]


def test_an_administrator_who_leaves_opens_a_finding_that_closes_by_itself(
    controls: Controls, accounts: Accounts, ana: Member, beto: Member, carmen: Member
) -> None:
    seen_at_facebook(accounts["facebook"], controls, ("501", ana))
    registered = add_administrator(account=accounts["x"], name="", member=beto, since=TODAY, by=carmen, now=NOW)
    add_administrator(account=accounts["facebook"], name="", member=beto, since=TODAY, by=carmen, now=NOW)
    opened = Finding.objects.filter(key__startswith="access:", state=FindingState.OPEN)

    def review() -> list[str]:
        review_access(timestamp=int(timezone.now().timestamp()))
        return sorted(opened.values_list("title", flat=True))

    (missing,) = review()
    assert missing.startswith("La red ya no muestra a Beto Mora")
    beto.user.is_active = False
    beto.user.save()
    ends(ana, -1)
    titles = review()
    assert [title.partition(" ")[0] for title in titles] == ["Ana", "Beto", "Beto", "La"]
    assert review() == titles  # each cause once
    finding = opened.get(account=accounts["x"])
    with pytest.raises(WrongState, match="se cierra solo"):
        checks.close_finding(finding=finding, reason="Ya.", by=carmen, now=timezone.now())
    end_administrator(administrator=registered, until=TODAY, by=carmen, now=timezone.now())
    review()
    finding.refresh_from_db()
    assert (finding.state, opened.count()) == (FindingState.CLOSED, 3)


@pytest.mark.parametrize(
    ("prepare", "flag"),
    [
        ("shared", "Compartido: Ana Rojas es Ana Rojas y Beto Mora"),
        ("rights", "Más permisos de los necesarios: ads_management"),
        ("inactive", "Usuario desactivado: Ana Rojas"),
        ("expired", "Contrato terminado: Ana Rojas"),
        ("dormant", "Sin uso: Ana Rojas"),
        ("orphan", "Huérfano: nadie dice quién es Nadie"),
        ("role", "Rol que no corresponde: Luis Peña"),
    ],
)
def test_each_flag_of_the_access_review(
    controls: Controls,
    accounts: Accounts,
    ana: Member,
    beto: Member,
    luis: Member,
    carmen: Member,
    prepare: str,
    flag: str,
) -> None:
    page = accounts["facebook"]
    seen_at_facebook(page, controls, ("501", ana))
    for member in (ana, beto, luis):
        member.user.last_login = timezone.now()
        member.user.save()

    def flags() -> list[str]:
        review = access_queries.access_review(carmen.entity, day=timezone.localdate())
        return [flag for one in review if one.account == page for flag in one.flags]

    assert flags() == []
    if prepare == "shared":
        AdministratorLink.objects.create(
            account=another_page(page), remote_id="501", member=beto, by=carmen, at=timezone.now()
        )
    elif prepare == "rights":
        scopes = ["pages_manage_posts", "public_profile", "ads_management"]
        connect_account(account=page, token="t", expires_at=None, scopes=scopes, by=carmen, now=NOW)
    elif prepare == "expired":
        ends(ana, -1)
    elif prepare == "orphan":
        told = (Administrator("501", ana.name), Administrator("777", "Nadie"))
        draft = checks.CheckDraft(Result.MET, timezone.now(), administrators=told)
        checks.record_automatic_check(control=controls["FB-1"], account=page, draft=draft, now=timezone.now())
    elif prepare == "role":
        seen_at_facebook(page, controls, ("502", luis))
    else:
        changed = {"inactive": {"is_active": False}, "dormant": {"last_login": NOW - timedelta(days=90)}}[prepare]
        type(ana.user).objects.filter(pk=ana.user_id).update(**changed)
    (said,) = flags()
    assert said.startswith(flag)


def another_page(page: Account) -> Account:
    """Return a second page of Facebook of the same entity."""
    return Account.objects.create(
        entity=page.entity, network="facebook", handle="otra", display_name="Otra", purpose="Ferias", registered_at=NOW
    )


def test_the_pages_of_a_departure(controls: Controls, accounts: Accounts, ana: Member, carmen: Member) -> None:
    client = Client()
    client.force_login(carmen.user)
    path = f"/personas/{ana.pk}/salida/"
    assert "Empezar la salida" in client.get(path).content.decode()
    assert "Empezar la salida" not in client.get(f"/personas/{carmen.pk}/salida/").content.decode()
    started = client.post(path, follow=True).content.decode()
    assert "Probar que se hizo" in started and "faltan" in started
    step = DepartureStep.objects.filter(is_verified=False)[0]
    assert client.post(f"{path}{step.pk}/", {"note": ""}).status_code == 422
    assert client.post(f"{path}{step.pk}/", {"note": "Le quité el acceso."}, follow=True).status_code == 200
    assert client.post(f"{path}{step.pk + 9999}/", {"note": "x"}).status_code == 404
    assert client.post(f"{path}cierre/").status_code == 409
