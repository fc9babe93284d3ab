"""The pages of news and sources."""

from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pregonero.newsroom import actions, queries, tasks
from pregonero.newsroom.models import News, NewsState, Source
from pregonero.newsroom.sources.registry import KINDS, LISTING
from pregonero.people.models import Member, Notice
from tests.newsroom.factories import COFFEE, SITE, found, inform, item, read, register
from tests.newsroom.reading.test_media import picture
from tests.newsroom.website import Website


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


PAGES = ["/noticias/", "/noticias/informe/", "/noticias/fuentes/", "/noticias/fuentes/nueva/", "/noticias/1/"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_every_page_requires_sign_in(path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Location"].startswith("/cuenta/login/")) == (302, True)


@pytest.mark.procedure("P-1")
def test_the_list_has_a_tab_for_each_state(luis: Member, ana: Member, carmen: Member) -> None:
    source = register(luis)
    read(source, *[item(f"{SITE}/{number}", title=f"Noticia {number}") for number in range(3)])
    zero, one, _two = News.objects.order_by("pk")
    actions.dismiss_news(news=zero, reason="Es interna.", by=ana, now=timezone.now())
    actions.inform_news(news=one, reference="PC-9", note="", by=luis, now=timezone.now())
    waiting = text(as_(luis), "/noticias/")
    assert "Noticia 2" in waiting
    assert "Noticia 0" not in waiting
    assert f'name="only" value="{News.objects.get(title="Noticia 2").pk}"' in waiting
    informed = text(as_(ana), "/noticias/?estado=informadas")
    assert "Luis Peña" in informed
    assert "PC-9" in informed
    assert "Es interna." in text(as_(carmen), "/noticias/?estado=descartadas")


def test_the_list_makes_as_many_queries_for_two_news_as_for_twenty(
    luis: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, source = as_(luis), register(luis)
    read(source, item(f"{SITE}/a"), item(f"{SITE}/b"))
    with CaptureQueriesContext(connection) as first:  # with those of the frame, which is kept for a while
        text(client, "/noticias/")
    # Session, user, membership, counts, sources, sections, count, list, dismissals, frame, pause.
    with django_assert_num_queries(12):
        text(client, "/noticias/")
    read(source, *[item(f"{SITE}/{number}") for number in range(20)])
    with django_assert_num_queries(12):
        text(client, "/noticias/")
    cache.clear()
    with django_assert_num_queries(len(first)):
        text(client, "/noticias/")


@pytest.mark.procedure("P-1")
def test_a_link_is_informed_from_its_page(luis: Member, ana: Member, site: Website, samples: Path) -> None:
    address = site.put("/noticia", (samples / "noticia.html").read_bytes())
    client = as_(luis)
    answer = client.post("/noticias/informe/", {"address": address, "reference": "PC-1", "note": ""})
    news = News.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/noticias/{news.pk}/")
    assert (news.state, news.title) == (NewsState.INFORMED, "Exportaciones de café crecen 8,4 %")
    again = client.post("/noticias/informe/", {"address": f"{address}#x"}, follow=True)
    assert "ya se informó" in again.content.decode()
    assert News.objects.count() == Notice.objects.count() == 1


@pytest.mark.procedure("P-1")
def test_the_preview_of_a_link_stores_nothing(luis: Member, ana: Member, site: Website, samples: Path) -> None:
    address = site.put("/noticia", (samples / "noticia.html").read_bytes())
    client = as_(luis)
    seen = client.post("/noticias/informe/vista/", {"address": address, "reference": "PC-1", "note": "Con foto."})
    page = seen.content.decode()
    for words in ("Exportaciones de café crecen 8,4 %", "Todavía no se le ha avisado a nadie", "a Ana", "PC-1"):
        assert words in page
    assert not News.objects.exists()
    assert not Notice.objects.exists()
    assert as_(ana).post("/noticias/informe/vista/", {"address": address}).status_code == 403


@pytest.mark.parametrize("path", ["/noticias/informe/", "/noticias/informe/vista/"])
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://otra.gov.co/x", "Solo sirven enlaces de mincit.gov.co"),
        ("no es un enlace", "enlace completo"),
        ("", "Falta este dato."),
        ("/404", "Esa página no existe en la sede"),
    ],
)
def test_a_link_that_cannot_be_informed_shows_the_reason(
    luis: Member, site: Website, path: str, address: str, words: str
) -> None:
    link = site.at(address) if address.startswith("/") else address
    answer = as_(luis).post(path, {"address": link})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not News.objects.exists()


def test_a_link_of_another_website_is_not_opened(luis: Member, site: Website, inner: Website) -> None:
    answer = as_(luis).post("/noticias/informe/", {"address": inner.at("/secreto")})
    assert answer.status_code == 422
    assert inner.requests == []


def test_a_member_without_permission_to_inform_sees_who_has_it(ana: Member, luis: Member) -> None:
    assert "Gestión de contenidos" in text(as_(ana), "/noticias/informe/", 403)
    news = found(register(luis))
    assert as_(ana).post(f"/noticias/{news.pk}/informe/", {}).status_code == 403


@pytest.mark.procedure("P-1")
def test_the_page_of_a_news_item_shows_who_informed_it_and_its_receipts(
    luis: Member, ana: Member, beto: Member
) -> None:
    news = inform(luis)
    page = text(as_(ana), f"/noticias/{news.pk}/")
    for words in ("Luis Peña", "PC-2026-118", "Con foto.", "Ana Rojas", "Beto Mora", "sin abrir", "Dos."):
        assert words in page
    assert "/publicaciones/borradores/" in page
    assert "/publicaciones/borradores/" not in text(as_(luis), f"/noticias/{news.pk}/")


@pytest.mark.procedure("P-1")
def test_a_receipt_is_given_from_the_page(luis: Member, ana: Member) -> None:
    news = inform(luis)
    client = as_(ana)
    assert "La recibí" in text(client, f"/noticias/{news.pk}/")
    client.post(f"/noticias/{news.pk}/recibo/")
    assert Notice.objects.get(member=ana).seen_at is not None
    page = text(client, f"/noticias/{news.pk}/")
    assert "La recibí" not in page
    assert "la abrió" in page


@pytest.mark.procedure("P-1")
def test_the_page_shows_what_an_edit_changed(luis: Member) -> None:
    source = register(luis)
    news = found(source)
    read(source, item(title="Exportaciones de flores"), now=timezone.now())
    page = text(as_(luis), f"/noticias/{news.pk}/")
    assert "<del>Exportaciones de café</del>" in page
    assert "<ins>Exportaciones de flores</ins>" in page
    assert "editada" in text(as_(luis), "/noticias/")


def test_markup_in_news_is_shown_as_text(luis: Member) -> None:
    inform(luis, title="<script>alert(1)</script>", body="<img src=x onerror=alert(2)>", summary="<b>a</b>")
    page = text(as_(luis), News.objects.get().get_absolute_url())
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_news_of_another_entity_are_not_found(luis: Member, dario: Member) -> None:
    news = inform(luis)
    client = as_(dario)
    assert text(client, f"/noticias/{news.pk}/", 404)
    assert client.post(f"/noticias/{news.pk}/descarte/", {"reason": "x"}).status_code == 404
    assert "Exportaciones" not in text(client, "/noticias/?estado=informadas")


def test_a_candidate_is_informed_or_dismissed_with_its_forms(luis: Member, ana: Member) -> None:
    source = register(luis)
    first, second = read(source, item(f"{SITE}/1", reference="PC-5"), item(f"{SITE}/2")).found
    client = as_(luis)
    assert 'value="PC-5"' in text(client, f"/noticias/{first.pk}/informe/")
    client.post(f"/noticias/{first.pk}/informe/", {"reference": "PC-5", "note": "Urgente."})
    first.refresh_from_db()
    assert first.state == NewsState.INFORMED
    assert "Descartar" in text(as_(ana), f"/noticias/{second.pk}/descarte/")
    assert as_(ana).post(f"/noticias/{second.pk}/descarte/", {"reason": ""}).status_code == 422
    as_(ana).post(f"/noticias/{second.pk}/descarte/", {"reason": "Es interna."})
    second.refresh_from_db()
    assert second.state == NewsState.DISMISSED


@pytest.mark.procedure("N-6")
def test_a_picture_is_served_from_the_stored_copy_with_its_alternative_text(
    luis: Member, dario: Member, site: Website, samples: Path, media_folder: Path
) -> None:
    address = site.put("/prensa/noticias/comercio/exportaciones-de-cafe", (samples / "noticia.html").read_bytes())
    site.put("/fotos/cafe.png", picture(), "image/png")
    client = as_(luis)
    client.post("/noticias/informe/", {"address": address})
    news = News.objects.get()
    tasks.read_page(news_id=news.pk)
    page = text(client, f"/noticias/{news.pk}/")
    news.refresh_from_db()
    assert f'src="/noticias/medios/{news.picture_id}/"' in page
    assert 'alt="Granos de café en una bodega"' in page
    answer = client.get(f"/noticias/medios/{news.picture_id}/")
    assert (b"".join(answer.streaming_content), answer.headers["Content-Type"]) == (picture(), "image/png")  # type: ignore[attr-defined]
    assert as_(dario).get(f"/noticias/medios/{news.picture_id}/").status_code == 404


@pytest.mark.procedure("P-1")
def test_the_problem_of_a_source_is_shown_in_the_list(luis: Member, ana: Member) -> None:
    source = register(luis)
    actions.save_source_problem(source=source, reason="No es RSS ni Atom.", now=timezone.now())
    page = text(as_(ana), "/noticias/fuentes/")
    assert "No es RSS ni Atom." in page
    assert "con un problema" in page
    assert "Retirar" not in page


def test_a_feed_and_a_listing_are_registered_from_the_page(luis: Member) -> None:
    client = as_(luis)
    form = {"kind": "FEED", "name": "RSS", "address": f"{SITE}/rss", "every_minutes": "5"}
    assert client.post("/noticias/fuentes/nueva/", form).status_code == 302
    again = client.post("/noticias/fuentes/nueva/", form)
    assert (again.status_code, "ya es una fuente" in again.content.decode()) == (422, True)
    listing = form | {"kind": "LISTING", "address": f"{SITE}/prensa/noticias", "preset": "mincit"}
    assert client.post("/noticias/fuentes/nueva/", listing).status_code == 302
    assert Source.objects.get(kind=LISTING.code).options["item"] == 'a.tarjeta-govco[href*="noticias/"]'
    own = listing | {"address": f"{SITE}/otra", "preset": "", "selector_item": "li", "selector_title": "h3["}
    wrong = client.post("/noticias/fuentes/nueva/", own)
    assert (wrong.status_code, "no es CSS" in wrong.content.decode()) == (422, True)
    missing = client.post("/noticias/fuentes/nueva/", form | {"address": ""})
    assert (missing.status_code, "Falta la dirección" in missing.content.decode()) == (422, True)


def test_the_form_of_a_source_has_only_the_fields_of_its_kind(luis: Member) -> None:
    client = as_(luis)
    first = text(client, "/noticias/fuentes/nueva/")
    assert "?clase=FEED" in first
    assert 'name="address"' not in first
    pages = {kind: text(client, f"/noticias/fuentes/nueva/?clase={kind}") for kind in KINDS}
    asked = {kind: [f'name="{name}"' in page for name in ("address", "preset")] for kind, page in pages.items()}
    assert asked == {"FEED": [True, False], "LISTING": [True, True], "WEBHOOK": [False, False]}
    assert "?clase=FEED" in text(client, "/noticias/fuentes/nueva/?clase=otra")


def test_the_trial_of_a_source_shows_its_news_and_registers_nothing(
    luis: Member, ana: Member, site: Website, samples: Path
) -> None:
    site.put("/rss", (samples / "sede.rss").read_bytes(), "application/rss+xml")
    form = {"kind": "FEED", "name": "RSS", "address": site.at("/rss"), "every_minutes": "5"}
    page = as_(luis).post("/noticias/fuentes/prueba/", form).content.decode()
    assert "Esto es lo que trae hoy" in page
    assert "Rueda de negocios en Pasto" in page
    wrong = as_(luis).post("/noticias/fuentes/prueba/", form | {"address": site.at("/no-existe")})
    assert (wrong.status_code, "La fuente ya no está en esa dirección" in wrong.content.decode()) == (422, True)
    assert as_(ana).post("/noticias/fuentes/prueba/", form).status_code == 403
    assert not Source.objects.exists()


def test_the_secret_of_a_webhook_is_shown_once(luis: Member) -> None:
    client = as_(luis)
    answer = client.post("/noticias/fuentes/nueva/", {"kind": "WEBHOOK", "name": "Avisos", "every_minutes": "5"})
    source = Source.objects.get()
    assert answer.status_code == 200
    assert f"/avisos/{source.pk}/" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Secreto" not in text(client, "/noticias/fuentes/")


def test_a_rule_is_signed_and_revoked_and_a_source_retired(luis: Member, carmen: Member) -> None:
    source = register(luis)
    assert text(as_(luis), f"/noticias/fuentes/{source.pk}/regla/", 403)
    client = as_(carmen)
    assert "tu firma" in text(client, f"/noticias/fuentes/{source.pk}/regla/")
    client.post(f"/noticias/fuentes/{source.pk}/regla/", {"reason": "Todo es oficial."})
    assert "Firmada por Carmen Ortiz" in text(client, "/noticias/fuentes/")
    assert "Revocar" in text(client, f"/noticias/fuentes/{source.pk}/regla/fin/")
    client.post(f"/noticias/fuentes/{source.pk}/regla/fin/")
    assert queries.rule_in_force(source) is None
    assert "No se deshace" in text(client, f"/noticias/fuentes/{source.pk}/retiro/")
    client.post(f"/noticias/fuentes/{source.pk}/retiro/")
    assert "retirada" in text(client, "/noticias/fuentes/")
    assert text(client, f"/noticias/fuentes/{source.pk}/retiro/", 409)


def test_empty_lists_say_what_to_do(luis: Member) -> None:
    assert "fuentes" in text(as_(luis), "/noticias/")
    assert "Todavía no hay fuentes" in text(as_(luis), "/noticias/fuentes/")


def test_acts_refuse_get(luis: Member, ana: Member) -> None:
    news = inform(luis)
    assert as_(ana).get(f"/noticias/{news.pk}/recibo/").status_code == 405
    text(as_(ana), f"/noticias/{news.pk}/")
    assert Notice.objects.get(member=ana).seen_at is None
    assert COFFEE in text(as_(ana), f"/noticias/{news.pk}/")
