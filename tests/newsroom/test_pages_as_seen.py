"""The pages of news with axe, at two widths, and in text browsers (N-6, D-4)."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.newsroom import actions, tasks
from pregonero.newsroom.models import News
from pregonero.newsroom.sources.listing import PRESETS
from pregonero.newsroom.sources.registry import LISTING
from pregonero.people.models import Member
from tests.newsroom.factories import SITE, item, read, register
from tests.newsroom.reading.test_media import picture, video
from tests.newsroom.website import Website
from tests.ui.browser import Answer, answers_of, faults_by_page
from tests.ui.test_text_browser import BROWSERS
from tests.ui.test_text_browser import read as read_as_text

INFORMED = "Exportaciones de café crecen 8,4 %"


@pytest.fixture
def pages(
    luis: Member, ana: Member, carmen: Member, site: Website, samples: Path, media_folder: Path
) -> dict[str, Answer]:
    """Return every page of news and sources with all its elements, as a member with every permission sees it."""
    address = site.put("/prensa/noticias/comercio/exportaciones-de-cafe", (samples / "noticia.html").read_bytes())
    site.put("/fotos/cafe.png", picture(size=(640, 360)), "image/png")
    site.put("/videos/cafe.mp4", video(), "video/mp4")
    clients = {member: Client() for member in (luis, ana, carmen)}
    for member, client in clients.items():
        client.force_login(member.user)
    clients[luis].post("/noticias/informe/", {"address": address, "reference": "PC-2026-118", "note": "Con foto."})
    news = News.objects.get()
    tasks.read_page(news_id=news.pk)
    edited = (samples / "noticia.html").read_text(encoding="utf-8").replace("Huila", "Nariño")
    site.put("/prensa/noticias/comercio/exportaciones-de-cafe", edited)
    tasks.read_page(news_id=news.pk)
    feed = register(luis)
    candidate, other = read(feed, item(f"{SITE}/1", title="Rueda de negocios en Pasto"), item(f"{SITE}/2")).found
    actions.dismiss_news(news=other, reason="Es un aviso interno.", by=ana, now=timezone.now())
    actions.sign_rule(source=feed, reason="Todo lo de esa lista es oficial.", by=carmen, now=timezone.now())
    named = {"address": f"{SITE}/prensa", "name": "Página de noticias"}
    listing = register(luis, LISTING, options=PRESETS["mincit"], **named)
    actions.save_source_problem(source=listing, reason="Ninguna noticia coincide con el selector.", now=timezone.now())
    seen = {
        luis: ["/noticias/", "/noticias/informe/", f"/noticias/{candidate.pk}/", f"/noticias/{candidate.pk}/informe/"],
        ana: [f"/noticias/{news.pk}/", "/noticias/?estado=informadas", f"/noticias/{candidate.pk}/descarte/"],
        carmen: [
            "/noticias/fuentes/",
            "/noticias/fuentes/nueva/",
            "/noticias/fuentes/nueva/?clase=LISTING",
            f"/noticias/fuentes/{listing.pk}/regla/",
            f"/noticias/fuentes/{feed.pk}/regla/fin/",
            f"/noticias/fuentes/{feed.pk}/retiro/",
        ],
    }
    answers: dict[str, Answer] = {}
    for member, paths in seen.items():
        answers |= answers_of(clients[member], paths)
    assert {answer.status for answer in answers.values()} == {200}
    news.refresh_from_db()
    shown = {
        f"/noticias/medios/{news.picture_id}/": Answer(200, {"Content-Type": "image/png"}, picture(size=(640, 360)))
    }
    return answers | shown


def rooms(pages: dict[str, Answer]) -> list[str]:
    return [path for path in pages if "/medios/" not in path]


@pytest.mark.procedure("N-6")
def test_axe_finds_no_faults(pages: dict[str, Answer]) -> None:
    assert faults_by_page(pages, rooms(pages)) == {}


@pytest.mark.procedure("D-4")
@pytest.mark.parametrize("reader", BROWSERS)
def test_the_pages_work_in_a_text_browser(pages: dict[str, Answer], reader: str, tmp_path: Path) -> None:
    texts = {path: " ".join(read_as_text(reader, pages[path].body, tmp_path).split()) for path in rooms(pages)}
    (news,) = (text for path, text in texts.items() if path.startswith("/noticias/") and "Quién la informó" in text)
    for words in (
        INFORMED,
        "informada",
        "Luis Peña",
        "PC-2026-118",
        "La recibí",
        "sin abrir",
        "Nariño",
        "Granos de café",
    ):
        assert words in news, words
    assert "Rueda de negocios en Pasto" in texts["/noticias/"]
    assert "Firmada por Carmen Ortiz" in texts["/noticias/fuentes/"]
    assert "con un problema" in texts["/noticias/fuentes/"]
