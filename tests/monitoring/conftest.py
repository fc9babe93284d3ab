"""A watch list on local websites, read as the job reads it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from pytest_django import Settings

from pregonero.monitoring import robots, tasks
from pregonero.monitoring.actions.watch import Watched, watch_source
from pregonero.monitoring.models import WatchedRole, WatchedSource
from pregonero.newsroom.reading import waits
from pregonero.people.models import Member
from tests.conftest import NOW
from tests.newsroom.website import Website, running

RSS = "application/rss+xml"


@pytest.fixture(autouse=True)
def _forget_sites() -> Iterator[None]:
    """Forget the sites that asked to wait and what their robots.txt allows: a port may be that of an earlier test."""
    waits.clear()
    robots.clear()
    yield
    waits.clear()
    robots.clear()


@pytest.fixture
def site(settings: Settings) -> Iterator[Website]:
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1", "127.0.0.2"]
    with running() as website:
        yield website


def feed(*items: tuple[str, str, str, datetime | None]) -> str:
    """Return an RSS feed with these items: link, title, description and date."""
    entries = "".join(
        f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><description>{text}</description>"
        f"{f'<pubDate>{format_datetime(at)}</pubDate>' if at else ''}</item>"
        for link, title, text, at in items
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{entries}</channel></rss>'


def watch(
    by: Member, address: str, name: str = "El Diario", role: WatchedRole = WatchedRole.MEDIUM, now: datetime = NOW
) -> WatchedSource:
    return watch_source(watched=Watched("FEED", role, name, address), by=by, now=now)


def read_now(now: datetime) -> None:
    """Run the job that reads what is due."""
    tasks.read_watched(timestamp=int((now + timedelta(seconds=1)).timestamp()))
