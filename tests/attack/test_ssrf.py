"""No link of a news item, source or publication makes the server open an internal address (SSRF)."""

import socket
from typing import Any

import pytest
from django.test import Client

from pregonero.newsroom.models import News, Source
from pregonero.people.roles import Role
from pregonero.publishing.models import LinkCheck, Publication
from tests.attack.conftest import Stage, signed_in
from tests.newsroom.conftest import inner, site
from tests.newsroom.website import Website

__all__ = ["inner", "site"]


def internal_links(website: Website) -> list[str]:
    """Return links that name this machine in different notations."""
    port = website.authority.rpartition(":")[2]
    hosts = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "0",
        "localhost",
        "LOCALHOST.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1%25lo]",
        "127.0.0.2",
        "①②⑦.0.0.1",
        "localhost%00.mincit.gov.co",
        "mincit.gov.co@127.0.0.1",
        "127.0.0.1\\@mincit.gov.co",
        "127.0.0.1#@mincit.gov.co",
    ]
    return [f"http://{host}:{port}/secreto" for host in hosts] + ["file:///etc/passwd", "gopher://127.0.0.1:1/"]


@pytest.fixture
def official(stage: Stage, site: Website) -> Website:
    """An official website of the entity on this machine, allowed by the settings with its port."""
    stage.entity.official_domains = ["mincit.gov.co", "127.0.0.1"]
    stage.entity.save()
    return site


@pytest.mark.procedure("D-4")
def test_no_link_of_a_publication_opens_what_is_inside(stage: Stage, official: Website, inner: Website) -> None:
    client = signed_in(stage.people[Role.DIGITAL_STRATEGIST])
    for link in internal_links(inner):
        Publication.objects.filter(pk=stage.draft.pk).update(link=link)
        assert client.post(f"/publicaciones/{stage.draft.pk}/enlace/").status_code == 302, link
        check = LinkCheck.objects.filter(publication=stage.draft).latest("pk")
        assert check.problem, link
    assert inner.requests == []


def test_no_link_that_is_informed_opens_what_is_inside(stage: Stage, official: Website, inner: Website) -> None:
    client = signed_in(stage.people[Role.CONTENT_MANAGER])
    news = News.objects.count()
    for link in internal_links(inner):
        for path in ("/noticias/informe/", "/noticias/informe/vista/"):
            assert client.post(path, {"address": link}).status_code == 422, link
    assert News.objects.count() == news
    assert inner.requests == []


def test_a_redirect_of_our_own_site_opens_nothing_inside(stage: Stage, official: Website, inner: Website) -> None:
    client = signed_in(stage.people[Role.CONTENT_MANAGER])
    for number, link in enumerate(link for link in internal_links(inner) if link.isascii()):
        address = official.redirect(f"/r{number}", link)
        response = client.post("/noticias/informe/", {"address": address})
        assert response.status_code == 422, link
    assert inner.requests == []


def test_a_name_that_changes_its_answer_gains_nothing(
    stage: Stage, inner: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name resolves differently the second time; only the checked address is opened."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def changing(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host != "www.mincit.gov.co":
            return real(host, port, *rest, **more)
        asked.append(host)
        ip = "192.0.0.8" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    link = f"http://www.mincit.gov.co:{inner.authority.rpartition(':')[2]}/secreto"
    response = signed_in(stage.people[Role.CONTENT_MANAGER]).post("/noticias/informe/", {"address": link})
    assert response.status_code == 422
    assert asked == ["www.mincit.gov.co"]
    assert inner.requests == []


def test_a_source_may_not_be_inside(stage: Stage, inner: Website) -> None:
    client: Client = signed_in(stage.people[Role.COORDINATOR])
    sources = Source.objects.count()
    for link in internal_links(inner):
        data = {"kind": "FEED", "name": "Adentro", "address": link, "every_minutes": "5"}
        for path in ("/noticias/fuentes/nueva/", "/noticias/fuentes/prueba/"):
            assert client.post(path, data).status_code == 422, link
    assert Source.objects.count() == sources
