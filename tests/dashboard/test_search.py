"""The search over everything finds publications, news, accounts, people and pages of the person's own entity."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.dashboard.search import search
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from tests.stage import programmed

pytestmark = pytest.mark.usefixtures("accounts")


def found(member: Member, text: str, now: datetime) -> dict[str, list[str]]:
    return {group.title: [each.title for each in group.results] for group in search(member, text, now=now)}


def test_publication_is_found_by_number_and_by_words(news: News, ana: Member, now: datetime) -> None:
    publication = programmed(news, ana, timezone.now())
    assert found(ana, publication.number, now)["Publicaciones"] == [publication.title]
    assert found(ana, publication.title.split()[0], now)["Publicaciones"] == [publication.title]


@pytest.mark.parametrize("text", ["exportaciones", "exportacion no minera", "EXPORTACIÓN", "crec"])
def test_news_are_found_by_the_words_of_their_title(text: str, candidate: News, luis: Member, now: datetime) -> None:
    assert found(luis, text, now)["Noticias"] == [candidate.title]


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [
        ("instagram", "Cuentas", "Instagram · @mincomercioco"),
        ("@mincomercio youtube", "Cuentas", "YouTube · @mincomercioco"),
        ("peña", "Personas", "Luis Peña"),
        ("PENA", "Personas", "Luis Peña"),
        ("parrilla", "Páginas", "Parrilla"),
        ("clave", "Páginas", "Mi seguridad"),
        ("nueva publi", "Páginas", "Nueva publicación"),
    ],
)
def test_accounts_people_and_pages_are_found_without_accents(
    text: str, kind: str, title: str, ana: Member, luis: Member, now: datetime
) -> None:
    assert title in found(ana, text, now)[kind]


def test_pages_of_other_roles_are_not_offered(luis: Member, now: datetime) -> None:
    assert "Nueva publicación" not in found(luis, "nueva publi", now).get("Páginas", [])


def test_nothing_of_another_entity_is_found(news: News, ana: Member, dario: Member, now: datetime) -> None:
    publication = programmed(news, ana, timezone.now())
    for text in (publication.number, news.title, "Ana Rojas", "instagram"):
        assert found(dario, text, now) == {}


def test_without_words_the_pages_are_offered(ana: Member, now: datetime) -> None:
    assert list(found(ana, "", now)) == ["Páginas"]
    assert list(found(ana, "   ", now)) == ["Páginas"]


@pytest.mark.parametrize("text", ["zzz-no-existe", "%_\\", "'; --", "\x00nulo", "🙂" * 300, "a" * 5000])
def test_strange_text_is_answered(text: str, ana: Member) -> None:
    client = Client()
    client.force_login(ana.user)
    assert client.get("/buscar/", {"q": text}).status_code == 200


@pytest.mark.procedure("D-4")
def test_search_is_a_page_and_htmx_gets_only_the_results(news: News, ana: Member) -> None:
    client = Client()
    client.force_login(ana.user)
    page = client.get("/buscar/", {"q": "parrilla"})
    part = client.get("/buscar/", {"q": "parrilla"}, headers={"hx-request": "true"})
    assert '<a class="result" href="/parrilla/">' in page.content.decode()
    assert "<main" not in part.content.decode()
    assert '<a class="result" href="/parrilla/">' in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_nothing_found_says_so(ana: Member) -> None:
    client = Client()
    client.force_login(ana.user)
    assert "No encontramos «zzz»" in client.get("/buscar/", {"q": "zzz"}).content.decode()
