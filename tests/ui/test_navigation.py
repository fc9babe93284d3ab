"""The side bar: sections in order, the current one, their counts, and the signed-in person."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from pregonero.people.models import Member
from pregonero.ui.navigation import NAVIGATION, Count


def side_bar(path: str, **context: object) -> str:
    return render_to_string("ui/base.html", {"section_counts": {}, **context}, RequestFactory().get(path))


def test_sections_are_in_order() -> None:
    page = side_bar("/")
    positions = [page.index(f"<span>{section.label}</span>") for section in NAVIGATION]
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/", '<a href="/" aria-current="page">'),
        ("/noticias/", '<a href="/noticias/" aria-current="page">'),
        ("/noticias/7/", '<a href="/noticias/" aria-current="true">'),
        ("/publicaciones/7/", '<a href="/publicaciones/" aria-current="true">'),
    ],
)
def test_current_section_is_marked(path: str, line: str) -> None:
    page = side_bar(path)
    assert line in page
    assert page.count("aria-current") == 1


def test_view_can_set_the_current_section() -> None:
    assert '<a href="/noticias/" aria-current="true">' in side_bar("/otra/", current_section="noticias")


def test_counts_are_beside_their_sections() -> None:
    page = side_bar("/", section_counts={"hoy": 5, "noticias": 0, "parrilla": Count("1 vencida", urgent=True)})
    assert '<span class="count">5</span>' in page
    assert '<span class="count bad">1 vencida</span>' in page
    assert page.count('class="count') == 2


def test_page_shows_the_signed_in_person_and_sign_out(signed_in: Client, ana: Member) -> None:
    page = signed_in.get("/ui/").content.decode()
    assert "Ministerio de Comercio, Industria y Turismo" in page
    assert "<b>Ana Rojas</b> · Community manager" in page
    assert '<form method="post" action="/cuenta/logout/">' in page


def test_person_without_a_membership_can_sign_out(client: Client, ana: Member) -> None:
    ana.delete()
    client.force_login(ana.user)
    page = client.get("/ui/")
    assert page.status_code == 200
    assert "Cerrar sesión" in page.content.decode()
