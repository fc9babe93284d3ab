"""Sessions and devices of a person: listed, ended, told when new; and the second factor of who lost it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connections
from django.test import Client

from pregonero.errors import Conflict, NotAllowed, NotFound, Refused
from pregonero.people.models import CodeApp, FactorReset, Member, Notice, OpenSession, RecoveryCode
from pregonero.people.roles import Role
from pregonero.people.security import actions, queries
from pregonero.people.security.actions import resets, sessions
from pregonero.records.models import Event
from tests.conftest import PASSWORD, member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.second_factor import enrol, pass_second_factor

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"


@pytest.fixture(autouse=True)
def _no_counts(db: None) -> None:
    cache.clear()


def signed_in(person: Member, agent: str = FIREFOX, **options: Any) -> Client:
    """Return a client that signed in with both steps, on a new device."""
    enrol(person)
    client = Client(headers={"User-Agent": agent}, **options)
    client.post("/cuenta/login/", {"login": person.user.email, "password": PASSWORD})
    pass_second_factor(client, person.user)
    return client


def test_sessions_are_listed_with_their_device_and_place(ana: Member) -> None:
    client = signed_in(ana, REMOTE_ADDR="8.8.4.4")
    signed_in(ana, PHONE, REMOTE_ADDR="10.1.2.3")
    page = client.get("/mi-seguridad/").content.decode()
    for words in ("Firefox en Windows", "Chrome en Android", "Internet, 8.8.4.4", "Red interna, 10.1.2.3", "esta"):
        assert words in page, words


def test_ended_session_ends_at_its_next_request(ana: Member, now: datetime) -> None:
    mine, other = signed_in(ana), signed_in(ana, PHONE)
    (session,) = [one for one in queries.open_sessions(ana.user, now=now) if "Android" in one.device.name]
    assert mine.post(f"/mi-seguridad/sesiones/{session.pk}/cierre/")["Location"] == "/mi-seguridad/"
    assert other.get("/")["Location"].startswith("/cuenta/login/")
    assert mine.get("/").status_code == 200
    assert Event.objects.get(event_type="session.ended").facts == {"device": "Chrome en Android"}


def test_closing_the_other_sessions_ends_them_and_the_trust_of_devices(ana: Member, now: datetime) -> None:
    mine, other = signed_in(ana), signed_in(ana, PHONE)
    ana.user.devices.update(trusted_until=datetime.max.replace(tzinfo=now.tzinfo))
    mine.post("/mi-seguridad/sesiones/cierre/")
    assert other.get("/").status_code == 302
    assert mine.get("/").status_code == 200
    assert not ana.user.devices.filter(trusted_until__isnull=False).exists()


def test_new_password_ends_the_other_sessions_and_keeps_this_one_listed(ana: Member, now: datetime) -> None:
    mine, other = signed_in(ana), signed_in(ana, PHONE)
    new = "otra-clave-larga-9"
    mine.post("/cuenta/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert other.get("/").status_code == 302
    assert mine.get("/").status_code == 200
    (session,) = queries.open_sessions(ana.user, now=now)
    sessions.end_session(session=session, by=ana, now=now)
    assert mine.get("/").status_code == 302
    assert Event.objects.filter(event_type="password.changed").count() == 1


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SYSTEMS_OFFICE])
def test_who_coordinates_ends_the_session_of_somebody(ana: Member, role: Role, now: datetime) -> None:
    client = signed_in(ana)
    head = member(ana.entity, "jefe", "Jefe Ruiz", role)
    session = OpenSession.objects.get(user=ana.user)
    sessions.end_session(session=session, by=head, now=now)
    assert client.get("/").status_code == 302
    assert Event.objects.get(event_type="session.ended").actor["name"] == "Jefe Ruiz"


def test_nobody_else_ends_the_session_of_somebody(ana: Member, beto: Member, dario: Member, now: datetime) -> None:
    client = signed_in(ana)
    session = OpenSession.objects.get(user=ana.user)
    dario.roles = [Role.COORDINATOR.value]
    dario.save()
    for person in (beto, dario):
        with pytest.raises(NotFound):
            sessions.end_session(session=session, by=person, now=now)
    assert client.get("/").status_code == 200


def test_new_device_is_told_and_recorded_but_not_the_first(ana: Member, now: datetime) -> None:
    client = signed_in(ana)
    assert not Notice.objects.filter(kind="sign_in.new_device").exists()
    client.post("/cuenta/logout/")
    client.post("/cuenta/login/", {"login": ana.user.email, "password": PASSWORD})
    pass_second_factor(client, ana.user)
    assert not Notice.objects.filter(kind="sign_in.new_device").exists()
    signed_in(ana, PHONE, REMOTE_ADDR="203.0.113.7")
    notice = Notice.objects.get(kind="sign_in.new_device")
    assert (notice.member, notice.title) == (ana, "Entraste desde un equipo nuevo: Chrome en Android")
    assert "203.0.113.7" in notice.why
    assert Event.objects.filter(event_type="sign_in.new_device").count() == 1


def test_use_of_a_session_is_noted_once_in_a_while(ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    from pregonero.people.security import middleware

    client = signed_in(ana)
    session = OpenSession.objects.get(user=ana.user)
    monkeypatch.setattr(middleware, "_touched", {})
    OpenSession.objects.update(address="")
    client.get("/")
    session.refresh_from_db()
    assert session.address == "127.0.0.1"
    OpenSession.objects.update(address="")
    client.get("/")
    session.refresh_from_db()
    assert session.address == ""


def test_lost_factor_is_taken_away_by_two_people(ana: Member, carmen: Member, now: datetime) -> None:
    client = signed_in(ana)
    systems = member(ana.entity, "sara", "Sara Gil", Role.SYSTEMS_OFFICE)
    reset = resets.ask_reset(member=ana, reason="Perdió el teléfono; vino en persona.", by=carmen, now=now)
    with pytest.raises(Conflict):
        resets.ask_reset(member=ana, reason="Otra vez", by=systems, now=now)
    with pytest.raises(Refused, match="otra persona"):
        resets.confirm_reset(reset=reset, by=carmen, now=now)
    resets.confirm_reset(reset=reset, by=systems, now=now)
    assert not CodeApp.objects.filter(user=ana.user).exists()
    assert not RecoveryCode.objects.filter(user=ana.user).exists()
    assert client.get("/")["Location"].startswith("/cuenta/login/")
    client.post("/cuenta/login/", {"login": ana.user.email, "password": PASSWORD})
    assert client.get("/")["Location"] == "/mi-seguridad/activar/"
    recorded = Event.objects.filter(event_type__startswith="second_factor.reset").order_by("pk")
    assert [event.event_type for event in recorded] == ["second_factor.reset_asked", "second_factor.reset"]
    with pytest.raises(Conflict):
        resets.refuse_reset(reset=reset, by=carmen, now=now)


def test_lost_factor_can_be_left_as_it_is(ana: Member, carmen: Member, now: datetime) -> None:
    enrol(ana)
    reset = resets.ask_reset(member=ana, reason="Dice que lo perdió.", by=carmen, now=now)
    resets.refuse_reset(reset=reset, by=carmen, now=now)
    assert CodeApp.objects.filter(user=ana.user).exists()
    assert not FactorReset.objects.get().is_done


def test_reset_is_refused_without_reason_right_or_factor(
    ana: Member, beto: Member, carmen: Member, now: datetime
) -> None:
    with pytest.raises(Refused, match="no tiene segundo paso"):
        resets.ask_reset(member=ana, reason="Lo perdió", by=carmen, now=now)
    enrol(ana, carmen)
    with pytest.raises(NotAllowed):
        resets.ask_reset(member=ana, reason="Lo perdió", by=beto, now=now)
    with pytest.raises(Refused, match="por qué"):
        resets.ask_reset(member=ana, reason="  ", by=carmen, now=now)
    with pytest.raises(Refused, match="otra persona"):
        resets.ask_reset(member=carmen, reason="Lo perdí", by=carmen, now=now)


def test_recovery_code_of_two_connections_at_once_is_used_once(django_db_blocker: Any, now: datetime) -> None:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        ana = member(register_mincomercio(now), "ana", "Ana Rojas", Role.COMMUNITY_MANAGER)
        enrol(ana)
        (code, *_) = actions.make_recovery_codes(user=ana.user, now=now)
        barrier = threading.Barrier(2)

        def use(_: int) -> str:
            barrier.wait()
            try:
                return actions.use_code(user=ana.user, code=code, now=now)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(use, range(2))) == ["", actions.RECOVERY]


def test_sessions_that_ended_are_not_listed(ana: Member, now: datetime) -> None:
    signed_in(ana)
    Session.objects.all().delete()
    assert queries.open_sessions(ana.user, now=now) == []
