"""Copies of the images and videos of a page, in the media folder."""

from pregonero.media.store import StoredFile, incoming_file, store_incoming
from pregonero.newsroom.reading.fetch import PICTURE, VIDEO, fetch_into


def fetch_picture(link: str) -> StoredFile:
    """Download and store an image. Raises `Unreadable` or `UnusableFile`, and then nothing is stored."""
    with incoming_file() as output:
        fetch_into(output, link, PICTURE)
        return store_incoming(output, "picture", origin=link)


def fetch_video(link: str) -> StoredFile:
    """Download and store a video. Raises `Unreadable` or `UnusableFile`, and then nothing is stored."""
    with incoming_file() as output:
        fetch_into(output, link, VIDEO)
        return store_incoming(output, "video", origin=link)
