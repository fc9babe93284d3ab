"""Websites that ask to wait (`Retry-After`): nobody asks them before, and the row of the source says it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.newsroom import tasks
from pregonero.newsroom.models import News, Source
from pregonero.newsroom.reading import waits
from pregonero.newsroom.reading.errors import AskedToWait, Unreachable
from pregonero.newsroom.reading.fetch import PAGE_LIMITS, fetch
from pregonero.newsroom.tasks import PageRetryStrategy
from pregonero.people.models import Member
from tests.newsroom.factories import register
from tests.newsroom.test_tasks import FIRST, PAGE, due_again, serve
from tests.newsroom.website import Website, answering

pytestmark = pytest.mark.procedure("P-1")
FORMS = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")
PAST = "Mon, 30 Nov 2020 12:00:00 GMT"  # fixed: two processes that collect the tests must name them alike


def busy(site: Website, path: str, status: int, retry_after: str) -> str:
    """Make a path answer a status with `Retry-After`, and return its address."""
    site.pages[path] = answering(b"<h1>Ocupado</h1>", "text/html", {"Retry-After": retry_after}, status=status)
    return site.at(path)


def in_seconds(seconds: int, form: str = FORMS[0]) -> str:
    """Return the date of a moment from now, in one of the three forms of HTTP."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime(form)


@pytest.fixture
def source(luis: Member, site: Website) -> Source:
    return register(luis, address=site.at("/feed.xml"))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    ("retry_after", "words", "seconds"),
    [
        ("1", "1 segundo", 1),
        ("45", "45 segundos", 45),
        ("90", "90 segundos", 90),
        ("120", "2 minutos", 120),
        ("3600", "1 hora", 3600),
        ("5400", "90 minutos", 5400),
        ("7201", "3 horas", 7201),
        ("9999999", "24 horas", 86_400),
    ],
)
def test_wait_is_read_in_seconds(site: Website, status: int, retry_after: str, words: str, seconds: int) -> None:
    link = busy(site, "/x", status, retry_after)
    with pytest.raises(AskedToWait, match=rf"\(respuesta {status}\) y pide esperar {words}\.$") as caught:
        fetch(link, PAGE_LIMITS)
    assert caught.value.wait == timedelta(seconds=seconds)


@pytest.mark.parametrize("form", FORMS)
def test_wait_is_read_as_a_date(site: Website, form: str) -> None:
    link = busy(site, "/x", 503, in_seconds(5400, form))
    with pytest.raises(AskedToWait) as caught:
        fetch(link, PAGE_LIMITS)
    assert abs(caught.value.wait - timedelta(seconds=5400)) < timedelta(seconds=30)


@pytest.mark.parametrize("retry_after", ["", "pronto", "-5", "0", PAST, "1e9", "99999999999999999999"])
def test_wait_that_says_nothing_leaves_the_usual_sentence(site: Website, retry_after: str) -> None:
    link = busy(site, "/x", 503, retry_after)
    with pytest.raises(Unreachable, match="se intentará más tarde") as caught:
        fetch(link, PAGE_LIMITS)
    assert not isinstance(caught.value, AskedToWait)


def test_wait_is_read_when_the_body_cannot_be(site: Website) -> None:
    headers = {"Retry-After": "60", "Content-Encoding": "gzip"}
    site.pages["/x"] = answering(b"<h1>Ocupado</h1>", "text/html", headers, status=503)
    with pytest.raises(AskedToWait, match="pide esperar 1 minuto"):
        fetch(site.at("/x"), PAGE_LIMITS)


@pytest.mark.parametrize(("retry_after", "seconds"), [("7200", 7200), ("20", 300), ("50000", 50_000)])
def test_source_is_read_again_when_its_site_says_and_its_row_says_it(
    source: Source, luis: Member, site: Website, retry_after: str, seconds: int
) -> None:
    busy(site, "/feed.xml", 503, retry_after)
    started = timezone.now()
    tasks.read_source(source_id=source.pk)
    source.refresh_from_db()
    assert source.next_check_at is not None
    assert timedelta(0) <= source.next_check_at - started - timedelta(seconds=seconds) < timedelta(seconds=30)
    client = Client()
    client.force_login(luis.user)
    page = client.get("/noticias/fuentes/").content.decode()
    assert "El sitio no atiende por ahora (respuesta 503) y pide esperar" in page


def test_source_that_failed_many_times_keeps_the_wait_of_its_site(source: Source, site: Website) -> None:
    Source.objects.update(failures=9)
    busy(site, "/feed.xml", 429, "600")
    tasks.read_source(source_id=source.pk)
    source.refresh_from_db()
    assert source.next_check_at is not None
    assert source.next_check_at - timezone.now() < timedelta(seconds=601)


def test_other_sources_and_pages_of_the_site_are_not_asked_meanwhile(
    source: Source, luis: Member, site: Website
) -> None:
    serve(site)
    tasks.read_source(source_id=source.pk)
    news = News.objects.get()
    other = register(luis, address=site.at("/otra.xml"), name="Otra")
    busy(site, "/feed.xml", 429, "600")
    due_again()
    tasks.read_source(source_id=source.pk)
    asked = len(site.requests)
    tasks.read_source(source_id=other.pk)
    with pytest.raises(AskedToWait) as caught:
        tasks.read_page(news_id=news.pk)
    assert timedelta(seconds=590) < caught.value.wait <= timedelta(seconds=600)
    assert len(site.requests) == asked
    other.refresh_from_db()
    news.refresh_from_db()
    assert other.next_check_at is not None
    assert other.next_check_at - timezone.now() > timedelta(seconds=590)
    assert "El sitio pidió esperar, y faltan 10 minutos." in (other.problem, news.page_problem)


def test_picture_of_a_busy_site_is_read_after_its_wait(source: Source, site: Website) -> None:
    serve(site)
    site.put("/noticia", PAGE.format("Café", FIRST))
    busy(site, "/foto.png", 429, "900")
    tasks.read_source(source_id=source.pk)
    with pytest.raises(AskedToWait) as caught:
        tasks.read_page(news_id=News.objects.get().pk)
    decision = PageRetryStrategy().get_retry_decision(exception=caught.value, job=SimpleNamespace(attempts=0))  # type: ignore[arg-type]
    assert decision is not None
    assert decision.retry_at is not None
    assert timedelta(seconds=895) < decision.retry_at - timezone.now() <= timedelta(seconds=900)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 25), (2, 125), (3, 625)])
def test_page_that_does_not_answer_is_read_again_soon(attempts: int, seconds: int) -> None:
    job = SimpleNamespace(attempts=attempts)
    decision = PageRetryStrategy().get_retry_decision(exception=Unreachable("x"), job=job)  # type: ignore[arg-type]
    assert decision is not None
    assert decision.retry_at is not None
    assert abs(decision.retry_at - timezone.now() - timedelta(seconds=seconds)) < timedelta(seconds=2)
    assert PageRetryStrategy().get_retry_decision(exception=ValueError("x"), job=job) is None  # type: ignore[arg-type]


def test_fifth_attempt_is_left_for_the_reading_of_every_half_an_hour() -> None:
    job = SimpleNamespace(attempts=4)
    assert PageRetryStrategy().get_retry_decision(exception=Unreachable("x"), job=job) is None  # type: ignore[arg-type]


def test_person_may_ask_for_a_page_of_a_site_that_asked_to_wait(site: Website) -> None:
    waits.remember(site.at("/x"), timedelta(hours=1))
    assert fetch(site.put("/x", "hola"), PAGE_LIMITS).body == b"hola"


def test_wait_ends_by_itself(site: Website) -> None:
    waits.remember(site.at("/x"), timedelta(seconds=-1))
    waits.check(site.at("/x"))
    waits.remember(site.at("/x"), timedelta(hours=1))
    waits.check("http://otro.test/x")
    with pytest.raises(AskedToWait):
        waits.check(site.at("/y"))
