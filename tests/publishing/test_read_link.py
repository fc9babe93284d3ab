"""Requesting the link of a publication (D-4): it must open the news itself, on the official website."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from pregonero.people.models import Entity
from pregonero.publishing.link_finding import read_link
from tests.newsroom.website import Website, running


@pytest.fixture
def site(settings: Settings) -> Iterator[Website]:
    with running() as website:
        settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.0/8"]
        yield website


@pytest.fixture
def entity() -> Entity:
    return Entity(short_name="La entidad", official_domains=["127.0.0.1"])


@pytest.mark.procedure("D-4")
@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("/noticias/retirada", "/no-encontrada"), ("/noticias/retirada", "/"), ("/noticias/7", "/ingreso?return=7"),
        ("/noticia?id=7", "/noticia"), ("/noticias/7", "/noticias/8"), ("/noticias/7", "/noticias"),
        ("/?p=7", "/"), ("/noticias/7", "/noticias/7?error=404"), ("/noticias/7", "/index.html"),
    ],
)  # fmt: skip
def test_a_redirect_to_another_page_of_the_site_is_flagged(
    site: Website, entity: Entity, link: str, target: str
) -> None:
    site.put(target, "<title>Portada</title>")
    finding = read_link(site.redirect(link, target), entity)
    assert (finding.status, finding.official, finding.ended_at) == (200, True, site.at(target))
    assert "otra página del sitio" in finding.problem
    assert target[:40] in finding.problem
    assert len(finding.problem) <= 300


@pytest.mark.procedure("D-4")
@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("/noticias/7", "/noticias/7/"), ("/Noticias/Siete", "/noticias/siete"),
        ("/noticias/7/", "/noticias/7/index.html"),
        ("/noticias/7", "/noticias/7;jsessionid=A1"), ("/noticia?id=7", "/noticia?id=7&lang=es"),
        ("/noticias/7?utm_source=red", "/noticias/7"), ("/una noticia", "/una%20noticia/"),
    ],
)  # fmt: skip
def test_a_redirect_that_only_writes_the_address_otherwise_passes(
    site: Website, entity: Entity, link: str, target: str
) -> None:
    site.put(target, "<title>Noticia</title>")
    site.redirect(link.replace("?utm_source=red", "").replace(" ", "%20"), target)
    if link.startswith("/noticias/7?"):
        site.put("/noticias/7", "<title>Noticia</title>")
    assert read_link(site.at(link), entity).problem == ""


@pytest.mark.procedure("D-4")
def test_a_redirect_to_another_site_is_flagged(site: Website, entity: Entity) -> None:
    elsewhere = site.put("/fin", "hola").replace("127.0.0.1", "localhost")
    assert (
        read_link(site.redirect("/fin-viejo", elsewhere), entity).problem == "El enlace lleva a otro sitio: localhost."
    )
