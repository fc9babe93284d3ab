"""Wrong passwords: guessing is slow, and nobody locks another person out with them."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from pregonero.people import known_devices, signin_limits
from pregonero.people.models import Member
from tests.conftest import PASSWORD

OFFICE, HOME = "203.0.113.7", "198.51.100.9"
LOCKED = "Hubo demasiados intentos con ese correo desde aquí. Espera 5 minutos"


@pytest.fixture(autouse=True)
def _no_counts(db: None) -> None:
    cache.clear()


def enter(client: Client, name: str, password: str = PASSWORD, *, address: str = OFFICE) -> Any:
    """Post the sign-in form as a person of the entity, from an address."""
    data = {"login": f"{name}@mincomercio.test", "password": password}
    return client.post("/cuenta/login/", data, REMOTE_ADDR=address)


def known_client(name: str, *, address: str = OFFICE) -> Client:
    """Return a client on whose device a person has signed in, and out."""
    client = Client()
    assert enter(client, name, address=address).status_code == 302
    client.post("/cuenta/logout/")
    return client


def guess(name: str, times: int, *, address: str = OFFICE) -> Any:
    """Try wrong passwords from a device that is not known; return the last response."""
    client = Client()
    for number in range(times):
        response = enter(client, name, f"equivocada-{number}", address=address)
    return response


def test_25_wrong_passwords_from_an_office_lock_neither_a_known_device_nor_a_colleague(
    ana: Member, beto: Member
) -> None:
    device = known_client("ana")
    last = guess("ana", 25)
    assert last.status_code == 200
    assert LOCKED in last.content.decode()
    assert enter(device, "ana").status_code == 302
    assert enter(Client(), "beto").status_code == 302


def test_right_password_from_the_address_of_the_guesses_waits_and_from_another_enters(ana: Member) -> None:
    guess("ana", 25)
    assert LOCKED in enter(Client(), "ana").content.decode()
    assert enter(Client(), "ana", address=HOME).status_code == 302


def test_guesses_from_many_addresses_lock_an_account_only_on_unknown_devices(
    ana: Member, beto: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(signin_limits.RATES, "account", "12/15m/key")
    device = known_client("ana", address=HOME)
    for number in range(4):
        guess("ana", 5, address=f"192.0.2.{number}")
    assert LOCKED in enter(Client(), "ana", address="192.0.2.200").content.decode()
    assert enter(device, "ana", address="192.0.2.200").status_code == 302
    assert enter(Client(), "beto", address="192.0.2.200").status_code == 302


def test_guesses_of_many_accounts_from_one_address_are_limited_for_unknown_devices(
    ana: Member, beto: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(signin_limits.RATES, "address", "8/5m/key")
    device = known_client("beto")
    for number in range(10):
        guess(f"persona{number}", 1)
    assert LOCKED in enter(Client(), "ana").content.decode()
    assert enter(device, "beto").status_code == 302


def test_known_device_has_a_limit_too(ana: Member) -> None:
    device = known_client("ana")
    for _ in range(10):
        enter(device, "ana", "equivocada")
    assert LOCKED in enter(device, "ana").content.decode()


def test_device_that_is_known_for_one_account_is_not_for_another(ana: Member, beto: Member) -> None:
    device = known_client("ana")
    for _ in range(5):
        enter(device, "beto", "equivocada")
    assert LOCKED in enter(device, "beto").content.decode()
    guess("ana", 5)
    assert enter(device, "ana").status_code == 302


def test_a_shared_device_is_known_for_each_of_its_users(ana: Member, beto: Member) -> None:
    device = known_client("ana")
    assert enter(device, "beto").status_code == 302
    device.post("/cuenta/logout/")
    for name in ("ana", "beto"):
        guess(name, 25)
    assert enter(device, "ana").status_code == 302
    device.post("/cuenta/logout/")
    assert enter(device, "beto").status_code == 302


@pytest.mark.parametrize("value", ["", "x", "a:b:c", "\x00", "eyJhIjoxfQ:1:x", "ñ" * 5000])
def test_forged_cookie_is_no_known_device(ana: Member, value: str) -> None:
    guess("ana", 5)
    client = Client()
    client.cookies[known_devices.COOKIE] = value
    assert LOCKED in enter(client, "ana").content.decode()


def test_capitals_and_spaces_do_not_give_another_count(ana: Member) -> None:
    client = Client()
    for login in ("ana@mincomercio.test", "ANA@mincomercio.test", " Ana@MinComercio.test") * 2:
        response = client.post("/cuenta/login/", {"login": login, "password": "no"}, REMOTE_ADDR=OFFICE)
    assert LOCKED in response.content.decode()


def test_unknown_account_is_told_the_same(ana: Member) -> None:
    assert LOCKED in guess("nadie", 6).content.decode()


def test_cookie_of_the_device_is_closed_to_scripts_and_to_other_sites(ana: Member) -> None:
    client = Client()
    enter(client, "ana")
    cookie = client.cookies[known_devices.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/cuenta/"
    assert cookie["max-age"] == 365 * 24 * 60 * 60


def test_link_by_mail_lets_in_who_is_locked_out(ana: Member, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.locmem.EmailBackend", "correo.test"
    assert "o pide un enlace por correo" in guess("ana", 25).content.decode()
    client = Client(REMOTE_ADDR=OFFICE)
    client.post("/cuenta/password/reset/", {"email": "ana@mincomercio.test"})
    link = re.search(r"/cuenta/password/reset/key/\S+", str(mail.outbox[0].body))
    assert link is not None
    form = client.get(link[0])["Location"]
    client.post(form, {"password1": "otra-clave-larga-9", "password2": "otra-clave-larga-9"})
    assert client.get("/mi-seguridad/activar/").status_code == 200
    client.post("/cuenta/logout/")
    assert enter(client, "ana", "otra-clave-larga-9").status_code == 302


def test_too_many_requests_are_told_in_spanish(ana: Member, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "3/m/ip"}
    device = known_client("ana", address=HOME)
    response = guess("ana", 4)
    assert response.status_code == 429
    assert "Espera un minuto" in response.content.decode()
    assert enter(device, "ana").status_code == 302
