"""The pages of the register of accounts, as they are seen: with axe, at a desk and on a phone (N-6)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser

from pregonero.networks.actions.credentials import record_lost_authorization
from pregonero.networks.actions.register import add_administrator, pause_account, register_account, retire_account
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.publishing.conftest import accounts
from tests.ui.browser import Answer, answers_of, faults_by_page, in_browser, main_of, open_page

__all__ = ["accounts"]
pytestmark = pytest.mark.procedure("N-6", "M-3")
ACTS = ("registro", "pausa", "retiro", "administradores", "aplicacion", "conexion", "desconexion")
# What is sent empty, and the field that must have the focus then.
EMPTY = {"registro": "id_handle", "pausa": "id_reason", "retiro": "id_reason", "aplicacion": "id_client_id"}


def register(network: str, carmen: Member, now: datetime) -> Account:
    return register_account(
        entity=carmen.entity,
        network=network,
        handle="mincomercio.gov.co",
        remote_id="",
        display_name="MinComercio",
        purpose="Presencia en redes abiertas",
        root_mailbox="redes@mincomercio.test",
        by=carmen,
        now=now,
    )


@pytest.fixture
def pages(accounts: dict[str, Account], carmen: Member, ana: Member, now: datetime) -> dict[str, Answer]:
    x, facebook, instagram, youtube = (accounts[name] for name in ("x", "facebook", "instagram", "youtube"))
    since = now.date() - timedelta(days=60)
    administrator = add_administrator(account=x, name="", member=ana, since=since, by=carmen, now=now)
    pause_account(account=instagram, reason="Cambio de contraseña en curso.", by=carmen, now=now)
    generation = youtube.credential.generation
    record_lost_authorization(account_id=youtube.pk, generation=generation, reason="YouTube la terminó.", now=now)
    bluesky, mastodon = register("bluesky", carmen, now), register("mastodon", carmen, now)
    retire_account(account=mastodon, reason="Se abrirá otra.", by=carmen, now=now)
    client = Client()
    client.force_login(carmen.user)
    numbers = [account.pk for account in (x, facebook, instagram, youtube, bluesky, mastodon)]
    paths = ["/cuentas/", "/cuentas/nueva/", *(f"/cuentas/{number}/" for number in numbers)]
    paths += [f"/cuentas/{x.pk}/{act}/" for act in ACTS]
    paths += [f"/cuentas/{bluesky.pk}/conexion/", f"/cuentas/administradores/{administrator.pk}/"]
    answers = answers_of(client, paths)
    assert {answer.status for answer in answers.values()} == {200}
    for act in EMPTY:
        response = client.post(f"/cuentas/{x.pk}/{act}/", {"csrfmiddlewaretoken": "x"})
        assert response.status_code == 422
        answers[f"/mal/{act}/"] = Answer(response.status_code, dict(response.headers), response.content)
    return answers


def test_axe_finds_nothing(pages: dict[str, Answer]) -> None:
    assert faults_by_page(pages, pages) == {}


def test_first_field_with_an_error_has_the_focus(pages: dict[str, Answer]) -> None:
    def look(browser: Browser) -> dict[str, str]:
        focused = "document.activeElement.id"
        return {act: open_page(browser, f"/mal/{act}/", pages).evaluate(focused) for act in EMPTY}

    assert in_browser(look) == EMPTY


def test_one_main_act_in_each_page(pages: dict[str, Answer]) -> None:
    counts = {path: main_of(answer).count("main-act") for path, answer in pages.items()}
    assert {path: count for path, count in counts.items() if count > 1} == {}


def test_retiring_is_a_link_and_no_button(pages: dict[str, Answer], accounts: dict[str, Account]) -> None:
    page = main_of(pages[f"/cuentas/{accounts['x'].pk}/"])
    assert "danger" not in page
    assert f'<a href="/cuentas/{accounts["x"].pk}/retiro/">Retirarla</a>' in page
