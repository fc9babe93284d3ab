"""What goes wrong is said calmly: what happened and what to do; for htmx, in the place for messages."""

from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import path

from pregonero.errors import Conflict, Issue, NotAllowed, NotFound, NotReady, WrongState
from pregonero.people.models import Member
from pregonero.ui.error_middleware import ErrorMiddleware
from pregonero.urls import urlpatterns as product

ERRORS = {
    "permiso": NotAllowed("Tu rol no permite aprobar."),
    "estado": WrongState("La publicación ya salió a las 10:30."),
    "choque": Conflict("Beto Mora la cambió hace un momento."),
    "nada": NotFound(),
    "falta": NotReady([Issue("alt", "missing", "Falta el texto alternativo."), Issue("hora", "gap", "Falta la hora.")]),
}


def refuse(request: HttpRequest, kind: str) -> HttpResponse:
    raise ERRORS[kind]


def fail(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [path("rechazo/<str:kind>/", refuse), path("falla/", fail), *product]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("kind", "status"), [("permiso", 403), ("estado", 409), ("choque", 409), ("nada", 404), ("falta", 409)]
)
def test_a_refusal_says_why(signed_in: Client, kind: str, status: int) -> None:
    response = signed_in.get(f"/rechazo/{kind}/", headers={"referer": "http://testserver/parrilla/?dia=1"})
    page = response.content.decode()
    assert response.status_code == status
    assert 'id="refusal"' in page
    assert 'href="/parrilla/"' in page
    error = ERRORS[kind]
    texts = [issue.text for issue in error.issues] if isinstance(error, NotReady) else [error.message]
    assert all(text in page for text in texts)


@pytest.mark.urls(__name__)
def test_a_refusal_leads_back_only_to_our_own_pages(signed_in: Client) -> None:
    page = signed_in.get("/rechazo/estado/", headers={"referer": "https://otra.example/parrilla/"}).content.decode()
    assert "Volver" not in page


def test_an_address_that_is_not_there(client: Client, db: None) -> None:
    response = client.get("/no-existe/")
    assert response.status_code == 404
    assert "No encontramos esa página" in response.content.decode()


@pytest.mark.urls(__name__)
def test_a_fault_of_ours_is_told_without_database_or_context(client: Client, ana: Member) -> None:
    client.force_login(ana.user)
    client.raise_request_exception = False
    response = client.get("/falla/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "Algo falló de nuestro lado" in page
    assert "ZeroDivisionError" not in page


def test_the_page_of_a_fault_needs_no_context_and_no_database() -> None:
    assert 'id="refusal"' in render_to_string("500.html")


def test_a_form_without_its_token_is_told_to_load_again(ana: Member) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/cuenta/login/", {"login": "ana@mincomercio.test"})
    assert response.status_code == 403
    assert "llevaba mucho tiempo abierta" in response.content.decode()


def test_a_session_that_ended_sends_the_whole_page_to_sign_in(client: Client, db: None) -> None:
    response = client.get("/ui/", headers={"hx-request": "true", "hx-current-url": "http://testserver/parrilla/?dia=2"})
    assert response["HX-Redirect"] == "/cuenta/login/?next=%2Fparrilla%2F"


def test_the_same_without_htmx_is_redirected_as_ever(client: Client, db: None) -> None:
    response = client.get("/ui/")
    assert "HX-Redirect" not in response
    assert response.status_code == 302


def test_a_bug_is_left_to_surface() -> None:
    middleware = ErrorMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/"), ZeroDivisionError()) is None


def test_htmx_is_told_where_refusals_go() -> None:
    document = (Path(__file__).parents[2] / "pregonero/ui/templates/ui/document.html").read_text(encoding="utf-8")
    for word in (
        '"422", "swap": true',
        '"select": "#refusal"',
        '"allowEval": false',
        '"includeIndicatorStyles": false',
    ):
        assert word in document
