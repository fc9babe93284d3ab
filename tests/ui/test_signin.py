"""The look of the pages of sign-in, and where it leads; sign-up is closed."""

import re

import pytest
from django.test import Client

from pregonero.people.models import Member
from tests.conftest import PASSWORD
from tests.second_factor import current_code, enrol, pass_second_factor

PUBLIC_PAGES = [
    "/cuenta/login/",
    "/cuenta/signup/",
    "/cuenta/password/reset/",
    "/cuenta/password/reset/done/",
    "/cuenta/inactive/",
]
OWN_PAGES = [
    "/cuenta/password/change/",
    "/mi-seguridad/",
    "/cuenta/logout/",
    "/cuenta/2fa/reauthenticate/",
    "/cuenta/2fa/webauthn/",
]
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE
)
FORMAL = re.compile(r"\b(su contraseña|usted|seguro que desea|introduzca|regístrese|sign in|password)\b", re.IGNORECASE)


def sign_in(client: Client, person: Member) -> None:
    enrol(person)
    client.post("/cuenta/login/", {"login": person.user.email, "password": PASSWORD})
    pass_second_factor(client, person.user)


def test_sign_in_redirects_to_the_requested_page(client: Client, ana: Member) -> None:
    enrol(ana)
    redirect = client.get("/ui/")
    client.post(redirect["Location"], {"login": "ana@mincomercio.test", "password": PASSWORD, "next": "/ui/"})
    response = client.post("/cuenta/2fa/authenticate/", {"code": current_code()})
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
    sign_in(client, ana)
    _check_look(client.get(path, follow=True).content.decode())


@pytest.mark.parametrize("path", ["/mi-seguridad/activar/", "/cuenta/2fa/webauthn/add/", "/cuenta/reauthenticate/"])
def test_pages_of_enrolment_have_the_common_look(client: Client, ana: Member, path: str) -> None:
    client.post("/cuenta/login/", {"login": ana.user.email, "password": PASSWORD})
    _check_look(client.get(path).content.decode())
    _check_look(client.post("/mi-seguridad/aplicacion/nueva/", follow=True).content.decode())


def test_second_step_has_the_common_look(client: Client, ana: Member) -> None:
    enrol(ana)
    response = client.post("/cuenta/login/", {"login": ana.user.email, "password": PASSWORD})
    assert response["Location"] == "/cuenta/2fa/authenticate/"
    _check_look(client.get("/cuenta/2fa/authenticate/").content.decode())


def test_sign_out_requires_a_post(client: Client, ana: Member) -> None:
    sign_in(client, ana)
    client.get("/cuenta/logout/")
    assert client.get("/ui/").status_code == 200
    client.post("/cuenta/logout/")
    assert client.get("/ui/").status_code == 302


def _check_look(page: str) -> None:
    assert 'class="govco"' in page
    assert 'lang="es-CO"' in page
    assert INLINE.search(page) is None
    text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert FORMAL.search(text) is None
