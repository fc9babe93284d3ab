"""X: media before the hour, one call to publish, and after a cut a look at our own posts (docs/networks/x.md)."""

from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import cache
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
)
from pregonero.networks.client import HttpError, NetworkClient
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.manual_posting import RemotePost
from pregonero.networks.x import media, text_length
from pregonero.networks.x.capabilities import API_PREFIX, CAPABILITIES, KINDS, LOOK_WAITS
from pregonero.networks.x.endpoints import ENDPOINTS
from pregonero.networks.x.errors import DUPLICATE, ERRORS
from pregonero.networks.x.post_matching import same_post, text_as_sent

SLACK = timedelta(seconds=CAPABILITIES.limits["clock_slack_seconds"].value)
FIELDS = ["created_at", "entities", "attachments", "referenced_posts"]


class XConnector:
    """The entity's account on X."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return what X would not take of a post."""
        return post_validation.all_of(
            _text(post, self.measure(post.text)), post_validation.media(post, CAPABILITIES, KINDS)
        )

    def measure(self, text: str) -> int:
        """Return the weighted length of a text: links 23, emoji 2."""
        return text_length.weighted_length(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """A post without media needs nothing of X before its hour."""
        return not post.media

    def prepare(
        self, access: ApiCredentials, post: Post, prepared: Prepared, keep: Callable[[Prepared], None]
    ) -> Prepared:
        """Leave the media at X; a post without media needs nothing before its hour."""
        if not post.media:
            return prepared
        with mapped_errors(ERRORS, public=False):
            return media.upload_all(_client(access).media, post.media, prepared, keep)

    def commit(self, access: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Publish the post."""
        body: dict[str, Any] = {"text": post.text}
        if post.reply_to:
            body["reply"] = {"in_reply_to_tweet_id": post.reply_to}
        if post.media:
            body["media"] = {"media_ids": [entry["id"] for entry in prepared["media"]]}
        posts = _client(access).posts
        try:
            with mapped_errors(ERRORS, public=True):
                return _published(access, str(posts.create(body).data.id))
        except Permanent as error:
            if error.code == DUPLICATE and UNCERTAIN_SINCE in prepared:
                raise Unknown(
                    "X dice que ya tiene este texto: puede ser de un intento anterior.", code=DUPLICATE
                ) from error
            raise

    def resolve(self, access: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Look for the post among the account's own of the attempt's window, what is under others of them included."""
        since = min(attempt.started_at, _first_attempt(prepared, attempt)) - SLACK
        with mapped_errors(ERRORS, public=False):
            own, whole = _own_posts(access, since, attempt.asked_at + SLACK)
        same = [_seen(access, each) for each in own if same_post(post, each)]
        found = [each for each in same if each.remote_id not in attempt.known]
        if len(found) == 1:
            return Finding(Verdict.PUBLISHED, published=Published(found[0].remote_id, found[0].url))
        if found:
            return Finding(Verdict.UNKNOWABLE, candidates=tuple(found))
        if attempt.checks_made < len(LOOK_WAITS):
            return Finding(Verdict.LOOK_AGAIN, look_again_seconds=LOOK_WAITS[attempt.checks_made])
        # X has said that it holds this text, or it is behind more posts than we read: only a person can tell.
        return Finding(Verdict.NOT_TAKEN if whole and attempt.code != DUPLICATE else Verdict.UNKNOWABLE)

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Delete the post. X also answers yes for a post that is already deleted."""
        with mapped_errors(ERRORS, public=False):
            try:
                response = _client(credentials).posts.delete(remote_id)
            except HttpError as refusal:
                if refusal.status == HTTPStatus.NOT_FOUND:
                    return
                if ERRORS.meaning(refusal)[0] == str(int(HTTPStatus.FORBIDDEN)):
                    raise not_ours(CAPABILITIES.label) from refusal
                raise
            if response.data.deleted is not True:
                raise ValueError("X answered that the post was not deleted")

    def probe(self, access: ApiCredentials) -> Identity:
        """Ask X who the token opens."""
        with mapped_errors(ERRORS, public=False):
            me = _client(access).users.get_me().data
            return Identity(str(me.id), str(me.username), str(me.name))

    def discard(self, access: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove nothing: X has no way to, and lets go of a medium that is not posted within a day."""
        return []


def _text(post: Post, length: int) -> Iterator[Issue]:
    if not post.text.strip() and not post.media:
        yield Issue("text", "empty", "El texto está vacío: X necesita un texto o un archivo.")
    if not text_length.is_valid(post.text):
        yield Issue("text", "characters", "El texto tiene caracteres invisibles que X no acepta.")
    yield from post_validation.too_long("text", CAPABILITIES, length, limit="text", what="el texto")


@cache
def _blank() -> Any:
    from xdk import Client  # noqa: PLC0415 - most of a second and 50 MB that only a worker pays

    return Client()


def _client(access: ApiCredentials) -> Any:
    """Return the SDK's client, made for this task alone and speaking over our line.

    It is a copy of one that knows nobody, with its three parts that we use: making a session and thirty parts anew took
    a tenth of each call's processor time.
    """
    client = copy(_blank())
    client.base_url, client.access_token, client.session = (
        access.address,
        access.token,
        NetworkClient(access, ENDPOINTS),
    )
    for name in ("media", "posts", "users"):
        setattr(client, name, type(getattr(client, name))(client))
    return client


def _published(access: ApiCredentials, id: str) -> Published:
    site = access.address.replace(f"://{API_PREFIX}", "://", 1)
    return Published(id, f"{site}/{access.handle}/status/{id}")


def _seen(access: ApiCredentials, found: dict[str, Any]) -> RemotePost:
    """Return a post that was read, with what a person needs to tell it from another."""
    public = _published(access, str(found["id"]))
    return RemotePost(public.remote_id, public.url, text_as_sent(found), str(found["created_at"]))


def _first_attempt(prepared: Prepared, attempt: AttemptWindow) -> datetime:
    told = prepared.get(UNCERTAIN_SINCE)
    return datetime.fromisoformat(told) if told else attempt.started_at


def _own_posts(access: ApiCredentials, since: datetime, until: datetime) -> tuple[list[dict[str, Any]], bool]:
    """Return the account's posts of a span of time, and whether those are all: few reads, as each post read costs."""
    pages = _client(access).users.get_posts(
        access.remote_id, max_results=CAPABILITIES.limits["reconcile_page_posts"].value,
        start_time=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", post_fields=FIELDS,
    )  # fmt: skip
    posts: list[dict[str, Any]] = []
    more = False
    for _, page in zip(range(CAPABILITIES.limits["reconcile_pages"].value), pages, strict=False):
        read = page.model_dump(by_alias=True)
        posts += read.get("data") or []
        more = bool((read.get("meta") or {}).get("next_token"))
    return [each for each in posts if since <= datetime.fromisoformat(str(each["created_at"])) <= until], not more


CONNECTOR = XConnector()
