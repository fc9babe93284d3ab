"""The pages of a person's own sign-in, as they are seen: with axe, at a desk and on a phone (N-6)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser

from pregonero.people.models import Entity, Member
from tests.conftest import PASSWORD
from tests.second_factor import current_code
from tests.ui.browser import Answer, answers_of, faults_by_page, in_browser, main_of, open_page

pytestmark = pytest.mark.procedure("N-6")
PUBLIC = [
    "/cuenta/signup/", "/cuenta/password/reset/", "/cuenta/password/reset/done/", "/cuenta/inactive/",
    "/cuenta/password/reset/key/1-x/", "/cuenta/password/reset/key/done/", "/cuenta/confirm-email/",
]  # fmt: skip
OWN = [
    "/cuenta/password/change/", "/mi-seguridad/", "/cuenta/2fa/webauthn/", "/cuenta/2fa/webauthn/add/",
    "/cuenta/2fa/reauthenticate/", "/cuenta/logout/", "/cuenta/email/", "/entidad/", "/sesion/lista/",
    "/mi-seguridad/codigos/", "/mi-seguridad/tokens/nuevo/",
]  # fmt: skip
ENROL, APP = "/mi-seguridad/activar/", "/mi-seguridad/aplicacion/"


@pytest.fixture
def pages(client: Client, ana: Member, other_entity: Entity) -> dict[str, Answer]:
    Member.objects.create(entity=other_entity, user=ana.user, name="Ana", roles=["AUDITOR"], employment="STAFF")
    answers = answers_of(client, PUBLIC)
    client.post("/cuenta/login/", {"login": ana.user.email, "password": PASSWORD})
    answers |= answers_of(client, [ENROL, "/cuenta/reauthenticate/"])
    page = client.post(f"{APP}nueva/", follow=True).content.decode()
    secret = re.search(r'class="mono" value="([A-Z2-7]+)"', page)
    assert secret is not None
    answers |= answers_of(client, [APP])
    answers["/mal/codigo/"] = sent(client, APP, {"code": "000000"})
    client.post(APP, {"code": current_code(secret.group(1), now=timezone.now() - timedelta(seconds=30))})
    answers[f"{ENROL}2/"] = answers_of(client, [ENROL])[ENROL]
    answers["/codigos/nuevos/"] = sent(client, "/mi-seguridad/codigos/", {})
    token = {"name": "Gestor de contenidos de la sede", "scopes": ["needs.read", "needs.write"], "days": "30"}
    answers["/token/nuevo/"] = sent(client, "/mi-seguridad/tokens/nuevo/", token)
    answers["/mal/token/"] = sent(client, "/mi-seguridad/tokens/nuevo/", token | {"name": ""})
    answers |= answers_of(client, OWN)
    answers["/mal/clave/"] = sent(
        client, "/cuenta/password/change/", {"oldpassword": "otra", "password1": "a", "password2": "b"}
    )
    client.post("/cuenta/logout/")
    client.post("/cuenta/login/", {"login": ana.user.email, "password": PASSWORD})
    answers |= answers_of(client, ["/cuenta/2fa/authenticate/"])
    assert {path: answer.status for path, answer in answers.items() if answer.status != 200} == {
        "/mal/codigo/": 422,
        "/mal/token/": 422,
    }
    return answers


def sent(client: Client, path: str, data: dict[str, Any]) -> Answer:
    response = client.post(path, data)
    return Answer(response.status_code, dict(response.headers), response.content)


def test_axe_finds_nothing(pages: dict[str, Answer]) -> None:
    assert faults_by_page(pages, pages) == {}


def test_first_field_with_an_error_has_the_focus(pages: dict[str, Answer]) -> None:
    def look(browser: Browser) -> dict[str, str]:
        return {
            path: open_page(browser, path, pages).evaluate("document.activeElement.id")
            for path in ("/mal/codigo/", "/mal/clave/")
        }

    assert in_browser(look) == {"/mal/codigo/": "id_code", "/mal/clave/": "id_oldpassword"}


def test_one_main_act_in_each_page(pages: dict[str, Answer]) -> None:
    counts = {path: main_of(answer).count("main-act") for path, answer in pages.items()}
    assert {path: count for path, count in counts.items() if count > 1} == {}
