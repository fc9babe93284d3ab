"""What is wrong with feeds: each source is marked with what happened, in its time, and the rest go on (T-1)."""

import gzip
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from django.utils import timezone

from pregonero.monitoring.models import Entry, WatchedSource
from pregonero.newsroom.reading.fetch import FEED_LIMITS
from pregonero.newsroom.sources.feed import FeedSource
from pregonero.people.models import Member
from tests.monitoring.conftest import RSS, feed, read_now, watch
from tests.newsroom.website import Website

pytestmark = pytest.mark.procedure("T-1")
SECONDS = 6.0  # for one source in these tests
ITEM = ("https://diario.test/cafe", "Suben las exportaciones de café", "Crecieron 8 %.", None)
WHAT_IS_SAID = {
    "/pagina": "es una página",
    "/error": "es una página",
    "/vacia": "vacía",
    "/cortada": "cortada",
    "/bomba": "pesa más de 5 MB",
    "/vueltas": "redirige más de 5 veces",
    "/gotea": "tardó más de 6 segundos",
    "/sin-notas": "sin ninguna nota",
    "/no-esta": "ya no está",
}


def dribble(request: BaseHTTPRequestHandler) -> None:
    """Send one byte a second without end."""
    request.send_response(200)
    request.send_header("Content-Type", RSS)
    request.end_headers()
    for byte in iter(lambda: b"<", None):
        request.wfile.write(byte)
        request.wfile.flush()
        time.sleep(1)


def serve(site: Website) -> None:
    site.put("/pagina", "<!doctype html><html><body>Hola</body></html>")
    site.put("/error", "<html><head><title>Error 500</title></head><body>Algo falló</body></html>", RSS)
    site.put("/vacia", "", RSS)
    site.put("/cortada", feed(ITEM)[:-30], RSS)
    site.put("/bomba", gzip.compress(b"<rss>" + b" " * 200_000_000), RSS, Content_Encoding="gzip")
    site.redirect("/vueltas", "/vueltas")
    site.pages["/gotea"] = dribble
    site.put("/sin-notas", '<rss version="2.0"><channel><title>Nada</title></channel></rss>', RSS)


@contextmanager
def bounded_memory(megabytes: int) -> Iterator[None]:
    """Fail if the largest size of this process grows by more than this."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < megabytes * 1024


def test_each_bad_source_says_what_happened_and_the_good_one_is_read(
    ana: Member, site: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FeedSource, "limits", replace(FEED_LIMITS, seconds=SECONDS))
    now = timezone.now()
    serve(site)
    good = watch(ana, site.put("/buena", feed(ITEM), RSS), "Buena", now=now)
    sources = {path: watch(ana, site.at(path), path, now=now) for path in WHAT_IS_SAID}
    with bounded_memory(150):
        read_now(now)
    for path, words in WHAT_IS_SAID.items():
        sources[path].refresh_from_db()
        assert words in sources[path].problem, path
        assert sources[path].failures == 1
    good.refresh_from_db()
    assert (good.problem, Entry.objects.get().title) == ("", ITEM[1])


def test_changing_ids_wrong_dates_and_letters_make_no_second_entry(ana: Member, site: Website) -> None:
    now = timezone.now()
    future = feed((ITEM[0], ITEM[1], "Año y café", now + timedelta(days=300)))
    for number in (1, 2):
        text = future.replace(f"<guid>{ITEM[0]}", f"<guid>{number}").replace("<channel>", f"<channel><!--{number}-->")
        site.put("/rss", text.replace("utf-8", "iso-8859-1").encode("latin-1"), RSS)
        if number == 1:
            watch(ana, site.at("/rss"), now=now)
        WatchedSource.objects.update(next_check_at=now)
        read_now(now)
    entry = Entry.objects.get()
    assert entry.summary == "Año y café"
    assert entry.at <= timezone.now()
    assert entry.topic is not None


def test_a_feed_of_many_thousands_gives_its_first_entries_once(ana: Member, site: Website) -> None:
    now = timezone.now()
    items = [(f"https://diario.test/{number}", f"Nota {number} del café", "", None) for number in range(20_000)]
    site.put("/rss", feed(*items), RSS)
    watch(ana, site.at("/rss"), now=now)
    with bounded_memory(200):
        read_now(now)
    assert Entry.objects.count() == 500
