"""Downloads of a news item's page, and of its image and video."""

from pregonero.media.store import StoredFile, incoming_file, store_incoming
from pregonero.newsroom.reading.dates import date_from
from pregonero.newsroom.reading.fetch import PAGE_LIMITS, PICTURE_LIMITS, VIDEO_LIMITS, fetch, fetch_into
from pregonero.newsroom.reading.page_parser import Page
from pregonero.newsroom.reading.parser_process import parse_apart


def fetch_page(link: str) -> Page:
    """Download a page and parse it in another process. Raises `Unreadable`."""
    fields = parse_apart("page", fetch(link, PAGE_LIMITS), name=PAGE_LIMITS.name)
    return Page(**{**fields, "published_at": date_from(fields["published_at"])})


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
