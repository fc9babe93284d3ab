"""Simultaneous readings and acts, with committed rows: one news item and one informing result."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from pregonero.errors import Refused
from pregonero.newsroom import tasks
from pregonero.newsroom.models import Informing, News
from pregonero.newsroom.rules import AlreadyInformed
from pregonero.people.models import Member, Notice
from tests.conftest import NOW
from tests.databases import as_default_database, fresh_database
from tests.newsroom.cast import two_managers
from tests.newsroom.factories import SITE, inform, item, jobs, read, register


@pytest.fixture
def managers(django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Member, Member]]:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        yield two_managers()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run functions at the same time, each in its own thread and connection; return their results or exceptions."""
    results: list[object] = []
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            results.append(act())
        except Refused as no:
            results.append(type(no))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.procedure("P-1")
def test_two_managers_who_inform_the_same_link_at_once_inform_it_once(managers: tuple[Member, Member]) -> None:
    luis, lucia = managers
    results = at_once(lambda: inform(luis), lambda: inform(lucia))
    assert AlreadyInformed in results
    assert News.objects.count() == Informing.objects.count() == Notice.objects.count() == 1


@pytest.mark.procedure("P-1")
def test_two_sources_read_at_once_create_one_news_item(managers: tuple[Member, Member]) -> None:
    first, second = (register(managers[0], address=f"{SITE}/rss/{number}") for number in (1, 2))
    items = [item(f"{SITE}/noticias/{number}") for number in range(40)]
    at_once(lambda: read(first, *items), lambda: read(second, *reversed(items)))
    assert News.objects.count() == len(items)
    assert sorted(News.objects.values_list("key", flat=True)) == sorted({news.key for news in News.objects.all()})


@pytest.mark.procedure("P-1")
def test_two_readings_of_one_source_at_once_create_one_news_item(managers: tuple[Member, Member]) -> None:
    source = register(managers[0])
    results = at_once(lambda: len(read(source, item()).found), lambda: len(read(source, item()).found))
    assert sorted(results, key=str) == [0, 1]


def test_a_source_has_at_most_one_job_in_the_queue(managers: tuple[Member, Member]) -> None:
    source = register(managers[0])
    for _ in range(3):
        tasks.read_sources(timestamp=int(NOW.timestamp()) + 1)
    assert jobs("newsroom.read_source") == [{"source_id": source.pk}]
