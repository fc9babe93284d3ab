"""The frame: sections in their groups, ordered by role, the current one, their counts, and the signed-in person."""

import re
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from pregonero.people.actions import Absence, name_stand_in
from pregonero.people.models import Member
from pregonero.people.roles import Role
from pregonero.ui.navigation import NAVIGATION, ORDERS, Count, NavigationItem, groups_for, phone_items_for

NAV = re.compile(r'<nav class="side" aria-label="Principal">(.*?)</nav>', re.DOTALL)
BOTTOM = re.compile(r'<nav class="bottom".*?</nav>', re.DOTALL)


def page_at(path: str, **context: object) -> str:
    return render_to_string("ui/base.html", {"section_counts": {}, **context}, RequestFactory().get(path))


def side_bar(path: str, **context: object) -> str:
    found = NAV.search(page_at(path, **context))
    assert found is not None
    return " ".join(found.group(1).split())


def labels(roles: list[str]) -> list[str]:
    return [item.label for group in groups_for(roles) for item in group.items]


def test_sections_are_in_their_groups() -> None:
    page = side_bar("/")
    names = [name for group in groups_for([]) for name in (f">{group.label}<", *(f">{i.label}<" for i in group.items))]
    positions = [page.index(name) for name in names]
    assert positions == sorted(positions)


def test_area_without_a_page_is_absent() -> None:
    assert not NavigationItem("sin-pagina", "Sin página", "/area-sin-pagina/", "handshake").is_built
    assert all(item.is_built for group in groups_for([]) for item in group.items)


@pytest.mark.parametrize(
    ("role", "before", "after"),
    [("CONTENT_MANAGER", "Noticias", "Parrilla"), ("COMMUNITY_MANAGER", "Parrilla", "Noticias")],
)
def test_order_is_that_of_the_role(role: str, before: str, after: str) -> None:
    assert labels([role]).index(before) < labels([role]).index(after)
    assert set(labels([role])) == set(labels([]))


def test_every_role_has_its_order() -> None:
    assert set(ORDERS) == {role.value for role in Role}
    keys = {item.key for group in NAVIGATION for item in group.items}
    assert {key for order in ORDERS.values() for key in order} <= keys


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/", '<a href="/" aria-current="page">'),
        ("/noticias/", '<a href="/noticias/" aria-current="page">'),
        ("/noticias/7/", '<a href="/noticias/" aria-current="true">'),
        ("/publicaciones/7/", '<a href="/publicaciones/" aria-current="true">'),
        ("/parrilla/2026-11-24/", '<a href="/parrilla/" aria-current="true">'),
    ],
)
def test_current_section_is_marked(path: str, line: str) -> None:
    page = side_bar(path)
    assert line in page
    assert page.count("aria-current") == 1


def test_view_can_set_the_current_section() -> None:
    assert '<a href="/noticias/" aria-current="true">' in side_bar("/otra/", current_section="noticias")


def test_counts_are_beside_their_sections_and_only_what_went_wrong_is_marked() -> None:
    wrong = Count("1", urgent=True, label="no salió")
    page = side_bar("/", section_counts={"hoy": 5, "noticias": 0, "parrilla": wrong})
    assert '<span class="count"> 5<span class="sr"> por atender</span></span>' in page
    assert page.count('class="count') == 2
    marked = page.partition('<span class="count wrong">')[2].partition("</a>")[0]
    assert "#icon-circle-alert" in marked
    assert '1<span class="sr"> no salió</span>' in marked


def test_bar_of_a_phone_has_what_is_daily_and_the_page_with_the_rest() -> None:
    found = BOTTOM.search(page_at("/mas/"))
    assert found is not None
    assert re.findall(r"<span>(\w+)</span>", found.group()) == ["Hoy", "Conversación", "Noticias", "Más"]
    assert '<a href="/mas/" aria-current="page">' in found.group()


def test_bar_of_a_phone_is_that_of_the_role() -> None:
    assert [item.key for item in phone_items_for(["CONTENT_MANAGER"])] == ["hoy", "noticias", "publicaciones"]
    assert [item.key for item in phone_items_for(["COMMUNITY_MANAGER"])] == ["hoy", "conversacion", "parrilla"]


@pytest.mark.procedure("M-2")
def test_who_stands_in_has_the_sections_of_both_works_on_those_days_only(luis: Member, marta: Member) -> None:
    now = timezone.now()
    today = timezone.localdate(now)

    def cover(first: date) -> list[str]:
        absence = Absence(Role.ADVISER, first, first, "Vacaciones")
        name_stand_in(absent=marta, member=luis, absence=absence, by=marta, now=now)
        found = BOTTOM.search(page_at("/", person=Member.objects.get(pk=luis.pk)))
        assert found is not None
        return re.findall(r"<span>(\w+)</span>", found.group())[:3]

    assert cover(today + timedelta(days=1)) == ["Hoy", "Noticias", "Publicaciones"]
    assert cover(today) == ["Hoy", "Noticias", "Conversación"]


def test_page_shows_the_signed_in_person_and_sign_out(signed_in: Client, ana: Member) -> None:
    page = signed_in.get("/ui/").content.decode()
    assert "Ministerio de Comercio, Industria y Turismo" in page
    assert "<b>Ana Rojas</b><small>Community manager</small>" in page
    assert '<span class="avatar" aria-hidden="true">AR</span>' in page
    assert '<form method="post" action="/cuenta/logout/">' in page


def test_person_without_a_membership_can_sign_out(client: Client, ana: Member) -> None:
    ana.delete()
    client.force_login(ana.user)
    page = client.get("/ui/")
    assert page.status_code == 200
    assert "Cerrar sesión" in page.content.decode()
