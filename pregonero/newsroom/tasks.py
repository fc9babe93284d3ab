"""Jobs that read sources and pages. The download is here; an action stores its result."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job

from pregonero.media.errors import UnusableFile
from pregonero.media.models import Medium
from pregonero.media.store import StoredFile
from pregonero.newsroom import actions, queries
from pregonero.newsroom.brand.tasks import read_brand_servers  # noqa: F401  its jobs are found by importing it
from pregonero.newsroom.models import Source, SourceState
from pregonero.newsroom.reading import waits
from pregonero.newsroom.reading.errors import AskedToWait, Unreachable, Unreadable
from pregonero.newsroom.reading.page import fetch_page, fetch_picture, fetch_video
from pregonero.newsroom.sources.registry import polled_kind

EVERY_HALF_MINUTE = "* * * * * */30"
EVERY_TEN_MINUTES = "*/10 * * * *"
REREAD_AFTER = timedelta(minutes=30)
REREAD_FOR = timedelta(days=3)  # since the news was informed
MAX_ATTEMPTS, FIRST_WAIT = 4, 5  # of a page that does not answer: after 5 s, 25 s, 2 minutes and 10 minutes


class PageRetryStrategy(BaseRetryStrategy):
    """Retries the reading of a page that did not answer: soon, or after the wait that its site asked for."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to read the page again, or None to leave it to the job that runs every half an hour."""
        if not isinstance(exception, Unreachable) or job.attempts >= MAX_ATTEMPTS:
            return None
        wait = timedelta(seconds=FIRST_WAIT ** (job.attempts + 1))
        if isinstance(exception, AskedToWait):
            wait = max(wait, exception.wait)
        return RetryDecision(retry_at=timezone.now() + wait)


@app.periodic(cron=EVERY_HALF_MINUTE)
@app.task(name="newsroom.read_sources", queue="reading", queueing_lock="read_sources")
def read_sources(timestamp: int, **_later: Any) -> None:
    """Enqueue one job for each source that is due, so that a slow source does not delay the others."""
    for source_id in queries.sources_due(now=datetime.fromtimestamp(timestamp, tz=UTC)):
        _defer_once("newsroom.read_source", f"source:{source_id}", source_id=source_id)


@app.task(name="newsroom.read_source", queue="reading")
def read_source(*, source_id: int, **_later: Any) -> None:
    """Read a source if it is still due, and store its news or its problem."""
    source = queries.source_to_read(pk=source_id)
    if not _is_due(source):
        return
    try:
        waits.check(source.address)
        reading = polled_kind(source.kind).read(
            source.address, source.options, etag=source.etag, last_modified=source.last_modified
        )
    except Unreadable as problem:
        wait = problem.wait if isinstance(problem, AskedToWait) else timedelta(0)
        actions.save_source_problem(source=source, reason=problem.message, now=timezone.now(), wait=wait)
        return
    actions.save_reading(
        source=source,
        items=reading.items,
        now=timezone.now(),
        etag=reading.etag,
        last_modified=reading.last_modified,
    )


@app.periodic(cron=EVERY_TEN_MINUTES)
@app.task(name="newsroom.read_pages_again", queue="reading", queueing_lock="read_pages_again")
def read_pages_again(timestamp: int, **_later: Any) -> None:
    """Enqueue the reading of the pages of recently informed news, to notice the edits of the website."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    for news_id in queries.pages_due(read_before=now - REREAD_AFTER, informed_after=now - REREAD_FOR):
        _defer_once("newsroom.read_page", f"page:{news_id}", news_id=news_id)


@app.task(name="newsroom.read_page", queue="reading", retry=PageRetryStrategy())
def read_page(*, news_id: int, **_later: Any) -> None:
    """Read the page of a news item and store its text, image and video, or its problem.

    Raises `Unreachable` after storing the rest when the page or a file did not answer, so that it is read again soon.
    """
    news = queries.news_to_read(pk=news_id)
    try:
        waits.check(news.address)
        page = fetch_page(news.address)
    except Unreadable as problem:
        actions.save_page_problem(news=news, reason=problem.message, now=timezone.now())
        if isinstance(problem, Unreachable):
            raise  # Procrastinate retries it
        return
    picture, picture_problem = _copy(fetch_picture, page.picture or news.picture_address, news.picture)
    video, video_problem = _copy(fetch_video, page.video, news.video)
    problems = [problem for problem in (picture_problem, video_problem) if problem is not None]
    sentences = " ".join(problem.message for problem in problems)
    actions.save_page(news=news, page=page, picture=picture, video=video, problem=sentences, now=timezone.now())
    for unread in problems:
        if isinstance(unread, Unreachable):
            raise unread  # Procrastinate retries it


def _defer_once(task: str, lock: str, **arguments: int) -> None:
    """Enqueue a job unless one with this lock is already in the queue."""
    try:
        app.configure_task(task, queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return


def _is_due(source: Source) -> bool:
    is_due = source.next_check_at is not None and source.next_check_at <= timezone.now()
    return source.state == SourceState.ACTIVE and is_due


def _copy(
    fetch: Callable[[str], StoredFile], link: str, present: Medium | None
) -> tuple[StoredFile | None, Unreadable | UnusableFile | None]:
    """Fetch a file unless the present one came from the same link; return it, or why it could not be read."""
    if not link or (present is not None and present.origin == link):
        return None, None
    try:
        waits.check(link)
        return fetch(link), None
    except (Unreadable, UnusableFile) as problem:
        return None, problem
