"""Mastodon: upload the media, publish with an idempotency key, and search our own posts after a lost answer.

See docs/networks/mastodon.md.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from pregonero.errors import Issue
from pregonero.networks import post_validation
from pregonero.networks.base import (
    CARRIED,
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
    parent_gone,
    when_settled,
)
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import RemotePost
from pregonero.networks.mastodon.client import Api, server_configuration
from pregonero.networks.mastodon.network import (
    CAPABILITIES,
    ERRORS,
    KINDS,
    LOOK_WAITS,
    PRIVATE,
    SETTLE_WAITS,
    UNPROCESSABLE,
)
from pregonero.networks.mastodon.text import is_same_text, length_of, text_of
from pregonero.networks.multipart import File, picture

LIMITS = CAPABILITIES.limits
CLOCK_SLACK = timedelta(seconds=LIMITS["clock_slack_seconds"].value)
KEY_LIFE = timedelta(seconds=LIMITS["key_seconds"].value) - timedelta(minutes=5)
LIFE_MARGIN = 3600  # seconds of life that an uploaded medium must still have to be used
POLL_SECONDS = 2.0
Save = Callable[[Prepared], None]


class MastodonConnector:
    """Connector of an account on a Mastodon server."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return the issues for which a server with the usual limits would refuse a post."""
        return [*_text_issues(post, self.measure(post.text)), *post_validation.media_issues(post, CAPABILITIES, KINDS)]

    def measure(self, text: str) -> int:
        """Return the length of a text as Mastodon counts it: a link counts 23."""
        return length_of(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Return whether the post has no media: then only a key is chosen and the server's limits are read."""
        return not post.media

    def prepare(self, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> Prepared:
        """Choose the post's key, check the server's own limits, and upload the media."""
        with mapped_errors(ERRORS, public=False):
            api = Api(credentials)
            if "key" not in prepared:
                _check_server_limits(credentials, post)
                prepared["key"] = str(uuid4())
                save(prepared)
            _upload_media(api, post, prepared, save)
        return prepared

    def commit(self, credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Publish the post. Within an hour, calls with the same key make one post."""
        visibility = PRIVATE if post.private else "public"  # only the people whom it mentions see a private one
        body: dict[str, Any] = {"status": post.text, "visibility": visibility, "language": "es"}
        if post.reply_to:
            body["in_reply_to_id"] = post.reply_to
        if post.media:
            body["media_ids"] = [entry["id"] for entry in prepared["media"]]
        try:
            with mapped_errors(ERRORS, public=True):
                status = _create_status(credentials, post, body, prepared["key"])
                # For a key that it knows, the server answers with the post that it made then.
                is_earlier = CARRIED in prepared and not is_same_text(post.text, str(status["content"]))
                return replace(_published(status), has_earlier_content=is_earlier)
        except Permanent as error:
            if error.code == UNPROCESSABLE and UNCERTAIN_SINCE in prepared:
                # The server also refuses media that a post already uses: perhaps the post of an earlier attempt.
                raise Unknown(
                    "Mastodon no la acepta: puede tenerla de un intento anterior.", code=UNPROCESSABLE
                ) from error
            raise

    def resolve(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Search the account's own posts. While its key holds, sending the post again is safe."""
        first_attempt_at = _first_attempt_at(prepared, attempt)
        with mapped_errors(ERRORS, public=False):
            own_posts = list(_own_posts(credentials, min(first_attempt_at, attempt.started_at) - CLOCK_SLACK))
            same = [_remote_post(status) for status in own_posts if _is_same_post(post, status)]
        candidates = [remote for remote in same if remote.remote_id not in attempt.known]
        if len(candidates) == 1:
            return Finding(Verdict.PUBLISHED, published=Published(candidates[0].remote_id, candidates[0].url))
        if candidates:
            return Finding(Verdict.UNKNOWABLE, candidates=tuple(candidates))
        waits = SETTLE_WAITS if attempt.asked_at - first_attempt_at < KEY_LIFE else LOOK_WAITS
        if attempt.checks_made < len(waits):
            return Finding(Verdict.LOOK_AGAIN, look_again_seconds=waits[attempt.checks_made])
        return Finding(Verdict.UNKNOWABLE if attempt.code == UNPROCESSABLE else Verdict.NOT_TAKEN)

    def supersede(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Keep the idempotency key for the next content while the server remembers it."""
        finding = when_settled(self.resolve(credentials, post, prepared, attempt), attempt)
        if finding.verdict == Verdict.PUBLISHED or attempt.asked_at - attempt.started_at >= KEY_LIFE:
            return finding
        return Finding(Verdict.NOT_TAKEN, carry={"key": prepared["key"], CARRIED: True})

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Delete the post, after reading that it is ours: the server also answers 404 for a post of another account."""
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

    def probe(self, credentials: ApiCredentials) -> Identity:
        """Return the account that the token belongs to."""
        with mapped_errors(ERRORS, public=False):
            me = Api(credentials).get("/v1/accounts/verify_credentials")
            return Identity(str(me["id"]), str(me["acct"]), str(me.get("display_name") or ""))

    def discard(self, credentials: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove nothing: the server itself deletes media that no post uses within a day."""
        return []


def _create_status(credentials: ApiCredentials, post: Post, body: dict[str, Any], key: str) -> Any:
    try:
        return Api(credentials).post("/v1/statuses", body, key=key)
    except HttpError as refusal:
        if post.reply_to and refusal.status == HTTPStatus.NOT_FOUND:
            raise parent_gone(CAPABILITIES.label) from refusal
        raise


def _text_issues(post: Post, length: int) -> Iterator[Issue]:
    if not post.text.strip() and not post.media:
        yield Issue("text", "empty", "Falta el texto de Mastodon, o una imagen o un video.")
    yield from post_validation.length_issues("text", CAPABILITIES, length, limit="text")


def _check_server_limits(credentials: ApiCredentials, post: Post) -> None:
    """Raise `Permanent` if the text or a file passes the limits of the account's server."""
    configuration = server_configuration(credentials)
    _check_files(configuration.get("media_attachments") or {}, post)
    statuses = configuration.get("statuses") or {}
    most = int(statuses.get("max_characters") or LIMITS["text"].value)
    weight = int(statuses.get("characters_reserved_per_url") or LIMITS["link_weight"].value)
    over = length_of(post.text, weight) - most
    if over > 0:
        raise Permanent(f"El servidor de esta cuenta admite {most} caracteres y sobran {over}.", code="too_long")


def _check_files(limits: Mapping[str, Any], post: Post) -> None:
    """Raise `Permanent` if a file passes the limits of the account's server."""
    for medium in post.media:
        most = limits.get("image_size_limit" if medium.kind == "picture" else "video_size_limit")
        if most and medium.size > int(most):
            sizes = (
                f"hasta {post_validation.number(int(most))} bytes y este tiene {post_validation.number(medium.size)}"
            )
            raise Permanent(f"El servidor de esta cuenta admite archivos de {sizes}.", code="too_heavy")
        kinds = limits.get("supported_mime_types")
        if kinds and medium.mime not in kinds:
            raise Permanent("El servidor de esta cuenta no recibe archivos de ese tipo.", code="wrong_kind")


def _upload_media(api: Api, post: Post, prepared: Prepared, save: Save) -> None:
    """Upload each medium. Raises `Transient` until the server has processed them all."""
    entries: list[dict[str, Any]] = prepared.setdefault("media", [])
    for index, medium in enumerate(post.media):
        uploaded = entries[index] if index < len(entries) else {}
        if uploaded.get("sha256") == medium.sha256 and not _expires_soon(uploaded):
            continue
        attachment = _upload(api, medium)
        until = int(time.time()) + LIMITS["media_life_seconds"].value
        entry = {"sha256": medium.sha256, "id": str(attachment["id"]), "until": until}
        # An attachment without an address is still being processed.
        entries[index : index + 1] = [entry | {"ready": bool(attachment.get("url"))}]
        save(prepared)
    for entry in entries:
        if not entry["ready"]:
            _check_processing(api, entry)
            save(prepared)


def _expires_soon(entry: dict[str, Any]) -> bool:
    return bool(entry["until"] - time.time() < LIFE_MARGIN)


def _upload(api: Api, medium: Medium) -> Any:
    described = {"description": medium.alt} if medium.alt else {}
    files = {"file": File(medium.path, medium.mime)}
    if medium.thumbnail is not None:
        files["thumbnail"] = picture(medium.thumbnail)
    return api.upload("/v2/media", files, **described)


def _check_processing(api: Api, entry: dict[str, Any]) -> None:
    """Ask once whether the server has processed the medium. Raises `Transient` if it has not."""
    if api.status_of(f"/v1/media/{entry['id']}") == HTTPStatus.PARTIAL_CONTENT:
        raise Transient("Mastodon está procesando el archivo.", code="media_in_progress", retry_after=POLL_SECONDS)
    entry["ready"] = True


def _published(status: dict[str, Any]) -> Published:
    return Published(str(status["id"]), str(status["url"]))


def _remote_post(status: dict[str, Any]) -> RemotePost:
    published = _published(status)
    return RemotePost(published.remote_id, published.url, text_of(str(status["content"])), str(status["created_at"]))


def _first_attempt_at(prepared: Prepared, attempt: AttemptWindow) -> datetime:
    since = prepared.get(UNCERTAIN_SINCE)
    return datetime.fromisoformat(since) if since else attempt.started_at


def _own_posts(credentials: ApiCredentials, since: datetime) -> Iterator[dict[str, Any]]:
    """Yield the account's posts since a time, newest first, reading page by page."""
    path = f"/v1/accounts/{credentials.remote_id}/statuses"
    params: dict[str, Any] = {"limit": LIMITS["reconcile_page_posts"].value, "exclude_reblogs": "true"}
    for _ in range(LIMITS["reconcile_pages"].value):
        page = Api(credentials).get(path, **params)
        for status in page:
            if datetime.fromisoformat(str(status["created_at"])) < since:
                return
            yield status
        if not page:
            return
        params["max_id"] = page[-1]["id"]


def _is_same_post(post: Post, status: dict[str, Any]) -> bool:
    return (
        len(status.get("media_attachments") or []) == len(post.media)
        and is_same_text(post.text, str(status["content"]))
        and str(status.get("in_reply_to_id") or "") == post.reply_to
        and (status.get("visibility") == PRIVATE) == (post.private is not None)
    )
