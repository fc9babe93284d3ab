"""Sign-in with a password and a second factor; sign-up is closed."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from pregonero.people.models import Member
from tests.conftest import PASSWORD

PUBLIC_PAGES = [
    "/cuenta/login/",
    "/cuenta/signup/",
    "/cuenta/password/reset/",
    "/cuenta/password/reset/done/",
    "/cuenta/inactive/",
]
OWN_PAGES = [
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


def test_sign_in_redirects_to_the_requested_page(client: Client, ana: Member) -> None:
    redirect = client.get("/ui/")
    response = client.post(
        redirect["Location"], {"login": "ana@mincomercio.test", "password": PASSWORD, "next": "/ui/"}
    )
    assert response["Location"] == "/ui/"
    assert client.get("/ui/").status_code == 200


def test_wrong_password_shows_an_error(client: Client, ana: Member) -> None:
    response = client.post("/cuenta/login/", {"login": "ana@mincomercio.test", "password": "otra"})
    page = response.content.decode()
    assert "El correo o la contraseña no coinciden." in page
    assert 'aria-describedby="id_login_error"' in page
    assert client.get("/ui/").status_code == 302


def test_sign_up_is_closed(client: Client, db: None) -> None:
    assert "Pídele tu usuario a la coordinación" in client.get("/cuenta/signup/").content.decode()


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_public_account_pages_have_the_common_look(client: Client, db: None, path: str) -> None:
    _check_look(client.get(path).content.decode())


@pytest.mark.parametrize("path", OWN_PAGES)
def test_own_account_pages_have_the_common_look(client: Client, ana: Member, path: str) -> None:
    sign_in(client)
    _check_look(client.get(path, follow=True).content.decode())


@pytest.mark.parametrize(
    "path", ["/cuenta/2fa/totp/activate/", "/cuenta/2fa/webauthn/add/", "/cuenta/2fa/recovery-codes/generate/"]
)
def test_second_factor_pages_have_the_common_look(client: Client, ana: Member, path: str) -> None:
    sign_in(client)
    _check_look(client.get(path, follow=True).content.decode())
    client.post("/cuenta/reauthenticate/", {"password": PASSWORD})
    _check_look(client.get(path, follow=True).content.decode())


def test_sign_out_requires_a_post(client: Client, ana: Member) -> None:
    sign_in(client)
    client.get("/cuenta/logout/")
    assert client.get("/ui/").status_code == 200
    client.post("/cuenta/logout/")
    assert client.get("/ui/").status_code == 302


def _code(secret: str) -> str:
    """Return the current TOTP code."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_second_factor_from_activation_to_sign_in_with_a_recovery_code(client: Client, ana: Member) -> None:
    sign_in(client)
    client.post("/cuenta/reauthenticate/", {"password": PASSWORD})
    page = client.get("/cuenta/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="mono" value="([A-Z2-7]+)" readonly', page)
    assert secret is not None
    wrong = client.post("/cuenta/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "Revisa esto" in wrong
    client.post("/cuenta/2fa/totp/activate/", {"code": _code(secret.group(1))})
    for path in ("/cuenta/2fa/", "/cuenta/2fa/totp/deactivate/", "/cuenta/2fa/recovery-codes/generate/"):
        _check_look(client.get(path).content.decode())
    client.post("/cuenta/2fa/recovery-codes/generate/")
    codes = client.get("/cuenta/2fa/recovery-codes/").content.decode()
    _check_look(codes)
    recovery_codes = re.search(r'<textarea id="recovery_codes"[^>]*>([^<]+)</textarea>', codes)
    assert recovery_codes is not None
    client.post("/cuenta/logout/")

    response = client.post("/cuenta/login/", {"login": "ana@mincomercio.test", "password": PASSWORD})
    assert response["Location"] == "/cuenta/2fa/authenticate/"
    _check_look(client.get("/cuenta/2fa/authenticate/").content.decode())
    assert client.get("/ui/").status_code == 302
    client.post("/cuenta/2fa/authenticate/", {"code": recovery_codes.group(1).split()[0]})
    assert client.get("/ui/").status_code == 200


def _check_look(page: str) -> None:
    assert 'class="govco"' in page
    assert 'lang="es-CO"' in page
    assert INLINE.search(page) is None
    text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert FORMAL.search(text) is None
