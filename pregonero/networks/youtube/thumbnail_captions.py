"""What goes with a video at YouTube before its hour: the thumbnail that stands for it, and its captions."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pregonero.media.captions import LANGUAGE, LANGUAGE_NAME
from pregonero.networks.base import ApiCredentials, Medium, Prepared
from pregonero.networks.client import HttpError
from pregonero.networks.multipart import picture
from pregonero.networks.youtube.client import Http, service

CAPTIONS = "application/octet-stream"  # YouTube itself finds out whether it is WebVTT or SubRip
Keep = Callable[[Prepared], None]


def accompany(access: ApiCredentials, film: Medium, prepared: Prepared, keep: Keep) -> None:
    """Leave a video's thumbnail and captions, each once."""
    if film.thumbnail is not None and "thumbnail" not in prepared:
        _set_thumbnail(access, prepared["video_id"], film.thumbnail)
        prepared["thumbnail"] = True
        keep(prepared)
    if film.captions is not None and "captions" not in prepared:
        _add_captions(access, prepared["video_id"], film.captions)
        prepared["captions"] = True
        keep(prepared)


def _set_thumbnail(access: ApiCredentials, id: str, path: Path) -> None:
    change = service(access).thumbnails().set(videoId=id, media_body=_file(path, picture(path).mime))
    change.execute(http=Http(access))


def _add_captions(access: ApiCredentials, id: str, path: Path) -> None:
    """Add the captions; those of an earlier call whose answer was lost are there already, which is as good."""
    about = {"snippet": {"videoId": id, "language": LANGUAGE, "name": LANGUAGE_NAME, "isDraft": False}}
    added = service(access).captions().insert(part="snippet", body=about, media_body=_file(path, CAPTIONS))
    try:
        added.execute(http=Http(access))
    except HttpError as refusal:
        if refusal.status != HTTPStatus.CONFLICT:
            raise


def _file(path: Path, mime: str) -> Any:
    from googleapiclient.http import MediaFileUpload  # noqa: PLC0415 - only a worker pays for it

    return MediaFileUpload(str(path), mimetype=mime)
