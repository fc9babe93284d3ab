"""Error pages say what happened and what to do; for htmx, in the message area."""

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
def test_refusal_page_gives_the_reason_and_status(signed_in: Client, kind: str, status: int) -> None:
    response = signed_in.get(f"/rechazo/{kind}/", headers={"referer": "http://testserver/parrilla/?dia=1"})
    page = response.content.decode()
    assert response.status_code == status
    assert 'id="refusal"' in page
    assert 'href="/parrilla/"' in page
    error = ERRORS[kind]
    texts = [issue.text for issue in error.issues] if isinstance(error, NotReady) else [error.message]
    assert all(text in page for text in texts)


@pytest.mark.urls(__name__)
def test_refusal_page_links_back_only_to_own_pages(signed_in: Client) -> None:
    page = signed_in.get("/rechazo/estado/", headers={"referer": "https://otra.example/parrilla/"}).content.decode()
    assert "Volver" not in page


def test_unknown_url_gets_the_404_page(client: Client, db: None) -> None:
    response = client.get("/no-existe/")
    assert response.status_code == 404
    assert "No encontramos esa página" in response.content.decode()


@pytest.mark.urls(__name__)
def test_500_page_renders_when_a_view_fails(client: Client, ana: Member) -> None:
    client.force_login(ana.user)
    client.raise_request_exception = False
    response = client.get("/falla/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "Algo falló de nuestro lado" in page
    assert "ZeroDivisionError" not in page


def test_500_page_needs_no_context_and_no_database() -> None:
    assert 'id="refusal"' in render_to_string("500.html")


def test_form_without_csrf_token_is_asked_to_reload(ana: Member) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/cuenta/login/", {"login": "ana@mincomercio.test"})
    assert response.status_code == 403
    assert "llevaba mucho tiempo abierta" in response.content.decode()


def test_expired_session_leaves_the_page_under_htmx(client: Client, db: None) -> None:
    response = client.get("/ui/", headers={"hx-request": "true", "hx-current-url": "http://testserver/parrilla/?dia=2"})
    assert response.status_code == 401
    assert "HX-Redirect" not in response
    assert 'id="refusal"' in response.content.decode()
    assert "/cuenta/login/" in response.content.decode()


def test_form_sent_after_the_session_ended_comes_back_to_its_page(client: Client, db: None) -> None:
    page = "/publicaciones/7/editor/"
    response = client.post("/publicaciones/7/textos/", headers={"referer": f"http://testserver{page}"})
    assert (response.status_code, response["Location"]) == (302, "/cuenta/login/?next=%2Fpublicaciones%2F7%2Feditor%2F")
    foreign = client.post("/publicaciones/7/textos/", headers={"referer": "http://ajeno.example/x"})
    assert foreign["Location"] == "/cuenta/login/?next=%2F"


def test_expired_session_is_redirected_without_htmx(client: Client, db: None) -> None:
    response = client.get("/ui/")
    assert "HX-Redirect" not in response
    assert response.status_code == 302


def test_middleware_ignores_other_exceptions() -> None:
    middleware = ErrorMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/"), ZeroDivisionError()) is None


def test_htmx_shows_refusals_in_the_message_area() -> None:
    document = (Path(__file__).parents[2] / "pregonero/ui/templates/ui/document.html").read_text(encoding="utf-8")
    for word in (
        '"422", "swap": true',
        '"select": "#refusal"',
        '"allowEval": false',
        '"includeIndicatorStyles": false',
    ):
        assert word in document
