"""Reading sources and pages: the network call here, what came of it in an action. One source never stops another."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from pregonero.media.errors import UnusableFile
from pregonero.media.models import Medium
from pregonero.media.store import StoredFile
from pregonero.newsroom import actions, queries
from pregonero.newsroom.models import News, Source, SourceKind, SourceState
from pregonero.newsroom.reading.errors import Unreachable, Unreadable
from pregonero.newsroom.reading.feed import read_feed
from pregonero.newsroom.reading.fetch import FEED, PAGE, Fetched, fetch
from pregonero.newsroom.reading.item import Item
from pregonero.newsroom.reading.listing import read_listing
from pregonero.newsroom.reading.media import fetch_picture, fetch_video
from pregonero.newsroom.reading.page import Page, open_page

EVERY_HALF_MINUTE = "* * * * * */30"
EVERY_TEN_MINUTES = "*/10 * * * *"
REREAD_AFTER = timedelta(minutes=30)
REREAD_FOR = timedelta(days=3)  # how long an informed page is looked at for edits


@app.periodic(cron=EVERY_HALF_MINUTE)
@app.task(name="newsroom.read_sources", queue="reading", queueing_lock="read_sources")
def read_sources(timestamp: int, **_later: Any) -> None:
    """Ask for the reading of every source whose time has come, each in a job of its own."""
    for source_id in queries.sources_due(now=datetime.fromtimestamp(timestamp, tz=UTC)):
        _ask("newsroom.read_source", f"source:{source_id}", source_id=source_id)


@app.task(name="newsroom.read_source", queue="reading")
def read_source(*, source_id: int, **_later: Any) -> None:
    """Read one source, if it is still due: what came is kept whole, or its problem is."""
    source = queries.source_to_read(pk=source_id)
    if not _is_due(source):
        return
    try:
        fetched, items = _read(source)
    except Unreadable as problem:
        actions.keep_problem(source=source, reason=problem.message, now=timezone.now())
        return
    actions.keep_reading(
        source=source, items=items, now=timezone.now(),
        etag=fetched.etag or (source.etag if fetched.unchanged else ""),
        last_modified=fetched.last_modified or (source.last_modified if fetched.unchanged else ""),
    )  # fmt: skip


@app.periodic(cron=EVERY_TEN_MINUTES)
@app.task(name="newsroom.read_pages_again", queue="reading", queueing_lock="read_pages_again")
def read_pages_again(timestamp: int, **_later: Any) -> None:
    """Look again at the pages of what was lately informed: an edit must show before it is published, and after."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    for news_id in queries.pages_due(read_before=now - REREAD_AFTER, informed_after=now - REREAD_FOR):
        _ask("newsroom.read_page", f"page:{news_id}", news_id=news_id)


@app.task(
    name="newsroom.read_page", queue="reading",
    retry=RetryStrategy(max_attempts=4, exponential_wait=5, retry_exceptions={Unreachable}),
)  # fmt: skip
def read_page(*, news_id: int, **_later: Any) -> None:
    """Read a news item's own page and keep its text, picture and video; what fails is said on the news itself."""
    news = queries.news_to_read(pk=news_id)
    try:
        page = open_page(news.address)
    except Unreadable as problem:
        actions.keep_page_problem(news=news, reason=problem.message, now=timezone.now())
        if isinstance(problem, Unreachable):
            raise  # to be tried again; the problem already shows
        return
    picture, video, problem_words = _media(news, page)
    actions.keep_page(news=news, page=page, picture=picture, video=video, problem=problem_words, now=timezone.now())


def _ask(task: str, lock: str, **arguments: int) -> None:
    try:
        app.configure_task(task, queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return  # its turn is coming


def _is_due(source: Source) -> bool:
    due = source.next_check_at is not None and source.next_check_at <= timezone.now()
    return source.state == SourceState.ACTIVE and due


def _read(source: Source) -> tuple[Fetched, Sequence[Item]]:
    want = FEED if source.kind == SourceKind.FEED else PAGE
    fetched = fetch(source.address, want, etag=source.etag, last_modified=source.last_modified)
    if fetched.unchanged:
        return fetched, ()
    if source.kind == SourceKind.FEED:
        return fetched, read_feed(fetched)
    return fetched, read_listing(fetched, source.selectors)


def _media(news: News, page: Page) -> tuple[StoredFile | None, StoredFile | None, str]:
    """Return our copies of the page's picture and video, and what could not be read of them."""
    picture, problem = _copy(fetch_picture, page.picture or news.picture_address, news.picture)
    video, other = _copy(fetch_video, page.video, news.video)
    return picture, video, " ".join(filter(None, (problem, other)))


def _copy(keep: Any, link: str, present: Medium | None) -> tuple[StoredFile | None, str]:
    if not link or (present is not None and present.origin == link):
        return None, ""
    try:
        return keep(link), ""
    except (Unreadable, UnusableFile) as problem:
        return None, problem.message
