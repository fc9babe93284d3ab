"""X: upload the media, publish in one call, and search our own posts when the answer was lost (docs/networks/x.md)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from pregonero.errors import Issue
from pregonero.networks import post_validation
from pregonero.networks.base import (
    UNCERTAIN_SINCE,
    ApiCredentials,
    AttemptWindow,
    Finding,
    Identity,
    Permanent,
    Post,
    Prepared,
    Published,
    Unknown,
    Verdict,
    not_ours,
    when_settled,
)
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import RemotePost
from pregonero.networks.x.client import published_post, x_client
from pregonero.networks.x.media import upload_all
from pregonero.networks.x.messages import find_message, send_message
from pregonero.networks.x.network import (
    CAPABILITIES,
    DUPLICATE,
    ERRORS,
    KINDS,
    LOOK_WAITS,
)
from pregonero.networks.x.text import Match, is_valid, match_post, original_text, weighted_length

CLOCK_SLACK = timedelta(seconds=CAPABILITIES.limits["clock_slack_seconds"].value)
POST_FIELDS = ["created_at", "entities", "attachments", "conversation_id"]
EXPANSIONS = ["referenced_posts"]  # names the post that each one replies to: X has no field for it


class XConnector:
    """Connector of X."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return the issues for which X would refuse a post."""
        return [*_text_issues(post, self.measure(post.text)), *post_validation.media_issues(post, CAPABILITIES, KINDS)]

    def measure(self, text: str) -> int:
        """Return the weighted length of a text: a link counts 23 and an emoji 2."""
        return weighted_length(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Return whether the post has no media: then nothing is uploaded."""
        return not post.media

    def prepare(
        self, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Callable[[Prepared], None]
    ) -> Prepared:
        """Upload the media, with their alternative text and captions."""
        if not post.media:
            return prepared
        with mapped_errors(ERRORS, public=False):
            return upload_all(x_client(credentials).media, post.media, prepared, save)

    def commit(self, credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Publish the post, or send the private message."""
        if post.private:
            return send_message(credentials, post)
        body: dict[str, Any] = {"text": post.text}
        if post.reply_to:
            body["reply"] = {"in_reply_to_tweet_id": post.reply_to}
        if post.media:
            body["media"] = {"media_ids": [entry["id"] for entry in prepared["media"]]}
        posts = x_client(credentials).posts
        try:
            with mapped_errors(ERRORS, public=True):
                return published_post(credentials, str(posts.create(body).data.id))
        except Permanent as error:
            if error.code == DUPLICATE and UNCERTAIN_SINCE in prepared:
                raise Unknown(
                    "X dice que ya tiene este texto: puede ser de un intento anterior.", code=DUPLICATE
                ) from error
            raise

    def resolve(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Search the account's own posts, replies included, of the time of the attempt; or a private message."""
        if post.private:
            return find_message(credentials, post, attempt)
        since = min(attempt.started_at, _first_attempt_at(prepared, attempt)) - CLOCK_SLACK
        with mapped_errors(ERRORS, public=False):
            own_posts, is_complete = _own_posts(credentials, since, attempt.asked_at + CLOCK_SLACK)
        new_posts = [remote for remote in own_posts if str(remote["id"]) not in attempt.known]
        candidates = _matching(credentials, post, new_posts, Match.SAME)
        if len(candidates) == 1:
            return Finding(Verdict.PUBLISHED, published=Published(candidates[0].remote_id, candidates[0].url))
        if candidates:
            return Finding(Verdict.UNKNOWABLE, candidates=candidates)
        if attempt.checks_made < len(LOOK_WAITS):
            return Finding(Verdict.LOOK_AGAIN, look_again_seconds=LOOK_WAITS[attempt.checks_made])
        unclear = _matching(credentials, post, new_posts, Match.UNCLEAR)
        if unclear:
            return Finding(Verdict.UNKNOWABLE, candidates=unclear)
        # Without a complete list, or when X refused the text as a duplicate, the post may exist: a person decides.
        certain = is_complete and attempt.code != DUPLICATE
        return Finding(Verdict.NOT_TAKEN if certain else Verdict.UNKNOWABLE)

    def supersede(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Search for the earlier post until X can no longer take it: X has no key that would prevent a second one."""
        return when_settled(self.resolve(credentials, post, prepared, attempt), attempt)

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Delete the post. X also answers yes for a post that is already deleted."""
        with mapped_errors(ERRORS, public=False):
            try:
                response = x_client(credentials).posts.delete(remote_id)
            except HttpError as refusal:
                if refusal.status == HTTPStatus.NOT_FOUND:
                    return
                if ERRORS.meaning(refusal)[0] == str(int(HTTPStatus.FORBIDDEN)):
                    raise not_ours(CAPABILITIES.label) from refusal
                raise
            if response.data is not None and response.data.deleted is not True:
                raise ValueError("X answered that the post was not deleted")

    def probe(self, credentials: ApiCredentials) -> Identity:
        """Return the account that the token belongs to."""
        with mapped_errors(ERRORS, public=False):
            me = x_client(credentials).users.get_me().data
            return Identity(str(me.id), str(me.username), str(me.name))

    def discard(self, credentials: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove nothing: X has no call for it, and deletes media that are not posted within a day."""
        return []


def _text_issues(post: Post, length: int) -> Iterator[Issue]:
    if not post.text.strip() and not post.media:
        yield Issue("text", "empty", "Falta el texto de X, o una imagen o un video.")
    if not is_valid(post.text):
        text = "El texto de X tiene caracteres invisibles: bórralos y escribe de nuevo esa parte."
        yield Issue("text", "characters", text)
    yield from post_validation.length_issues("text", CAPABILITIES, length, limit="text")


def _matching(
    credentials: ApiCredentials, post: Post, own_posts: list[dict[str, Any]], match: Match
) -> tuple[RemotePost, ...]:
    return tuple(_remote_post(credentials, remote) for remote in own_posts if match_post(post, remote) is match)


def _remote_post(credentials: ApiCredentials, remote: dict[str, Any]) -> RemotePost:
    published = published_post(credentials, str(remote["id"]))
    return RemotePost(published.remote_id, published.url, original_text(remote), str(remote["created_at"]))


def _first_attempt_at(prepared: Prepared, attempt: AttemptWindow) -> datetime:
    since = prepared.get(UNCERTAIN_SINCE)
    return datetime.fromisoformat(since) if since else attempt.started_at


def _own_posts(credentials: ApiCredentials, since: datetime, until: datetime) -> tuple[list[dict[str, Any]], bool]:
    """Return the account's posts between two times, and whether the list is complete.

    It reads few pages, because X charges for each post that is read.
    """
    pages = x_client(credentials).users.get_posts(
        credentials.remote_id,
        max_results=CAPABILITIES.limits["reconcile_page_posts"].value,
        start_time=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        post_fields=POST_FIELDS,
        expansions=EXPANSIONS,
    )
    posts: list[dict[str, Any]] = []
    has_more = False
    for _, page in zip(range(CAPABILITIES.limits["reconcile_pages"].value), pages, strict=False):
        content = page.model_dump(by_alias=True)
        if not content.get("data") and (content.get("meta") or {}).get("result_count") != 0:
            raise ValueError("X answered without a list of posts")  # such as `errors` alone, with status 200
        posts += content.get("data") or []
        has_more = bool((content.get("meta") or {}).get("next_token"))
    within = [post for post in posts if since <= datetime.fromisoformat(str(post["created_at"])) <= until]
    return within, not has_more
