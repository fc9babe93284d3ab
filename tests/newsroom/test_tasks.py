"""The jobs that read sources and pages, with a local website."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from pregonero.media.models import Medium
from pregonero.newsroom import actions, queries, tasks
from pregonero.newsroom.models import News, NewsState, NewsVersion, Source
from pregonero.newsroom.reading.errors import Unreachable
from pregonero.newsroom.reading.fetch import MEGABYTE
from pregonero.newsroom.reading.page import fetch_page
from pregonero.newsroom.sources.listing import PRESETS
from pregonero.newsroom.sources.registry import KINDS, LISTING
from pregonero.people.models import Member, Notice
from pregonero.records.models import Event
from tests.newsroom.factories import jobs, register
from tests.newsroom.reading.test_media import picture, video
from tests.newsroom.website import Website, answering, streaming

RSS = "application/rss+xml"
FEED = '<rss version="2.0"><channel>{0}</channel></rss>'
ITEM = (
    "<item><title>{1}</title><link>{0}</link><guid>{0}</guid><pubDate>Tue, 24 Nov 2026 08:00:00 -0500</pubDate></item>"
)
PAGE = """<html><head><title>{0}</title><meta property="og:image" content="/foto.png">
<meta property="og:image:alt" content="Una bodega"><meta property="og:video" content="/video.mp4"></head><body><article>
<h1>{0}</h1><p>El Ministerio informó que las exportaciones de café crecieron en el año, según su balance mensual.</p>
<p>{1}</p></article></body></html>"""
FIRST = "La convocatoria para nuevos exportadores está abierta hasta el 15 de diciembre en la sede electrónica."
SECOND = "La convocatoria para nuevos exportadores está abierta hasta el 20 de diciembre en la sede electrónica."


@pytest.fixture
def source(luis: Member, site: Website) -> Source:
    return register(luis, address=site.at("/feed.xml"))


def serve(site: Website, title: str = "Café", **headers: str) -> None:
    site.put("/feed.xml", FEED.format(ITEM.format(site.at("/noticia"), title)), RSS, **headers)


def due_again() -> None:
    Source.objects.update(next_check_at=timezone.now())


@pytest.mark.procedure("P-1")
def test_a_feed_becomes_candidates(source: Source, site: Website) -> None:
    serve(site)
    tasks.read_source(source_id=source.pk)
    news = News.objects.get()
    assert (news.title, news.address, news.state) == ("Café", site.at("/noticia"), NewsState.CANDIDATE)
    assert jobs("newsroom.read_page") == [{"news_id": news.pk}]


@pytest.mark.procedure("P-1")
def test_a_listing_becomes_candidates(luis: Member, site: Website, samples: Path) -> None:
    address = site.put("/prensa/noticias", (samples / "lista.html").read_bytes())
    source = register(luis, LISTING, address=address, options=PRESETS["mincit"])
    tasks.read_source(source_id=source.pk)
    assert sorted(News.objects.values_list("title", flat=True)) == [
        "Acuerdo con Perú: “más mercados”",
        "Año del turismo",
    ]


def test_an_unchanged_feed_is_not_sent_again(source: Source, site: Website) -> None:
    serve(site, ETag='"a1"')
    for _ in range(3):
        due_again()
        tasks.read_source(source_id=source.pk)
    assert [headers.get("if-none-match") for _path, headers in site.requests] == [None, '"a1"', '"a1"']
    source.refresh_from_db()
    assert (source.problem, source.etag) == ("", '"a1"')


def test_a_source_that_is_not_due_is_not_read(source: Source, site: Website) -> None:
    serve(site)
    tasks.read_source(source_id=source.pk)
    tasks.read_source(source_id=source.pk)
    assert len(site.requests) == 1


BAD = {
    "no es RSS": lambda site, inner: site.put("/feed.xml", "esto no es XML", RSS),
    "5 MB": lambda site, inner: site.pages.update({"/feed.xml": streaming(b" " * MEGABYTE, 200, RSS)}),
    "entidades": lambda site, inner: site.put(
        "/feed.xml", '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>' + FEED.format("&b;"), RSS
    ),
    "red interna": lambda site, inner: site.redirect("/feed.xml", inner.at("/secreto")),
    "cortada": lambda site, inner: site.put("/feed.xml", FEED.format(ITEM.format(site.at("/noticia"), "x"))[:-20], RSS),
    "más tarde": lambda site, inner: site.pages.update({"/feed.xml": answering(b"", "text/html", {}, status=503)}),
}


@pytest.mark.procedure("P-1")
@pytest.mark.parametrize("words", BAD)
def test_a_source_that_cannot_be_read_stores_its_problem_and_no_news(
    source: Source, site: Website, inner: Website, words: str
) -> None:
    BAD[words](site, inner)
    tasks.read_source(source_id=source.pk)
    source.refresh_from_db()
    assert words in source.problem.replace("No es RSS", "no es RSS")
    assert source.failures == 1
    assert not News.objects.exists()
    assert inner.requests == []


@pytest.mark.procedure("P-1")
def test_a_source_that_cannot_be_read_does_not_affect_the_others(source: Source, luis: Member, site: Website) -> None:
    serve(site)
    bad = register(luis, address=site.put("/malo.xml", "no es XML", RSS), name="Mala")
    tasks.read_sources(timestamp=int(timezone.now().timestamp()) + 1)
    assert jobs("newsroom.read_source") == [{"source_id": source.pk}, {"source_id": bad.pk}]
    for job in reversed(jobs("newsroom.read_source")):
        tasks.read_source(**job)
    assert News.objects.count() == 1
    bad.refresh_from_db()
    assert bad.problem


@pytest.mark.procedure("P-1", "N-6")
def test_read_page_stores_text_picture_and_video(source: Source, site: Website, media_folder: Path) -> None:
    serve(site)
    site.put("/noticia", PAGE.format("Café", FIRST))
    site.put("/foto.png", picture(), "image/png")
    site.put("/video.mp4", video(), "video/mp4")
    tasks.read_source(source_id=source.pk)
    news = News.objects.get()
    tasks.read_page(news_id=news.pk)
    news.refresh_from_db()
    assert FIRST in news.body
    assert (news.picture_alt, news.page_problem, news.edited_at) == ("Una bodega", "", None)
    assert news.picture is not None
    assert news.video is not None
    assert (news.picture.alt, news.picture.kind, news.video.kind) == ("Una bodega", "picture", "video")
    assert (media_folder / news.picture.file).is_file()
    assert Event.objects.get(event_type="news.read").facts["picture"] == news.picture.sha256
    assert [version.cause for version in queries.versions_of(news)] == ["FOUND", "READ"]


def test_read_page_stores_the_rest_when_one_file_fails(source: Source, site: Website, media_folder: Path) -> None:
    serve(site)
    site.put("/noticia", PAGE.format("Café", FIRST))
    site.put("/foto.png", b"no es una imagen", "image/png")
    tasks.read_source(source_id=source.pk)
    news = News.objects.get()
    tasks.read_page(news_id=news.pk)
    news.refresh_from_db()
    assert FIRST in news.body
    assert not Medium.objects.exists()
    assert "aquí va una imagen JPEG" in news.page_problem
    assert "El video ya no está en esa dirección." in news.page_problem


def test_an_unreachable_page_stores_its_problem_and_is_retried(source: Source, site: Website) -> None:
    serve(site)
    site.pages["/noticia"] = answering(b"", "text/html", {}, status=503)
    tasks.read_source(source_id=source.pk)
    news = News.objects.get()
    with pytest.raises(Unreachable):
        tasks.read_page(news_id=news.pk)
    news.refresh_from_db()
    assert "503" in news.page_problem
    site.pages.pop("/noticia")
    tasks.read_page(news_id=news.pk)  # a 404 is permanent: it is not retried
    news.refresh_from_db()
    assert "no existe en la sede" in news.page_problem


@pytest.mark.procedure("P-1", "N-6")
@pytest.mark.parametrize("path", ["/foto.png", "/video.mp4"])
@pytest.mark.parametrize("status", [429, 500, 503, 504])
def test_a_file_that_did_not_answer_is_read_again_soon_and_the_rest_is_stored(
    source: Source, site: Website, media_folder: Path, path: str, status: int
) -> None:
    serve(site)
    site.put("/noticia", PAGE.format("Café", FIRST))
    site.put("/foto.png", picture(), "image/png")
    site.put("/video.mp4", video(), "video/mp4")
    answers = site.pages[path]
    site.pages[path] = answering(b"", "text/html", {}, status=status)
    tasks.read_source(source_id=source.pk)
    news = News.objects.get()
    with pytest.raises(Unreachable):
        tasks.read_page(news_id=news.pk)
    news.refresh_from_db()
    assert FIRST in news.body
    assert news.page_problem
    assert [medium is None for medium in (news.picture, news.video)].count(True) == 1
    site.pages[path] = answers
    tasks.read_page(news_id=news.pk)
    news.refresh_from_db()
    assert (news.picture is None, news.video is None, news.page_problem) == (False, False, "")
    assert len([asked for asked, _ in site.requests if asked in {"/foto.png", "/video.mp4"} - {path}]) == 1


@pytest.mark.procedure("P-1")
def test_an_edit_of_an_informed_page_notifies_the_people_of_the_networks(
    luis: Member, ana: Member, source: Source, site: Website, media_folder: Path
) -> None:
    serve(site)
    site.put("/noticia", PAGE.format("Café", FIRST))
    tasks.read_source(source_id=source.pk)
    news = News.objects.get()
    actions.inform_news(news=news, reference="", note="", by=luis, now=timezone.now())
    tasks.read_page(news_id=news.pk)
    tasks.read_page(news_id=news.pk)
    assert not Notice.objects.filter(kind="news.edited").exists()
    site.put("/noticia", PAGE.format("Café", SECOND))
    tasks.read_page(news_id=news.pk)
    news.refresh_from_db()
    assert news.edited_at is not None
    assert Notice.objects.get(kind="news.edited").member == ana
    assert NewsVersion.objects.filter(news=news).order_by("number").last().cause == "EDITED"  # type: ignore[union-attr]


def test_recently_informed_pages_are_read_again_after_half_an_hour(luis: Member, source: Source, site: Website) -> None:
    serve(site)
    site.put("/noticia", PAGE.format("Café", FIRST))
    tasks.read_source(source_id=source.pk)
    news = News.objects.get()
    actions.inform_news(news=news, reference="", note="", by=luis, now=timezone.now())
    tasks.read_page(news_id=news.pk)
    waiting = len(jobs("newsroom.read_page"))
    soon = timezone.now() + timedelta(minutes=20)
    tasks.read_pages_again(timestamp=int(soon.timestamp()))
    assert len(jobs("newsroom.read_page")) == waiting
    tasks.read_pages_again(timestamp=int((soon + timedelta(minutes=20)).timestamp()))
    assert len(jobs("newsroom.read_page")) == waiting + 1


def test_the_same_picture_is_not_fetched_twice(source: Source, site: Website, media_folder: Path) -> None:
    serve(site)
    site.put("/noticia", PAGE.format("Café", FIRST))
    site.put("/foto.png", picture(), "image/png")
    tasks.read_source(source_id=source.pk)
    for _ in range(2):
        tasks.read_page(news_id=News.objects.get().pk)
    assert [path for path, _headers in site.requests].count("/foto.png") == 1
    assert Medium.objects.count() == 1


def test_the_page_gives_the_text_of_news_informed_by_link(
    luis: Member, site: Website, media_folder: Path, now: datetime
) -> None:
    address = site.put("/noticia", PAGE.format("Café", FIRST))
    news = actions.inform_link(
        entity=luis.entity, address=address, page=fetch_page(address), reference="", note="", by=luis, now=now
    )
    tasks.read_page(news_id=news.pk)
    assert [version.cause for version in queries.versions_of(news)] == ["FOUND"]
    site.put("/noticia", PAGE.format("Café y flores", FIRST))
    tasks.read_page(news_id=news.pk)
    news.refresh_from_db()
    assert news.title == "Café y flores"
    assert [version.cause for version in queries.versions_of(news)] == ["FOUND", "EDITED"]


@pytest.mark.procedure("P-1")
def test_a_date_in_the_far_future_is_no_date(site: Website) -> None:
    item = "<item><title>{0}</title><link>https://www.mincit.gov.co/{0}</link><pubDate>{1}</pubDate></item>"
    soon = (timezone.now() + timedelta(hours=12)).isoformat()
    dates = ["2099-01-01T00:00:00Z", "9999-12-31", "0001-01-01", soon]
    items = "".join(item.format(number, date) for number, date in enumerate(dates))
    link = site.put("/rss", f'<rss version="2.0"><channel>{items}</channel></rss>', "application/rss+xml")
    reading = KINDS["FEED"].read(link, {})
    assert [item.published_at is None for item in reading.items] == [True, True, True, False]
    page = site.put("/n", '<title>x</title><meta property="article:published_time" content="2099-01-01">')
    assert fetch_page(page).published_at is None
