"""The second factor: who must have one, enrolling, codes accepted once, limits, and recovery codes."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from pregonero.people.models import CodeApp, Entity, Member, RecoveryCode
from pregonero.people.roles import OUTSIDE, PERMISSIONS, SECOND_FACTOR_ROLES, Role
from pregonero.people.security import actions, totp
from pregonero.records.models import Event
from tests.conftest import NOW, PASSWORD, member
from tests.second_factor import SECRET, current_code, enrol

ENROL, SECOND_STEP = "/mi-seguridad/activar/", "/cuenta/2fa/authenticate/"


@pytest.fixture(autouse=True)
def _no_counts(db: None) -> None:
    cache.clear()


def give_password(person: Member, client: Client | None = None, **options: Any) -> Client:
    """Return a client that sent the right password, and nothing else."""
    client = client or Client(**options)
    response = client.post("/cuenta/login/", {"login": person.user.email, "password": PASSWORD})
    assert response.status_code == 302
    return client


def send_code(client: Client, code: str, **more: str) -> Any:
    """Send a code to the second step of signing in."""
    return client.post(SECOND_STEP, {"code": code, **more})


def events(event_type: str) -> int:
    return Event.objects.filter(event_type=event_type).count()


@pytest.mark.parametrize(
    ("secret", "moment", "code"),
    [  # RFC 6238, appendix B, the last six digits
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59, "287082"),
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1111111109, "081804"),
        ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(secret: str, moment: int, code: str) -> None:
    assert totp.code_at(secret, moment // totp.STEP) == code


def test_every_role_that_does_more_than_look_must_have_one() -> None:
    assert frozenset(Role) - OUTSIDE == SECOND_FACTOR_ROLES
    for name, permission in PERMISSIONS.items():
        assert name.endswith(".see") or permission.roles <= SECOND_FACTOR_ROLES, name


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR_ROLES))
def test_who_must_have_one_reaches_nothing_before_enrolling(entity: Entity, role: Role) -> None:
    client = give_password(member(entity, "eva", "Eva Paz", role))
    for path in ("/", "/parrilla/", "/cuenta/password/change/", "/mi-seguridad/", "/personas/", "/no-existe/"):
        response = client.get(path)
        assert (path, response.status_code) in {(path, 302), ("/no-existe/", 404)}
        assert response.get("Location", ENROL) == ENROL
    assert client.get(ENROL).status_code == 200


@pytest.mark.parametrize("role", sorted(OUTSIDE))
def test_who_only_confirms_acts_need_not_enrol(entity: Entity, role: Role) -> None:
    client = give_password(member(entity, "eva", "Eva Paz", role))
    assert client.get("/actos/").status_code == 200


def test_role_that_is_given_later_obliges_at_the_next_page(entity: Entity) -> None:
    person = member(entity, "eva", "Eva Paz", Role.PRESS_OFFICE)
    client = give_password(person)
    assert client.get("/actos/").status_code == 200
    person.roles = [Role.COMMUNITY_MANAGER.value]
    person.save()
    assert client.get("/actos/")["Location"] == ENROL


def test_htmx_request_is_taken_there_too(ana: Member) -> None:
    response = give_password(ana).get("/parrilla/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == ENROL
    assert response.content == b""


def test_enrolling_with_a_telephone_and_signing_in_with_it(ana: Member) -> None:
    client = give_password(ana)
    page = client.post("/mi-seguridad/aplicacion/nueva/", follow=True).content.decode()
    secret = re.search(r'class="mono" value="([A-Z2-7]+)" readonly', page)
    assert secret is not None
    assert 'src="data:image/svg+xml;base64,' in page
    assert client.get("/mi-seguridad/codigos/")["Location"] == ENROL  # not before the application is confirmed
    wrong = client.post("/mi-seguridad/aplicacion/", {"code": "000000"})
    assert (wrong.status_code, "Ese código no es" in wrong.content.decode()) == (422, True)
    code = current_code(secret.group(1), now=timezone.now() - timedelta(seconds=30))
    assert client.post("/mi-seguridad/aplicacion/", {"code": code})["Location"] == ENROL
    assert client.get("/")["Location"] == ENROL  # the recovery codes are missing
    page = client.post("/mi-seguridad/codigos/").content.decode()
    codes = re.findall(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b", page)
    assert len(set(codes)) == actions.CODES
    assert client.get("/").status_code == 200
    assert codes[0] not in client.get("/mi-seguridad/codigos/").content.decode()
    assert (events("second_factor.added"), events("recovery_codes.made")) == (1, 1)

    again = give_password(ana)
    assert again.get("/")["Location"].startswith("/cuenta/login/")
    assert send_code(again, current_code(secret.group(1))).status_code == 302
    assert again.get("/").status_code == 200


def test_secret_is_encrypted_and_recovery_codes_are_not_stored(ana: Member) -> None:
    enrol(ana)
    codes = actions.make_recovery_codes(user=ana.user, now=NOW)
    assert SECRET.encode() not in bytes(CodeApp.objects.get().encrypted_secret)
    stored = list(RecoveryCode.objects.values_list("digest", flat=True))
    assert len(stored) == actions.CODES
    assert not any(code.replace("-", "") in digest.upper() for code in codes for digest in stored)


def test_key_that_is_shown_again_is_the_same(ana: Member) -> None:
    assert actions.start_code_app(user=ana.user) == actions.start_code_app(user=ana.user)


def test_code_is_accepted_once(ana: Member) -> None:
    enrol(ana)
    code = current_code()
    assert send_code(give_password(ana), code).status_code == 302
    replayed = send_code(give_password(ana), code)
    assert (replayed.status_code, "ya se usó" in replayed.content.decode()) == (200, True)


@pytest.mark.parametrize(("steps", "factor"), [(-2, ""), (-1, "code_app"), (0, "code_app"), (1, "code_app"), (2, "")])
def test_clock_of_the_telephone_may_be_half_a_minute_off(ana: Member, now: datetime, steps: int, factor: str) -> None:
    enrol(ana, now=now - timedelta(hours=1))
    code = current_code(now=now + timedelta(seconds=30 * steps))
    assert actions.use_code(user=ana.user, code=code, now=now) == factor


def test_older_code_is_refused_after_a_later_one(ana: Member, now: datetime) -> None:
    enrol(ana, now=now - timedelta(hours=1))
    old, new = current_code(now=now - timedelta(seconds=30)), current_code(now=now)
    assert actions.use_code(user=ana.user, code=new, now=now) == actions.APP
    assert actions.use_code(user=ana.user, code=old, now=now) == ""


@pytest.mark.parametrize("code", ["", "abc", "12345", "1234567", "٣٣٣٣٣٣", "\x00", "🔑" * 6, "0" * 40])
def test_bad_code_is_refused(ana: Member, code: str) -> None:
    enrol(ana)
    assert send_code(give_password(ana), code).status_code == 200


def test_wrong_codes_lock_the_account_only_at_their_address(ana: Member, beto: Member) -> None:
    enrol(ana, beto)
    thief = give_password(ana, REMOTE_ADDR="203.0.113.7")
    for _ in range(5):
        send_code(thief, "000000")
    locked = send_code(thief, current_code()).content.decode()
    assert "Hubo demasiados códigos equivocados. Espera 5 minutos" in locked
    assert send_code(give_password(beto, REMOTE_ADDR="203.0.113.7"), current_code()).status_code == 302
    assert send_code(give_password(ana, REMOTE_ADDR="198.51.100.9"), current_code()).status_code == 302


def test_wrong_codes_from_many_addresses_lock_the_account_too(ana: Member) -> None:
    enrol(ana)
    for number in range(4):
        thief = give_password(ana, REMOTE_ADDR=f"192.0.2.{number}")
        for _ in range(5):
            send_code(thief, "000000")
    late = send_code(give_password(ana, REMOTE_ADDR="192.0.2.99"), current_code())
    assert "demasiados códigos" in late.content.decode()


def test_right_code_is_not_counted(ana: Member, now: datetime) -> None:
    enrol(ana)
    for code in actions.make_recovery_codes(user=ana.user, now=now)[:8]:
        assert send_code(give_password(ana), code).status_code == 302


def test_recovery_code_signs_in_once_and_is_recorded(ana: Member, now: datetime) -> None:
    enrol(ana)
    code = actions.make_recovery_codes(user=ana.user, now=now)[0]
    assert send_code(give_password(ana), code.lower().replace("-", " ")).status_code == 302
    assert send_code(give_password(ana), code).status_code == 200
    used = Event.objects.get(event_type="recovery_code.used")
    assert used.facts["left"] == actions.CODES - 1


def test_new_recovery_codes_replace_the_old(ana: Member, now: datetime) -> None:
    enrol(ana)
    old = actions.make_recovery_codes(user=ana.user, now=now)[0]
    new = actions.make_recovery_codes(user=ana.user, now=now)[0]
    assert send_code(give_password(ana), old).status_code == 200
    assert send_code(give_password(ana), new).status_code == 302


def test_recovery_code_of_somebody_else_is_refused(ana: Member, beto: Member, now: datetime) -> None:
    enrol(ana, beto)
    code = actions.make_recovery_codes(user=beto.user, now=now)[0]
    assert send_code(give_password(ana), code).status_code == 200


def test_second_step_changes_the_session(ana: Member) -> None:
    enrol(ana)
    client = give_password(ana)
    before = client.session.session_key
    send_code(client, current_code())
    assert client.session.session_key not in (None, before)


def test_trusted_device_skips_the_code_until_its_days_are_over(ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    enrol(ana)
    client = give_password(ana)
    send_code(client, current_code(), trust="on")
    client.post("/cuenta/logout/")
    give_password(ana, client)
    assert client.get("/").status_code == 200
    assert events("device.trusted") == 1
    client.post("/cuenta/logout/")
    ana.user.devices.update(trusted_until=timezone.now())
    give_password(ana, client)
    assert client.get("/").status_code == 302


def test_device_that_is_not_trusted_is_asked_again(ana: Member, now: datetime) -> None:
    enrol(ana)
    client = give_password(ana)
    send_code(client, current_code())
    client.post("/cuenta/logout/")
    assert give_password(ana, client).get("/").status_code == 302


def test_change_of_password_ends_the_trust_of_devices(ana: Member) -> None:
    enrol(ana)
    client = give_password(ana)
    send_code(client, current_code(), trust="on")
    assert ana.user.devices.filter(trusted_until__isnull=False).exists()
    data = {"oldpassword": PASSWORD, "password1": "otra-clave-larga-9", "password2": "otra-clave-larga-9"}
    client.post("/cuenta/password/change/", data)
    assert not ana.user.devices.filter(trusted_until__isnull=False).exists()


def test_stronger_hash_of_the_same_password_ends_no_trust(ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    enrol(ana)
    client = give_password(ana)
    send_code(client, current_code(), trust="on")
    client.post("/cuenta/logout/")
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 2)  # signing in hashes the password again
    assert give_password(ana, client).get("/").status_code == 200


def test_device_that_is_trusted_by_one_person_is_not_by_another(ana: Member, beto: Member) -> None:
    enrol(ana, beto)
    client = give_password(ana)
    send_code(client, current_code(), trust="on")
    client.post("/cuenta/logout/")
    assert give_password(beto, client).get("/").status_code == 302


def test_last_factor_of_who_must_have_one_stays(ana: Member) -> None:
    enrol(ana)
    client = give_password(ana)
    send_code(client, current_code())
    client.post("/cuenta/2fa/reauthenticate/", {"code": actions.make_recovery_codes(user=ana.user, now=NOW)[0]})
    page = client.post("/mi-seguridad/aplicacion/retiro/", follow=True).content.decode()
    assert "Es tu único segundo paso" in page
    assert CodeApp.objects.filter(user=ana.user).exists()


def test_sensitive_step_asks_for_the_factor_and_not_for_the_password(ana: Member) -> None:
    enrol(ana)
    client = give_password(ana)
    send_code(client, current_code())
    asked = client.post("/mi-seguridad/codigos/")
    assert asked["Location"].startswith("/cuenta/2fa/reauthenticate/")
    with_password = client.post("/cuenta/reauthenticate/", {"password": PASSWORD})
    assert with_password["Location"].startswith("/cuenta/2fa/reauthenticate/")
    assert events("recovery_codes.made") == 1


def test_session_older_than_the_factor_shows_it_before_going_on(ana: Member) -> None:
    client = give_password(ana)
    enrol(ana)
    assert client.get("/")["Location"] == ENROL
    assert client.get(ENROL)["Location"] == "/cuenta/2fa/reauthenticate/?next=/"
    client.post("/cuenta/2fa/reauthenticate/?next=/", {"code": current_code()})
    assert client.get("/").status_code == 200
