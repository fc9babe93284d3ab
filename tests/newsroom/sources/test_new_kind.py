"""A kind of news source that the product does not have: one class is enough, as CONTRIBUTING.md says."""

import json
from collections.abc import Mapping
from datetime import datetime

import pytest
from django.test import Client

from pregonero.newsroom import tasks
from pregonero.newsroom.models import News, NewsState, Source
from pregonero.newsroom.sources.base import Item, Notice, NotSigned, PushSourceKind
from pregonero.newsroom.sources.registry import KINDS
from pregonero.people.models import Member
from tests.newsroom.factories import register
from tests.newsroom.sources.json_source import JsonSource
from tests.newsroom.test_views import as_
from tests.newsroom.website import Website

NEWS = {"noticias": [{"titulo": "Rueda de negocios en Pasto", "enlace": "/prensa/rueda", "tema": "Comercio"}]}


class PushSource(PushSourceKind):
    """A website that sends a title and an address, with its secret in a header."""

    code = "PUSH"
    label = "envío de prueba"
    description = "La sede envía cada noticia."

    def receive(self, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Notice:
        """Compare the secret and return the news."""
        if headers.get("X-Secret") != secret:
            raise NotSigned
        return Notice(Item(**json.loads(body)), key=headers["X-Delivery"], sent_at=now)


@pytest.fixture(autouse=True)
def new_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "JSON", JsonSource())
    monkeypatch.setitem(KINDS, "PUSH", PushSource())


def test_a_new_polled_kind_is_chosen_checked_tried_registered_and_read(luis: Member, site: Website) -> None:
    client = as_(luis)
    assert "La sede ofrece sus noticias en JSON." in client.get("/noticias/fuentes/nueva/").content.decode()
    assert 'name="list_name"' in client.get("/noticias/fuentes/nueva/?clase=JSON").content.decode()
    address = site.put("/lista.json", json.dumps(NEWS), "application/json")
    form = {"kind": "JSON", "name": "Lista", "address": address, "list_name": "otra-cosa"}
    refused = client.post("/noticias/fuentes/nueva/", form)
    assert (refused.status_code, "tiene solo letras" in refused.content.decode()) == (422, True)
    form["list_name"] = "noticias"
    assert "Rueda de negocios en Pasto" in client.post("/noticias/fuentes/prueba/", form).content.decode()
    assert client.post("/noticias/fuentes/nueva/", form).status_code == 302

    source = Source.objects.get()
    assert (source.kind, source.options) == ("JSON", {"list_name": "noticias"})
    tasks.read_source(source_id=source.pk)
    news = News.objects.get()
    assert (news.title, news.section, news.state) == ("Rueda de negocios en Pasto", "Comercio", NewsState.CANDIDATE)
    assert "lista en JSON" in client.get("/noticias/fuentes/").content.decode()


def test_a_new_kind_that_cannot_be_read_shows_its_problem(luis: Member, site: Website) -> None:
    address = site.put("/lista.json", "{}", "application/json")
    source = register(luis, KINDS["JSON"], address=address, options={"list_name": "noticias"})
    tasks.read_source(source_id=source.pk)
    source.refresh_from_db()
    assert source.problem == "No trae la lista."


def test_a_new_pushed_kind_receives_once_and_only_with_its_secret(luis: Member) -> None:
    source = register(luis, KINDS["PUSH"], secret="un-secreto-de-prueba-largo")
    body = json.dumps({"address": "https://www.mincit.gov.co/prensa/rueda", "title": "Rueda"})

    def send(secret: str) -> tuple[int, int]:
        headers = {"X-Secret": secret, "X-Delivery": "1"}
        response = Client().post(f"/avisos/{source.pk}/", body, content_type="application/json", headers=headers)
        return response.status_code, News.objects.count()

    assert [send("otro"), send("un-secreto-de-prueba-largo"), send("un-secreto-de-prueba-largo")] == [
        (401, 0),
        (201, 1),
        (200, 1),
    ]
