"""The public site: what was published, official accounts, and whether something is of the entity (R-4)."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.test import Client

from pregonero.networks.models import Account
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.public.data_views import _cell
from pregonero.publishing.models import Publication
from tests.conftest import NOW
from tests.publishing.test_states import put
from tests.ui.browser import Answer, answers_of, faults_by_page
from tests.ui.test_text_browser import BROWSERS, in_order, read

pytestmark = pytest.mark.procedure("R-4")
SITE = "/publico/mincomercio/"
LINK_X = "https://x.com/mincomercioco/status/19"


def page(path: str, status: int = 200, **query: str) -> str:
    response = Client().get(path, query)
    assert response.status_code == status
    return response.content.decode()


def text_on(network: str) -> str:
    return str(Delivery.objects.get(account__network=network, state="PUBLISHED", position=0).payload["text"])


def test_index_shows_only_what_went_out_and_finds_it_by_word_month_and_network(published: Publication) -> None:
    whole = page(SITE)
    assert whole.count(f"<h3>{published.title}</h3>") == 2
    for found in ({"q": "exportaciones"}, {"mes": "2026-11"}, {"red": "x"}):
        assert f"<h3>{published.title}</h3>" in page(SITE, **found)
    for other in ({"q": "astronauta"}, {"mes": "2026-10"}, {"red": "youtube"}, {"cambios": "1"}):
        assert "No hay nada publicado con esa búsqueda." in page(SITE, **other)
    put(Delivery.objects.get(account__network="facebook", position=0), DeliveryState.RECTIFIED)
    assert page(SITE, cambios="1").count(f"<h3>{published.title}</h3>") == 1


def test_index_finds_no_word_that_was_not_published(published: Publication) -> None:
    Publication.objects.filter(pk=published.pk).update(why="Lo pidió el despacho", theme="Reservado")
    for word in ("despacho", "reservado"):
        assert "No hay nada publicado con esa búsqueda." in page(SITE, q=word)
    assert published.title in page(SITE, q="exportaciones")


def test_index_says_nothing_of_what_is_only_programmed_or_of_who_is_signed_in(
    published: Publication, ana: Member
) -> None:
    response = Client().get(SITE, {"red": "instagram"})
    assert published.title not in response.content.decode()
    inside = Client()
    inside.force_login(ana.user)
    assert inside.get(SITE).content == Client().get(SITE).content
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "max-age=300" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"pagina": "1000000"}, "elige un mes"),
        ({"pagina": "-1"}, "elige un mes"),
        ({"pagina": "²"}, "elige un mes"),
        ({"q": "a" * 10_000}, "máximo 200 caracteres"),
        ({"mes": "0000-13"}, "Escribe el mes"),
        ({"mes": "9999-12"}, "Escribe el mes"),
        ({"red": "'; DROP TABLE people_entity; --"}, "Elige una red"),
    ],
)
def test_a_wrong_search_is_answered_in_spanish(published: Publication, query: dict[str, str], sentence: str) -> None:
    assert sentence in page(SITE, 422, **query)


def test_sql_and_zero_bytes_are_words_like_others(published: Publication) -> None:
    for text in ("' OR 1=1 --", "exportaciones'); DROP TABLE outbox_delivery;", "\0", "%_\\", "<script>"):
        assert "<script>" not in page(SITE, q=text)
        assert "<h1>" in page(f"{SITE}comprobar/", que=text)


def test_check_recognises_a_link_a_text_and_a_profile(published: Publication) -> None:
    address, text = f"{SITE}comprobar/", text_on("x")
    for yes in (LINK_X, f"{LINK_X}?s=20", "https://twitter.com/i/status/19", text, text.upper()):
        assert "Sí, lo publicó MinComercio." in page(address, que=yes), yes
    assert "Esa cuenta es nuestra." in page(address, que="https://www.x.com/MinComercioCo/")
    for no in ("https://x.com/mincomerci0co/status/77", "Mañana regalan subsidios en todas las alcaldías del país"):
        assert "No lo encontramos entre lo que publicamos." in page(address, que=no)
    assert "máximo 10000 caracteres" in page(address, 422, que="a" * 10_001)


def test_check_says_that_an_altered_text_is_not_what_was_published(published: Publication) -> None:
    words = text_on("x").split()
    altered = " ".join(["Cayeron", *words[1:]])
    assert "Se parece, pero no es igual" in page(f"{SITE}comprobar/", que=altered)


def test_accounts_keep_their_history_and_verify_answers_programs(
    published: Publication, accounts: dict[str, Account]
) -> None:
    Account.objects.filter(pk=accounts["instagram"].pk).update(state="RETIRED", retired_at=NOW)
    shown = page(f"{SITE}cuentas/")
    assert shown.count('rel="me"') == 3
    assert "24 de noviembre de 2026" in shown
    for url, is_official in (
        ("https://x.com/MINCOMERCIOCO", True),
        ("https://www.facebook.com/id-facebook/", True),
        ("https://www.instagram.com/mincomercioco", False),
        ("https://x.com/mincomerci0co", False),
        ("https://x.com.ejemplo.co/mincomercioco", False),
    ):
        assert json.loads(page(f"{SITE}accounts/verify", url=url))["official"] is is_official, url
    assert "enlace completo" in json.loads(page(f"{SITE}accounts/verify", 422, url="hola"))["error"]
    trust = page("/.well-known/trust.txt").splitlines()
    assert "social=https://x.com/mincomercioco" in trust
    assert not any("instagram" in line for line in trust)


def test_open_data_is_csv_json_atom_and_a_catalogue(published: Publication) -> None:
    response = Client().get(f"{SITE}publicado.csv")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["network"] for row in rows} == {"x", "facebook"}
    assert {row["link"] for row in json.loads(page(f"{SITE}publicado.json"))["posts"]} == {row["link"] for row in rows}
    assert page(f"{SITE}publicado.atom").count("<entry>") == 2
    catalog = json.loads(page(f"{SITE}catalogo.jsonld"))
    for dataset in catalog["dcat:dataset"]:
        for distribution in dataset["dcat:distribution"]:
            assert Client().get(distribution["dcat:downloadURL"]).status_code == 200
    assert [_cell(value) for value in ("=1+1", "@a", "-2", "Hola")] == ["'=1+1", "'@a", "'-2", "Hola"]


def test_pages_of_error_lead_outsiders_to_the_public_site(published: Publication, ana: Member) -> None:
    for path in ("/no-existe/", "/publico/nadie/"):
        assert 'href="/publico/"' in page(path, 404)
        assert "Ir a Hoy" not in page(path, 404)
    inside = Client()
    inside.force_login(ana.user)
    assert "Ir a Hoy" in inside.get("/no-existe/").content.decode()
    assert Client().get("/publico/").headers["Location"] == SITE


@pytest.mark.procedure("D-4")
@pytest.mark.parametrize("reader", BROWSERS)
def test_site_is_read_in_a_text_browser(published: Publication, tmp_path: Path, reader: str) -> None:
    text = read(reader, Client().get(SITE).content, tmp_path)
    assert in_order(text, "Saltar al contenido", "Publicado en redes", "Palabras", "Lo más reciente", published.title)


@pytest.mark.procedure("N-6")
def test_axe_finds_nothing_on_the_site(published: Publication) -> None:
    paths = {
        "/publicado/": SITE,
        "/cuentas/": f"{SITE}cuentas/",
        "/comprobar/": f"{SITE}comprobar/?que={LINK_X}",
        "/error/": f"{SITE}?pagina=1000000",
        "/no-existe/": "/publico/nadie/",
    }
    found = answers_of(Client(), paths.values())
    # A page that answers with an error is shown as it is: the browser opens it as a good one.
    answers = {name: Answer(200, found[path].headers, found[path].body) for name, path in paths.items()}
    assert faults_by_page(answers, answers, schemes=("light", "dark")) == {}
