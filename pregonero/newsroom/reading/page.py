"""Downloads of a news item's page, and of its image and video."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from pregonero.media.store import StoredFile, incoming_file, store_incoming
from pregonero.newsroom.reading.dates import not_in_the_future
from pregonero.newsroom.reading.fetch import PAGE_LIMITS, PICTURE_LIMITS, VIDEO_LIMITS, fetch, fetch_into
from pregonero.newsroom.reading.page_parser import Page
from pregonero.newsroom.reading.parser_process import parse_apart


def fetch_page(link: str) -> Page:
    """Download a page and parse it in another process. Raises `Unreadable`."""
    fields = parse_apart("page", fetch(link, PAGE_LIMITS), name=PAGE_LIMITS.name)
    published_at = datetime.fromisoformat(fields["published_at"]) if fields["published_at"] else None
    return replace(Page(**fields), published_at=not_in_the_future(published_at, timezone.now()))


def fetch_picture(link: str) -> StoredFile:
    """Download and store an image. Raises `Unreadable` or `UnusableFile`, and then nothing is stored."""
    with incoming_file() as output:
        fetch_into(output, link, PICTURE_LIMITS)
        return store_incoming(output, "picture", origin=link)


def fetch_video(link: str) -> StoredFile:
    """Download and store a video. Raises `Unreadable` or `UnusableFile`, and then nothing is stored."""
    with incoming_file() as output:
        fetch_into(output, link, VIDEO_LIMITS)
        return store_incoming(output, "video", origin=link)
