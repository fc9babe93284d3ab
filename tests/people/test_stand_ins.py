"""Somebody covers an absent adviser or coordinator: rights inside the dates, and both names in the records."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.people import actions, queries
from pregonero.people.models import Employment, Entity, Member, StandIn
from pregonero.people.roles import GROUP_HEADS, Role
from pregonero.people.rules import check_may, may
from pregonero.records.models import Event
from tests.conftest import member

DAYS = (date(2026, 12, 1), date(2026, 12, 10))


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def name(absent: Member, member: Member, by: Member, now: datetime, role: Role = Role.COORDINATOR) -> StandIn:
    absence = actions.Absence(role, *DAYS, "Vacaciones")
    return actions.name_stand_in(absent=absent, member=member, absence=absence, by=by, now=now)


def again(person: Member) -> Member:
    """Return the person as another request loads them."""
    return Member.objects.get(pk=person.pk)


def test_rights_follow_inside_the_dates_only(carmen: Member, ana: Member, now: datetime) -> None:
    name(carmen, ana, carmen, now)
    for day, allowed in ((30, False), (1, True), (10, True), (11, False)):
        moment = noon(date(2026, 11 if day == 30 else 12, day))
        assert may(again(ana), "people.manage", now=moment) is allowed, moment


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(start=st.integers(-30, 60), length=st.integers(0, 40), asked=st.integers(-40, 120))
def test_the_role_is_there_exactly_on_its_days(start: int, length: int, asked: int) -> None:
    first = date(2026, 11, 24)
    absent = Member(pk=1, roles=["COORDINATOR"], ends_on=date(2026, 12, 31))
    starts_on = first + timedelta(days=start)
    stand_in = StandIn(
        absent=absent, role="COORDINATOR", starts_on=starts_on, ends_on=starts_on + timedelta(days=length)
    )
    day = first + timedelta(days=asked)
    assert stand_in.is_current(day) == (start <= asked <= start + length and day <= date(2026, 12, 31))


@pytest.mark.procedure("M-2")
def test_records_name_both_inside_the_dates_only(carmen: Member, ana: Member, now: datetime) -> None:
    name(carmen, ana, carmen, now)
    for day, role in ((5, "Community manager, Coordinación en reemplazo de Carmen Ortiz"), (11, "Community manager")):
        moment = noon(date(2026, 12, day))
        actions.notify(members=[ana], kind=f"k{day}", ref=carmen.ref, title="T", path="/", now=moment)
        actions.see_all_notices(by=again(ana), now=moment)
        event = Event.objects.filter(event_type="notice.seen").latest("pk")
        assert (event.actor["name"], event.actor["role"]) == ("Ana Rojas", role)


def test_naming_is_recorded_and_the_person_is_told(carmen: Member, ana: Member, now: datetime) -> None:
    stand_in = name(carmen, ana, carmen, now)
    event = Event.objects.get(event_type="stand_in.named")
    assert event.facts == {"role": "COORDINATOR", "starts_on": "2026-12-01", "ends_on": "2026-12-10"}
    assert event.related == [carmen.ref.reference, ana.ref.reference]
    assert ana.notices.get().title == "Reemplazas a Carmen Ortiz del 01/12/2026 al 10/12/2026"
    assert str(stand_in) == "Ana Rojas reemplaza a Carmen Ortiz"


def test_notices_of_the_role_also_reach_who_covers_it(
    carmen: Member, marta: Member, ana: Member, now: datetime
) -> None:
    name(marta, ana, carmen, now, Role.ADVISER)
    assert ana in queries.members_with(ana.entity, GROUP_HEADS, today=DAYS[0])
    assert ana not in queries.members_with(ana.entity, GROUP_HEADS, today=DAYS[1] + timedelta(days=1))


def test_the_absent_person_or_who_coordinates_names_it(
    carmen: Member, marta: Member, ana: Member, beto: Member, now: datetime
) -> None:
    with pytest.raises(NotAllowed, match="administrar las personas"):
        name(marta, ana, beto, now, Role.ADVISER)
    with pytest.raises(NotAllowed):
        name(carmen, beto, marta, now)
    stand_in = name(marta, ana, marta, now, Role.ADVISER)
    with pytest.raises(NotAllowed):
        actions.end_stand_in(stand_in=stand_in, by=beto, now=now)
    actions.end_stand_in(stand_in=stand_in, by=carmen, now=now)
    assert "ADVISER" not in again(ana).roles_on(DAYS[0])
    with pytest.raises(WrongState, match="ya terminó"):
        actions.end_stand_in(stand_in=stand_in, by=carmen, now=now)


def test_who_cannot_cover_or_be_covered(
    carmen: Member, ana: Member, beto: Member, dario: Member, now: datetime
) -> None:
    auditor = member(carmen.entity, "eva", "Eva Sáenz", Role.AUDITOR)
    office = member(carmen.entity, "olga", "Olga Ríos", Role.MINISTER_OFFICE)
    for person in (carmen, auditor, office):
        with pytest.raises(Refused):
            name(carmen, person, carmen, now)
    with pytest.raises(NotFound):
        name(carmen, dario, carmen, now)
    with pytest.raises(Refused, match="asesora o coordina"):
        name(beto, ana, carmen, now)
    name(carmen, ana, carmen, now)
    with pytest.raises(Conflict, match="Ana Rojas ya reemplaza"):
        name(carmen, beto, carmen, now)


def test_rights_end_with_the_membership_or_the_role_of_who_is_absent(
    entity: Entity, carmen: Member, ana: Member, now: datetime
) -> None:
    second = member(entity, "sara", "Sara Coy", Role.COORDINATOR)
    name(second, ana, carmen, now)
    values = {"name": second.name, "employment": Employment.STAFF, "in_group": True, "by": carmen, "now": now}
    actions.edit_member(member=second, roles=[Role.COORDINATOR], ends_on=date(2026, 12, 3), **values)  # type: ignore[arg-type]
    assert may(again(ana), "people.manage", now=noon(date(2026, 12, 3)))
    assert not may(again(ana), "people.manage", now=noon(date(2026, 12, 4)))
    actions.edit_member(member=second, roles=[Role.ADVISER], ends_on=None, **values)  # type: ignore[arg-type]
    assert not may(again(ana), "people.manage", now=noon(DAYS[0]))
    assert StandIn.objects.get().ended_by == carmen


def test_a_stand_in_does_not_hand_on_what_it_covers(carmen: Member, ana: Member, beto: Member, now: datetime) -> None:
    name(carmen, ana, carmen, now)
    with pytest.raises(Refused, match="asesora o coordina"):
        actions.name_stand_in(
            absent=again(ana),
            member=beto,
            absence=actions.Absence(Role.COORDINATOR, *DAYS),
            by=again(ana),
            now=noon(DAYS[0]),
        )


def test_somebody_always_coordinates(carmen: Member, now: datetime) -> None:
    values = {"name": "Carmen", "employment": Employment.STAFF, "in_group": True, "by": carmen, "now": now}
    with pytest.raises(Refused, match="Nadie quedaría"):
        actions.edit_member(member=carmen, roles=[Role.ADVISER], ends_on=None, **values)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="Nadie quedaría"):
        actions.edit_member(member=carmen, roles=[Role.COORDINATOR], ends_on=date(2026, 11, 24), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [(DAYS[1], DAYS[0])])
def test_database_refuses_days_out_of_order(
    carmen: Member, ana: Member, now: datetime, days: tuple[date, date]
) -> None:
    with pytest.raises(IntegrityError, match="stand_in_days_in_order"), transaction.atomic():
        StandIn.objects.create(
            entity=carmen.entity,
            absent=carmen,
            member=ana,
            role="COORDINATOR",
            starts_on=days[0],
            ends_on=days[1],
            by=carmen,
            at=now,
        )


def test_pages_name_and_end_a_stand_in_who_then_manages_people(carmen: Member, ana: Member, beto: Member) -> None:
    today, browser = timezone.localdate(), Client()
    browser.force_login(carmen.user)
    form = {"member": ana.pk, "role": "COORDINATOR", "starts_on": f"{today}", "ends_on": f"{today}"}
    assert browser.post(f"/personas/{carmen.pk}/reemplazo/", form | {"ends_on": "ayer"}).status_code == 422
    assert browser.post(f"/personas/{carmen.pk}/reemplazo/", form | {"member": carmen.pk}).status_code == 422
    assert browser.post(f"/personas/{carmen.pk}/reemplazo/", form)["Location"] == carmen.get_absolute_url()
    assert "Ana Rojas reemplaza a Carmen Ortiz" in browser.get("/personas/").content.decode()
    browser.force_login(ana.user)
    new = {"name": "Nora Paz", "email": "nora@mincomercio.test", "roles": ["COMMUNITY_MANAGER"], "employment": "STAFF"}
    added = browser.post("/personas/nueva/", new)
    assert added.status_code == 200 and "/cuenta/password/reset/key/" in added.content.decode()
    event = Event.objects.get(event_type="member.registered", ref=Member.objects.get(name="Nora Paz").ref.reference)
    assert event.actor["role"] == "Community manager, Coordinación en reemplazo de Carmen Ortiz"
    assert browser.post("/personas/nueva/", new).status_code == 422, "the same address twice"
    stand_in = StandIn.objects.get()
    browser.post(f"/personas/reemplazos/{stand_in.pk}/fin/")
    assert browser.get("/personas/nueva/").status_code == 403


def test_the_link_of_a_new_member_lets_them_choose_a_password(carmen: Member) -> None:
    browser = Client()
    browser.force_login(carmen.user)
    new = {"name": "Nora Paz", "email": "nora@mincomercio.test", "roles": ["AUDITOR"], "employment": "STAFF"}
    page = browser.post("/personas/nueva/", new).content.decode()
    link = page.partition('class="mono" value="')[2].partition('"')[0]
    path = "/" + link.partition("//")[2].partition("/")[2]
    nora = Client()
    form = nora.get(path, follow=True)
    answer = nora.post(form.redirect_chain[-1][0], {"password1": "una-clave-de-nora", "password2": "una-clave-de-nora"})
    assert answer.status_code == 302
    user = Member.objects.get(name="Nora Paz").user
    assert user.check_password("una-clave-de-nora")


def test_a_member_is_edited_and_ended_by_who_coordinates(carmen: Member, ana: Member) -> None:
    browser = Client()
    browser.force_login(ana.user)
    form = {"name": "Ana Rojas Paz", "roles": ["COMMUNITY_MANAGER", "ADVISER"], "employment": "CONTRACTOR"}
    assert browser.post(f"/personas/{ana.pk}/edicion/", form).status_code == 403
    browser.force_login(carmen.user)
    assert browser.post(f"/personas/{ana.pk}/edicion/", form).status_code == 422, "a contract has a last day"
    today = timezone.localdate()
    assert browser.post(f"/personas/{ana.pk}/edicion/", form | {"ends_on": f"{today}"}).status_code == 302
    assert Event.objects.get(event_type="member.ended").facts["roles"] == ["COMMUNITY_MANAGER", "ADVISER"]
    with pytest.raises(NotAllowed, match="terminó"):
        check_may(again(ana), "people.see", now=noon(today + timedelta(days=1)))
