"""One round of reading: the due sources are downloaded side by side, a site at a time, and parsed in another process.

The code that downloads and parses is that of the official website's sources (`newsroom.sources`). Nothing here touches
the database: `actions.readings` stores what a round brings.
"""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta

from pregonero.deadlines import boottime
from pregonero.monitoring import robots
from pregonero.monitoring.models import WatchedSource
from pregonero.newsroom.reading import waits
from pregonero.newsroom.reading.document import Document
from pregonero.newsroom.reading.errors import AskedToWait, Malformed, Unreadable
from pregonero.newsroom.reading.parser_process import ParserJob, parse_many
from pregonero.newsroom.reading.urls import host_of, port_of
from pregonero.newsroom.sources.base import Item, items_from
from pregonero.newsroom.sources.registry import polled_kind

THREADS = 16
TOGETHER = 40  # documents in one parser process
ROUND_SECONDS = 240  # after which no other source is begun: the next round reads it
LONGEST_DELAY = 10.0  # seconds between two requests to one site, whatever its robots.txt asks for


@dataclass(frozen=True)
class Result:
    """What reading a source gave: its items, or that it has not changed, or its problem in Spanish."""

    source: WatchedSource
    items: Sequence[Item] = ()
    is_unchanged: bool = False
    etag: str = ""
    last_modified: str = ""
    body_digest: str = ""
    problem: str = ""
    wait: timedelta = timedelta(0)


@dataclass(frozen=True)
class _Download:
    source: WatchedSource
    document: Document
    digest: str


def read_round(sources: Sequence[WatchedSource], *, seconds: float = ROUND_SECONDS) -> Iterator[Result]:
    """Read sources and yield what each one gave, in the order in which they end.

    The sources of one site are read one after another. Those that do not fit in the time of the round are left out.
    """
    end = boottime() + seconds
    of_site: defaultdict[tuple[str, int], list[WatchedSource]] = defaultdict(list)
    for source in sources:
        of_site[host_of(source.address), port_of(source.address)].append(source)
    waiting: list[_Download] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for ended in as_completed([pool.submit(_read_site, group, end) for group in of_site.values()]):
            for got in ended.result():
                if isinstance(got, Result):
                    yield got
                    continue
                waiting.append(got)
                if len(waiting) == TOGETHER:
                    yield from _parse(waiting)
                    waiting = []
    yield from _parse(waiting)


def _read_site(sources: Sequence[WatchedSource], end: float) -> list[Result | _Download]:
    got: list[Result | _Download] = []
    for source in sources:
        if boottime() >= end:
            break
        one, delay = _read(source)
        got.append(one)
        if delay and source is not sources[-1]:
            time.sleep(min(delay, LONGEST_DELAY))
    return got


def _read(source: WatchedSource) -> tuple[Result | _Download, float]:
    try:
        waits.check(source.address)
        delay = robots.check(source.address)
        kind = polled_kind(source.kind)
        document = kind.download(source.address, etag=source.etag, last_modified=source.last_modified)
    except Unreadable as problem:
        return _problem(source, problem), 0.0
    digest = hashlib.sha256(document.body).hexdigest()
    if document.is_unchanged or digest == source.body_digest:
        etag, modified = document.etag or source.etag, document.last_modified or source.last_modified
        return Result(
            source, is_unchanged=True, etag=etag, last_modified=modified, body_digest=source.body_digest
        ), delay
    return _Download(source, document, digest), delay


def _parse(downloads: Sequence[_Download]) -> Iterator[Result]:
    kinds = [polled_kind(one.source.kind) for one in downloads]
    jobs = [
        ParserJob(kind.parser, one.document, kind.limits.name, one.source.options)
        for kind, one in zip(kinds, downloads, strict=True)
    ]
    for one, parsed in zip(downloads, parse_many(jobs), strict=True):
        if isinstance(parsed, Unreadable):
            yield _problem(one.source, parsed)
            continue
        items = items_from(parsed)
        if not items:
            yield _problem(one.source, Malformed("La fuente llegó sin ninguna nota: quizá la dirección cambió."))
            continue
        document = one.document
        yield Result(
            one.source,
            items,
            etag=document.etag,
            last_modified=document.last_modified,
            body_digest=one.digest,
        )


def _problem(source: WatchedSource, problem: Unreadable) -> Result:
    wait = problem.wait if isinstance(problem, AskedToWait) else timedelta(0)
    return Result(source, problem=problem.message, wait=wait)
