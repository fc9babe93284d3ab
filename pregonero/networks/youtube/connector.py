"""YouTube: the video uploaded private, made public at its hour by one change (docs/networks/youtube.md)."""

from collections.abc import Iterator
from typing import Any

from pregonero.errors import Issue
from pregonero.networks import post_validation
from pregonero.networks.base import (
    ApiCredentials,
    AttemptWindow,
    Finding,
    Identity,
    Permanent,
    Post,
    Prepared,
    Published,
    Verdict,
    not_ours,
)
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.youtube import thumbnail_captions, uploads
from pregonero.networks.youtube.capabilities import CAPABILITIES, KINDS, WATCH_ADDRESSES
from pregonero.networks.youtube.client import Http, channels, videos
from pregonero.networks.youtube.errors import ERRORS

# What of a video's status can be changed; a change that leaves one out would set it back.
KEPT = (
    "embeddable", "license", "publicStatsViewable", "selfDeclaredMadeForKids", "containsSyntheticMedia",
)  # fmt: skip
LOST_UPLOADS = ("failed", "rejected", "deleted")


class YouTubeConnector:
    """The entity's channel on YouTube."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return what YouTube would not take of a post."""
        return post_validation.all_of(
            _title(post.title),
            _description(post.text, self.measure(post.text)),
            post_validation.media(post, CAPABILITIES, KINDS),
        )

    def measure(self, text: str) -> int:
        """Return the length of a description in bytes, which is what YouTube counts of it."""
        return len(text.encode())

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Whatever goes out is a private video there first."""
        return False

    def prepare(self, access: ApiCredentials, post: Post, prepared: Prepared, keep: uploads.Keep) -> Prepared:
        """Leave the video at the channel, private, going on from where an upload was cut."""
        with mapped_errors(ERRORS, public=False):
            if "video_id" not in prepared:
                uploads.upload(access, post, prepared, keep)
            thumbnail_captions.accompany(access, uploads.film_of(post), prepared, keep)
            status = _status(access, prepared["video_id"])
            if status.get("uploadStatus") in LOST_UPLOADS:
                raise Permanent("YouTube no pudo procesar el video, o lo rechazó.", code=str(status["uploadStatus"]))
            prepared["status"] = {name: status[name] for name in KEPT if name in status}
            keep(prepared)
        return prepared

    def commit(self, access: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Make the video public by one change, which made twice is one."""
        body = {"id": prepared["video_id"], "status": prepared["status"] | {"privacyStatus": "public"}}
        change = videos(access).update(part="status", body=body)
        with mapped_errors(ERRORS, public=True):
            changed = change.execute(http=Http(access))
            if changed["status"]["privacyStatus"] != "public":
                raise Permanent(
                    "YouTube dejó el video privado: la aplicación no está verificada por Google.", code="kept_private"
                )
        return _published(access, prepared)

    def resolve(self, access: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Ask whether the video is public."""
        with mapped_errors(ERRORS, public=False):
            public = _status(access, prepared["video_id"]).get("privacyStatus") == "public"
        if public:
            return Finding(Verdict.PUBLISHED, published=_published(access, prepared))
        return Finding(Verdict.NOT_TAKEN)

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Make the video private, which can be undone; a public video is never deleted."""
        with mapped_errors(ERRORS, public=False):
            listed = videos(credentials).list(part="snippet,status", id=remote_id).execute(http=Http(credentials))
            for video in listed.get("items") or []:
                if video["snippet"]["channelId"] != credentials.remote_id:
                    raise not_ours(CAPABILITIES.label)
                if video["status"]["privacyStatus"] != "private":
                    _make_private(credentials, remote_id, video["status"])

    def probe(self, access: ApiCredentials) -> Identity:
        """Ask YouTube which channel the token opens."""
        with mapped_errors(ERRORS, public=False):
            mine = channels(access).list(part="id,snippet", mine=True).execute(http=Http(access)).get("items") or []
            if not mine:
                raise Permanent("La cuenta autorizada no tiene un canal de YouTube.", code="no_channel")
            about = mine[0]["snippet"]
            handle = str(about.get("customUrl") or mine[0]["id"]).removeprefix("@")
            return Identity(str(mine[0]["id"]), handle, str(about.get("title") or ""))

    def discard(self, access: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove the video if it is still private; an upload that was not finished dies by itself in a week."""
        if "video_id" not in prepared:
            return []
        with mapped_errors(ERRORS, public=False):
            if _status(access, prepared["video_id"]).get("privacyStatus") != "private":
                return []
            videos(access).delete(id=prepared["video_id"]).execute(http=Http(access))
        return [prepared["video_id"]]


def _title(title: str) -> Iterator[Issue]:
    if not title.strip():
        yield Issue("title", "empty", "YouTube necesita un título.")
    yield from _angles("title", title, "El título")
    yield from post_validation.too_long("title", CAPABILITIES, len(title), limit="title", what="el título")


def _description(text: str, length: int) -> Iterator[Issue]:
    yield from _angles("text", text, "La descripción")
    yield from post_validation.too_long("text", CAPABILITIES, length, limit="text", what="la descripción", unit="byte")


def _angles(field: str, text: str, what: str) -> Iterator[Issue]:
    if "<" in text or ">" in text:
        yield Issue(field, "angle_brackets", f"{what} tiene < o >: YouTube no los admite.")


def _status(access: ApiCredentials, id: str) -> dict[str, Any]:
    """Return the status of our video; nothing when it is not there any more."""
    found = videos(access).list(part="status", id=id).execute(http=Http(access)).get("items") or [{}]
    status: dict[str, Any] = found[0].get("status") or {}
    return status


def _make_private(credentials: ApiCredentials, id: str, status: dict[str, Any]) -> None:
    same = {name: status[name] for name in KEPT if name in status}
    change = videos(credentials).update(part="status", body={"id": id, "status": same | {"privacyStatus": "private"}})
    changed = change.execute(http=Http(credentials))
    if changed["status"]["privacyStatus"] != "private":
        raise ValueError("YouTube left the video public")


def _published(access: ApiCredentials, prepared: Prepared) -> Published:
    address = access.address.rstrip("/")
    return Published(prepared["video_id"], f"{WATCH_ADDRESSES.get(address, address)}/watch?v={prepared['video_id']}")


CONNECTOR = YouTubeConnector()
