"""Reading the watch list: each entry once, edits keep the earlier text, and a broken source says so (T-1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pregonero.monitoring import robots
from pregonero.monitoring.models import Entry, EntryVersion, WatchedSource
from pregonero.newsroom.reading.errors import Unreadable
from pregonero.people.models import Member
from tests.monitoring.conftest import RSS, feed, read_now, watch
from tests.newsroom.website import Website

pytestmark = pytest.mark.procedure("T-1")


def due() -> None:
    WatchedSource.objects.update(next_check_at=timezone.now())


def test_entries_are_stored_once_and_a_second_round_is_conditional(ana: Member, site: Website) -> None:
    now = timezone.now()
    first = (site.at("/a"), "Suben las exportaciones de café", "Crecieron 8 %.", now - timedelta(minutes=5))
    future = (site.at("/b"), "Feria del calzado en Bucaramanga", "Abre en enero.", now + timedelta(days=40))
    site.put("/rss", feed(first, future), RSS, ETag='"1"')
    site.put("/otra", feed(first), RSS)
    source, other = watch(ana, site.at("/rss"), now=now), watch(ana, site.at("/otra"), "La Gaceta", now=now)
    read_now(now)
    assert sorted(Entry.objects.values_list("title", flat=True)) == [future[1], first[1]]
    assert Entry.objects.get(title=future[1]).at <= timezone.now()
    due()
    read_now(timezone.now())
    assert Entry.objects.count() == 2
    asked = [headers.get("if-none-match") for path, headers in site.requests if path == "/rss"]
    assert asked == [None, '"1"']
    source.refresh_from_db()
    other.refresh_from_db()
    assert (source.problem, other.problem) == ("", "")
    assert source.every_minutes > 2  # it did not change, so it is read less often


def test_a_silent_edit_keeps_the_earlier_text(ana: Member, site: Website) -> None:
    now = timezone.now()
    site.put("/rss", feed((site.at("/a"), "Subirá el arancel al textil", "Del 40 %.", None)), RSS)
    watch(ana, site.at("/rss"), now=now)
    read_now(now)
    site.put("/rss", feed((site.at("/a"), "Subiría el arancel al textil", "Del 40 %.", None)), RSS)
    due()
    read_now(timezone.now())
    assert Entry.objects.get().title == "Subiría el arancel al textil"
    assert EntryVersion.objects.get().title == "Subirá el arancel al textil"


def test_a_broken_source_says_so_and_the_rest_go_on(ana: Member, site: Website) -> None:
    now = timezone.now()
    site.put("/rota", "<html><body>Error interno</body></html>")
    site.put("/rss", feed((site.at("/a"), "Café", "", None)), RSS)
    broken, good = watch(ana, site.at("/rota"), "Rota", now=now), watch(ana, site.at("/rss"), now=now)
    read_now(now)
    broken.refresh_from_db()
    good.refresh_from_db()
    assert "es una página" in broken.problem
    assert broken.failures == 1
    assert (good.problem, Entry.objects.count()) == ("", 1)
    due()
    read_now(timezone.now())
    broken.refresh_from_db()
    assert broken.failures == 2
    assert broken.next_check_at is not None
    assert broken.next_check_at - timezone.now() > timedelta(minutes=broken.every_minutes)


def test_robots_txt_and_retry_after_are_obeyed(ana: Member, site: Website) -> None:
    now = timezone.now()
    site.put("/robots.txt", "User-agent: *\nDisallow: /privado/\nCrawl-delay: 2\n", "text/plain")
    site.put("/privado/rss", feed((site.at("/a"), "Café", "", None)), RSS)
    assert robots.check(site.at("/rss")) == 2
    with pytest.raises(Unreadable, match=r"robots\.txt"):
        robots.check(site.at("/privado/rss"))
    source = watch(ana, site.at("/privado/rss"), now=now)
    read_now(now)
    source.refresh_from_db()
    assert "robots.txt" in source.problem
    assert [path for path, _ in site.requests] == ["/robots.txt"]
