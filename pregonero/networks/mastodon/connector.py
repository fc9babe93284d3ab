"""Mastodon: media ahead, one call with a key of ours, and a look at our own posts (docs/networks/mastodon.md)."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from pregonero.errors import Issue
from pregonero.networks import post_validation
from pregonero.networks.base import (
    UNCERTAIN_SINCE,
    ApiCredentials,
    AttemptWindow,
    Finding,
    Identity,
    Medium,
    Permanent,
    Post,
    Prepared,
    Published,
    Transient,
    Unknown,
    Verdict,
    not_ours,
)
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import RemotePost
from pregonero.networks.mastodon.api import Api
from pregonero.networks.mastodon.capabilities import CAPABILITIES, KINDS, LOOK_WAITS, SETTLE_WAITS
from pregonero.networks.mastodon.errors import ERRORS, REFUSED
from pregonero.networks.mastodon.instance import configuration_of
from pregonero.networks.mastodon.text_length import length_of, same_text, text_of
from pregonero.networks.multipart import File, picture
from pregonero.networks.post_validation import number

LIMITS = CAPABILITIES.limits
SLACK = timedelta(seconds=LIMITS["clock_slack_seconds"].value)
KEY_HOLDS = timedelta(seconds=LIMITS["key_seconds"].value) - timedelta(minutes=5)
MARGIN = 3600  # seconds of a medium's life that must be left for it to be used
PROCESSING_AGAIN = 2.0
Keep = Callable[[Prepared], None]


class MastodonConnector:
    """The entity's account on a Mastodon server."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return what a Mastodon server that sets no limits of its own would not take of a post."""
        return post_validation.all_of(
            _text(post, self.measure(post.text)), post_validation.media(post, CAPABILITIES, KINDS)
        )

    def measure(self, text: str) -> int:
        """Return the length of a text as Mastodon counts it: links 23."""
        return length_of(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """A post without media needs a key of ours, and to know how long a text its server takes."""
        return not post.media

    def prepare(self, access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> Prepared:
        """Choose the post's key, make sure that its server takes the text, and leave the media there."""
        with mapped_errors(ERRORS, public=False):
            api = Api(access)
            if "key" not in prepared:
                _check_server(access, post)
                prepared["key"] = str(uuid4())
                keep(prepared)
            _upload_media(api, post, prepared, keep)
        return prepared

    def commit(self, access: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Publish the post; within the hour, the same key twice is one post."""
        about: dict[str, Any] = {"status": post.text, "visibility": "public", "language": "es"}
        if post.reply_to:
            about["in_reply_to_id"] = post.reply_to
        if post.media:
            about["media_ids"] = [entry["id"] for entry in prepared["media"]]
        try:
            with mapped_errors(ERRORS, public=True):
                return _published(Api(access).post("/v1/statuses", about, key=prepared["key"]))
        except Permanent as error:
            if error.code == REFUSED and UNCERTAIN_SINCE in prepared:
                # It also refuses media that a post has already: that of an earlier attempt, when the key has expired.
                raise Unknown("Mastodon no la acepta: puede tenerla de un intento anterior.", code=REFUSED) from error
            raise

    def resolve(self, access: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Look for the post among the account's own; while its key holds, sending it again is safe."""
        first = _first_attempt(prepared, attempt)
        with mapped_errors(ERRORS, public=False):
            own = list(_own_posts(access, min(first, attempt.started_at) - SLACK))
            same = [_seen(each) for each in own if _same(post, each)]
        found = [each for each in same if each.remote_id not in attempt.known]
        if len(found) == 1:
            return Finding(Verdict.PUBLISHED, published=Published(found[0].remote_id, found[0].url))
        if found:
            return Finding(Verdict.UNKNOWABLE, candidates=tuple(found))
        waits = SETTLE_WAITS if attempt.asked_at - first < KEY_HOLDS else LOOK_WAITS
        if attempt.checks_made < len(waits):
            return Finding(Verdict.LOOK_AGAIN, look_again_seconds=waits[attempt.checks_made])
        return Finding(Verdict.UNKNOWABLE if attempt.code == REFUSED else Verdict.NOT_TAKEN)

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Delete the post, after reading that it is ours: the server answers 404 also for a post of somebody else."""
        with mapped_errors(ERRORS, public=False):
            api = Api(credentials)
            try:
                status = api.get(f"/v1/statuses/{remote_id}")
                if str(status["account"]["id"]) != credentials.remote_id:
                    raise not_ours(CAPABILITIES.label)
                api.delete(f"/v1/statuses/{remote_id}")
            except HttpError as refusal:
                if refusal.status != HTTPStatus.NOT_FOUND:
                    raise

    def probe(self, access: ApiCredentials) -> Identity:
        """Ask the server who the token opens."""
        with mapped_errors(ERRORS, public=False):
            me = Api(access).get("/v1/accounts/verify_credentials")
            return Identity(str(me["id"]), str(me["acct"]), str(me.get("display_name") or ""))

    def discard(self, access: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove nothing: a medium that no post has is let go by the server itself within a day."""
        return []


def _text(post: Post, length: int) -> Iterator[Issue]:
    if not post.text.strip() and not post.media:
        yield Issue("text", "empty", "El texto está vacío: Mastodon necesita un texto o un archivo.")
    yield from post_validation.too_long("text", CAPABILITIES, length, limit="text", what="el texto")


def _check_server(access: ApiCredentials, post: Post) -> None:
    """Refuse, while there is time, a text that is too long for the account's own server."""
    configuration = configuration_of(access)
    _check_files(configuration.get("media_attachments") or {}, post)
    statuses = configuration.get("statuses") or {}
    most = int(statuses.get("max_characters") or LIMITS["text"].value)
    weight = int(statuses.get("characters_reserved_per_url") or LIMITS["link_weight"].value)
    over = length_of(post.text, weight) - most
    if over > 0:
        raise Permanent(f"El servidor de esta cuenta admite {most} caracteres y sobran {over}.", code="too_long")


def _check_files(limits: Mapping[str, Any], post: Post) -> None:
    """Refuse a file that the account's own server would not take: each may set less than most do."""
    for medium in post.media:
        most = limits.get("image_size_limit" if medium.kind == "picture" else "video_size_limit")
        if most and medium.size > int(most):
            said = f"hasta {number(int(most))} bytes y este tiene {number(medium.size)}"
            raise Permanent(f"El servidor de esta cuenta admite archivos de {said}.", code="too_heavy")
        kinds = limits.get("supported_mime_types")
        if kinds and medium.mime not in kinds:
            raise Permanent("El servidor de esta cuenta no recibe archivos de ese tipo.", code="wrong_kind")


def _upload_media(api: Api, post: Post, prepared: Prepared, keep: Keep) -> None:
    """Leave each medium at the server, and go on when it has processed them all."""
    entries: list[dict[str, Any]] = prepared.setdefault("media", [])
    for at, medium in enumerate(post.media):
        if at < len(entries) and entries[at]["sha256"] == medium.sha256 and not _too_old(entries[at]):
            continue
        made = _upload(api, medium)
        life = LIMITS["media_life_seconds"].value
        # Without an address, it is still being processed.
        entry = {"sha256": medium.sha256, "id": str(made["id"]), "until": int(time.time()) + life}
        entries[at : at + 1] = [entry | {"ready": bool(made.get("url"))}]
        keep(prepared)
    for entry in entries:
        if not entry["ready"]:
            _wait_for(api, entry)
            keep(prepared)


def _too_old(entry: dict[str, Any]) -> bool:
    return bool(entry["until"] - time.time() < MARGIN)


def _upload(api: Api, medium: Medium) -> Any:
    described = {"description": medium.alt} if medium.alt else {}
    files = {"file": File(medium.path, medium.mime)}
    if medium.thumbnail is not None:
        files["thumbnail"] = picture(medium.thumbnail)
    return api.upload("/v2/media", files, **described)


def _wait_for(api: Api, entry: dict[str, Any]) -> None:
    """Go on when the server has processed the medium; asks once, and leaves the waiting to whoever called."""
    if api.status_of(f"/v1/media/{entry['id']}") == HTTPStatus.PARTIAL_CONTENT:
        raise Transient("Mastodon está procesando el archivo.", code="media_in_progress", retry_after=PROCESSING_AGAIN)
    entry["ready"] = True


def _published(status: dict[str, Any]) -> Published:
    return Published(str(status["id"]), str(status["url"]))


def _seen(status: dict[str, Any]) -> RemotePost:
    """Return a post that was read, with what a person needs to tell it from another."""
    public = _published(status)
    return RemotePost(public.remote_id, public.url, text_of(str(status["content"])), str(status["created_at"]))


def _first_attempt(prepared: Prepared, attempt: AttemptWindow) -> datetime:
    told = prepared.get(UNCERTAIN_SINCE)
    return datetime.fromisoformat(told) if told else attempt.started_at


def _own_posts(access: ApiCredentials, since: datetime) -> Iterator[dict[str, Any]]:
    """Give the account's posts since an instant, newest first, page by page."""
    path = f"/v1/accounts/{access.remote_id}/statuses"
    asked: dict[str, Any] = {"limit": LIMITS["reconcile_page_posts"].value, "exclude_reblogs": "true"}
    for _ in range(LIMITS["reconcile_pages"].value):
        page = Api(access).get(path, **asked)
        for found in page:
            if datetime.fromisoformat(str(found["created_at"])) < since:
                return
            yield found
        if not page:
            return
        asked["max_id"] = page[-1]["id"]


def _same(post: Post, found: dict[str, Any]) -> bool:
    attached = found.get("media_attachments") or []
    alike = len(attached) == len(post.media) and same_text(post.text, str(found["content"]))
    return alike and str(found.get("in_reply_to_id") or "") == post.reply_to


CONNECTOR = MastodonConnector()
