"""YouTube: upload the video private, and make it public with one idempotent change (docs/networks/youtube.md)."""

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
    when_settled,
)
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.youtube import replies, uploads
from pregonero.networks.youtube.client import Http, channels, videos
from pregonero.networks.youtube.network import CAPABILITIES, ERRORS, KINDS, WATCH_ADDRESSES

# Writable fields of a video's status: an update that omits one resets it.
STATUS_FIELDS = (
    "embeddable",
    "license",
    "publicStatsViewable",
    "selfDeclaredMadeForKids",
    "containsSyntheticMedia",
)
FAILED_UPLOADS = ("failed", "rejected", "deleted")


class YouTubeConnector:
    """Connector of a YouTube channel."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return the issues for which YouTube would refuse a post."""
        return [
            *_title_issues(post.title),
            *_description_issues(post.text, self.measure(post.text)),
            *post_validation.media_issues(post, CAPABILITIES, KINDS),
        ]

    def measure(self, text: str) -> int:
        """Return the length of a description in bytes, as YouTube counts it."""
        return len(text.encode())

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Return True for a reply to a comment, False for a post, which is first a private video at YouTube."""
        return bool(post.reply_to)

    def prepare(self, credentials: ApiCredentials, post: Post, prepared: Prepared, save: uploads.Save) -> Prepared:
        """Upload the video as private, with its thumbnail and captions, continuing from `prepared`.

        A reply needs no preparation.
        """
        if post.reply_to:
            return prepared
        with mapped_errors(ERRORS, public=False):
            if "video_id" not in prepared:
                uploads.upload_video(credentials, post, prepared, save)
            uploads.add_thumbnail_and_captions(credentials, uploads.video_of(post), prepared, save)
            status = _status(credentials, prepared["video_id"])
            if status.get("uploadStatus") in FAILED_UPLOADS:
                raise Permanent("YouTube no pudo procesar el video, o lo rechazó.", code=str(status["uploadStatus"]))
            prepared["status"] = {name: status[name] for name in STATUS_FIELDS if name in status}
            save(prepared)
        return prepared

    def commit(self, credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Make the video public with an idempotent change, or write the reply."""
        if post.reply_to:
            return replies.write_reply(credentials, post)
        body = {"id": prepared["video_id"], "status": prepared["status"] | {"privacyStatus": "public"}}
        change = videos(credentials).update(part="status", body=body)
        with mapped_errors(ERRORS, public=True):
            changed = change.execute(http=Http(credentials))
            if changed["status"]["privacyStatus"] != "public":
                raise Permanent(
                    "YouTube dejó el video privado: la aplicación no está verificada por Google.", code="kept_private"
                )
        return _published(credentials, prepared)

    def resolve(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Ask whether the video is public; search for a reply among those of its comment."""
        if post.reply_to:
            return replies.find_reply(credentials, post, attempt)
        with mapped_errors(ERRORS, public=False):
            public = _status(credentials, prepared["video_id"]).get("privacyStatus") == "public"
        if public:
            return Finding(Verdict.PUBLISHED, published=_published(credentials, prepared))
        return Finding(Verdict.NOT_TAKEN)

    def supersede(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Delete the earlier video if it is private, so that a late call finds nothing to make public.

        A reply has no draft: it is searched for until YouTube can no longer take it.
        """
        if post.reply_to:
            return when_settled(replies.find_reply(credentials, post, attempt), attempt)
        self.discard(credentials, prepared)
        return self.resolve(credentials, post, prepared, attempt)

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Make the video private, which can be undone; a public video is never deleted."""
        with mapped_errors(ERRORS, public=False):
            listed = videos(credentials).list(part="snippet,status", id=remote_id).execute(http=Http(credentials))
            for video in listed.get("items") or []:
                if video["snippet"]["channelId"] != credentials.remote_id:
                    raise not_ours(CAPABILITIES.label)
                if video["status"]["privacyStatus"] != "private":
                    _make_private(credentials, remote_id, video["status"])

    def probe(self, credentials: ApiCredentials) -> Identity:
        """Return the channel that the token belongs to."""
        with mapped_errors(ERRORS, public=False):
            mine = (
                channels(credentials).list(part="id,snippet", mine=True).execute(http=Http(credentials)).get("items")
                or []
            )
            if not mine:
                raise Permanent("La cuenta autorizada no tiene un canal de YouTube.", code="no_channel")
            snippet = mine[0]["snippet"]
            handle = str(snippet.get("customUrl") or mine[0]["id"]).removeprefix("@")
            return Identity(str(mine[0]["id"]), handle, str(snippet.get("title") or ""))

    def discard(self, credentials: ApiCredentials, prepared: Prepared) -> list[str]:
        """Delete the video if it is still private. YouTube deletes an unfinished upload within a week."""
        if "video_id" not in prepared:
            return []
        with mapped_errors(ERRORS, public=False):
            if _status(credentials, prepared["video_id"]).get("privacyStatus") != "private":
                return []
            videos(credentials).delete(id=prepared["video_id"]).execute(http=Http(credentials))
        return [prepared["video_id"]]


def _title_issues(title: str) -> Iterator[Issue]:
    if not title.strip():
        yield Issue("title", "empty", "Falta el título de YouTube.")
    yield from _angle_bracket_issues("title", title, "El título")
    yield from post_validation.length_issues("title", CAPABILITIES, len(title), limit="title", what="el título")


def _description_issues(text: str, length: int) -> Iterator[Issue]:
    yield from _angle_bracket_issues("text", text, "La descripción")
    yield from post_validation.length_issues(
        "text", CAPABILITIES, length, limit="text", what="la descripción", unit="byte"
    )


def _angle_bracket_issues(field: str, text: str, what: str) -> Iterator[Issue]:
    if "<" in text or ">" in text:
        yield Issue(field, "angle_brackets", f"{what} de YouTube tiene < o >: quítalos.")


def _status(credentials: ApiCredentials, id: str) -> dict[str, Any]:
    """Return the status of a video of the channel, or an empty one if it no longer exists."""
    items = videos(credentials).list(part="status", id=id).execute(http=Http(credentials)).get("items") or [{}]
    status: dict[str, Any] = items[0].get("status") or {}
    return status


def _make_private(credentials: ApiCredentials, id: str, status: dict[str, Any]) -> None:
    unchanged = {name: status[name] for name in STATUS_FIELDS if name in status}
    change = videos(credentials).update(
        part="status", body={"id": id, "status": unchanged | {"privacyStatus": "private"}}
    )
    changed = change.execute(http=Http(credentials))
    if changed["status"]["privacyStatus"] != "private":
        raise ValueError("YouTube left the video public")


def _published(credentials: ApiCredentials, prepared: Prepared) -> Published:
    address = credentials.address.rstrip("/")
    return Published(prepared["video_id"], f"{WATCH_ADDRESSES.get(address, address)}/watch?v={prepared['video_id']}")
