"""Signing in: with and without JavaScript, and nobody registers alone."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from pregonero.people.models import Member
from tests.conftest import PASSWORD

ANYBODYS = [
    "/cuenta/login/",
    "/cuenta/signup/",
    "/cuenta/password/reset/",
    "/cuenta/password/reset/done/",
    "/cuenta/inactive/",
]
OWN = [
    "/cuenta/password/change/",
    "/cuenta/2fa/",
    "/cuenta/logout/",
    "/cuenta/reauthenticate/",
    "/cuenta/2fa/webauthn/",
]
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE
)
FORMAL = re.compile(r"\b(su contraseña|usted|seguro que desea|introduzca|regístrese|sign in|password)\b", re.IGNORECASE)


def sign_in(client: Client, password: str = PASSWORD) -> object:
    return client.post("/cuenta/login/", {"login": "ana@mincomercio.test", "password": password})


def test_signing_in_leads_to_the_page_that_was_asked_for(client: Client, ana: Member) -> None:
    asked = client.get("/ui/")
    response = client.post(asked["Location"], {"login": "ana@mincomercio.test", "password": PASSWORD, "next": "/ui/"})
    assert response["Location"] == "/ui/"
    assert client.get("/ui/").status_code == 200


def test_a_wrong_password_stays_and_says_so(client: Client, ana: Member) -> None:
    response = client.post("/cuenta/login/", {"login": "ana@mincomercio.test", "password": "otra"})
    page = response.content.decode()
    assert "Hay algo por corregir" in page
    assert client.get("/ui/").status_code == 302


def test_nobody_registers_alone(client: Client, db: None) -> None:
    assert "Aquí nadie se registra por su cuenta" in client.get("/cuenta/signup/").content.decode()


@pytest.mark.parametrize("path", ANYBODYS)
def test_pages_before_signing_in(client: Client, db: None, path: str) -> None:
    _looks_ours(client.get(path).content.decode())


@pytest.mark.parametrize("path", OWN)
def test_pages_of_ones_own_sign_in(client: Client, ana: Member, path: str) -> None:
    sign_in(client)
    _looks_ours(client.get(path, follow=True).content.decode())


@pytest.mark.parametrize(
    "path", ["/cuenta/2fa/totp/activate/", "/cuenta/2fa/webauthn/add/", "/cuenta/2fa/recovery-codes/generate/"]
)
def test_pages_of_the_second_step(client: Client, ana: Member, path: str) -> None:
    sign_in(client)
    _looks_ours(client.get(path, follow=True).content.decode())
    client.post("/cuenta/reauthenticate/", {"password": PASSWORD})
    _looks_ours(client.get(path, follow=True).content.decode())


def test_leaving_asks_for_a_post(client: Client, ana: Member) -> None:
    sign_in(client)
    client.get("/cuenta/logout/")
    assert client.get("/ui/").status_code == 200
    client.post("/cuenta/logout/")
    assert client.get("/ui/").status_code == 302


def _code(secret: str) -> str:
    """Return the code that a phone would show now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_the_second_step_from_its_activation_to_signing_in_with_it(client: Client, ana: Member) -> None:
    sign_in(client)
    client.post("/cuenta/reauthenticate/", {"password": PASSWORD})
    page = client.get("/cuenta/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="mono" value="([A-Z2-7]+)" readonly', page)
    assert secret is not None
    wrong = client.post("/cuenta/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "Hay algo por corregir" in wrong
    client.post("/cuenta/2fa/totp/activate/", {"code": _code(secret.group(1))})
    for path in ("/cuenta/2fa/", "/cuenta/2fa/totp/deactivate/", "/cuenta/2fa/recovery-codes/generate/"):
        _looks_ours(client.get(path).content.decode())
    client.post("/cuenta/2fa/recovery-codes/generate/")
    codes = client.get("/cuenta/2fa/recovery-codes/").content.decode()
    _looks_ours(codes)
    kept = re.search(r'<textarea id="recovery_codes"[^>]*>([^<]+)</textarea>', codes)
    assert kept is not None
    client.post("/cuenta/logout/")

    asked = client.post("/cuenta/login/", {"login": "ana@mincomercio.test", "password": PASSWORD})
    assert asked["Location"] == "/cuenta/2fa/authenticate/"
    _looks_ours(client.get("/cuenta/2fa/authenticate/").content.decode())
    assert client.get("/ui/").status_code == 302
    client.post("/cuenta/2fa/authenticate/", {"code": kept.group(1).split()[0]})
    assert client.get("/ui/").status_code == 200


def _looks_ours(page: str) -> None:
    assert 'class="govco"' in page
    assert 'lang="es-CO"' in page
    assert INLINE.search(page) is None
    words = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert FORMAL.search(words) is None
