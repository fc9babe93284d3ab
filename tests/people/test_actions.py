"""Registering members, permissions, and notices with their receipts."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError

from pregonero.errors import NotAllowed, NotFound
from pregonero.people import actions, queries
from pregonero.people.models import Employment, Entity, Member, Notice
from pregonero.people.roles import PERMISSIONS, Role
from pregonero.people.rules import check_may, may
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Event


def register(entity: Entity, by: Member | None, now: datetime, **changes: object) -> Member:
    values = {
        "email": "nueva@mincomercio.test",
        "password": "una-clave-muy-larga",
        "name": "Nueva Persona",
        "roles": [Role.COMMUNITY_MANAGER],
        "employment": Employment.STAFF,
    } | changes
    return actions.register_member(entity=entity, by=by, now=now, **values)  # type: ignore[arg-type]


def test_register_member_records_an_event(entity: Entity, carmen: Member, now: datetime) -> None:
    member = register(entity, carmen, now)
    event = Event.objects.get(event_type="member.registered", ref=member.ref.reference)
    assert event.actor["name"] == "Carmen Ortiz"
    assert event.facts["roles"] == ["COMMUNITY_MANAGER"]


def test_register_member_refuses_a_member_who_is_not_coordinator(entity: Entity, ana: Member, now: datetime) -> None:
    with pytest.raises(NotAllowed, match="Coordinación"):
        register(entity, ana, now)
    assert not Member.objects.filter(name="Nueva Persona").exists()


def test_database_refuses_a_contractor_without_an_end_date(entity: Entity, carmen: Member, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="member_contractor_ends"):
        register(entity, carmen, now, employment=Employment.CONTRACTOR)


def test_check_may_refuses_an_expired_membership(entity: Entity, now: datetime) -> None:
    former = register(entity, None, now, employment=Employment.CONTRACTOR, ends_on=date(2026, 11, 23))
    with pytest.raises(NotAllowed, match="23/11/2026"):
        check_may(former, "publication.compose", now=now)
    assert may(former, "publication.compose", now=now - timedelta(days=1))


@pytest.mark.procedure("P-1")
def test_community_manager_and_strategist_have_the_same_permissions() -> None:
    for permission in PERMISSIONS.values():
        assert (Role.COMMUNITY_MANAGER in permission.roles) == (Role.DIGITAL_STRATEGIST in permission.roles)


@pytest.mark.procedure("P-1")
def test_notify_creates_one_notice_and_see_notice_one_receipt(ana: Member, beto: Member, now: datetime) -> None:
    for _ in range(2):
        actions.notify(
            members=[ana, beto], kind="news.informed", ref=ObjectRef("news", 7), title="Hay noticia", path="/", now=now
        )
    assert Notice.objects.count() == 2
    notice = queries.waiting_notices(ana)[0]
    actions.see_notice(notice=notice, by=ana, now=now)
    actions.see_notice(notice=notice, by=ana, now=now + timedelta(hours=1))
    assert queries.waiting_notices(ana) == []
    assert Event.objects.filter(event_type="notice.seen", related=["news:7"]).count() == 1


def test_see_notice_does_not_find_the_notice_of_another_member(ana: Member, dario: Member, now: datetime) -> None:
    actions.notify(members=[ana], kind="k", ref=ObjectRef("news", 7), title="Hay noticia", path="/", now=now)
    with pytest.raises(NotFound):
        actions.see_notice(notice=queries.waiting_notices(ana)[0], by=dario, now=now)
