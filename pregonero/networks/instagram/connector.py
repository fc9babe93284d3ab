"""Instagram: create a container, publish it, and ask for its state after a lost answer (docs/networks/instagram.md)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pregonero.errors import Issue
from pregonero.networks import post_validation
from pregonero.networks.base import (
    ApiCredentials,
    AttemptWindow,
    Finding,
    Identity,
    NetworkError,
    Permanent,
    Post,
    Prepared,
    Published,
    Transient,
    Verdict,
    parent_gone,
    when_settled,
)
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph, is_gone, with_short_timeout
from pregonero.networks.facebook.messages import MessageApi
from pregonero.networks.instagram import containers
from pregonero.networks.instagram.network import (
    CAPABILITIES,
    ENDPOINTS,
    ERRORS,
    KINDS,
    LOOK_WAITS,
    NOT_READY,
    PUBLIC_ADDRESS,
    SETTLE_WAITS,
)
from pregonero.networks.own_comments import find_own_comment

UNAVAILABLE_CODES = (NOT_READY, "9007")
CLOCK_SLACK = timedelta(seconds=60)
MESSAGE_API = MessageApi(CAPABILITIES, ERRORS, "instagram", "username")
HASHTAG, MENTION = re.compile(r"(?<![\w&])#\w"), re.compile(r"(?<![\w@.])@\w")


class InstagramConnector:
    """Connector of a professional account on Instagram."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return the issues for which Instagram would refuse a post."""
        return [*_text_issues(post, self.measure(post.text)), *post_validation.media_issues(post, CAPABILITIES, KINDS)]

    def measure(self, text: str) -> int:
        """Return the length of a text in characters."""
        return len(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Return True for a reply or a private message, False for a post, which is first a container at Instagram."""
        return bool(post.reply_to or post.private)

    def prepare(self, credentials: ApiCredentials, post: Post, prepared: Prepared, save: containers.Save) -> Prepared:
        """Create a finished container. Raises `Transient` while Instagram is downloading or processing the media.

        A reply or a private message needs no preparation.
        """
        if post.reply_to or post.private:
            return prepared
        with mapped_errors(ERRORS, public=False):
            return containers.prepare_container(Graph(credentials, ENDPOINTS), credentials, post, prepared, save)

    def commit(self, credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Publish the container, write the reply, or send the private message.

        Instagram publishes each container once, so a repeated call makes no second post.
        """
        if post.private:
            return MESSAGE_API.send(Graph(credentials, ENDPOINTS), credentials, post, prepared)
        if post.reply_to:
            return _write_reply(credentials, post)
        container = prepared["container_id"]
        graph = Graph(credentials, ENDPOINTS)
        try:
            with mapped_errors(ERRORS, public=True):
                id = str(graph.post(credentials.remote_id, "media_publish", creation_id=container)["id"])
        except Transient as error:
            # Instagram answers "not available" for a container in process, and also for one already published.
            earlier = _published_earlier(credentials, post, prepared) if error.code in UNAVAILABLE_CODES else None
            if earlier is None:
                raise
            return earlier
        return _published(credentials, id)

    def resolve(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Ask for the container's state, and find its post among the latest ones; or search for a reply or message."""
        if post.private:
            return MESSAGE_API.find(Graph(credentials, ENDPOINTS), credentials, post, attempt)
        if post.reply_to:
            return _find_reply(credentials, post, attempt)
        with mapped_errors(ERRORS, public=False):
            graph = Graph(credentials, ENDPOINTS)
            state = containers.state_of(graph, prepared["container_id"])
            if state != containers.PUBLISHED:
                return _not_published(state, attempt.checks_made)
            recent = _recent(graph, credentials, post, attempt.started_at - CLOCK_SLACK)
            candidates = [post for post in recent if post.remote_id not in attempt.known]
        if len(candidates) == 1:
            return Finding(Verdict.PUBLISHED, published=candidates[0])
        if attempt.checks_made < len(LOOK_WAITS):
            return Finding(Verdict.LOOK_AGAIN, look_again_seconds=LOOK_WAITS[attempt.checks_made])
        # The container is published for certain, but it is not known which of the account's posts it is.
        return Finding(Verdict.PUBLISHED, published=_unidentified(credentials, prepared), candidates=tuple(candidates))

    def supersede(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Ask for the earlier container until Instagram can no longer publish it: a container cannot be deleted."""
        return when_settled(self.resolve(credentials, post, prepared, attempt), attempt)

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Raise `Permanent`: Instagram's API cannot delete a post, so a person deletes it in the application."""
        raise Permanent(
            "Instagram no deja retirar publicaciones desde aquí: alguien debe borrarla en la aplicación.",
            code="not_supported",
        )

    def probe(self, credentials: ApiCredentials) -> Identity:
        """Return the account, read with the token of its page."""
        with mapped_errors(ERRORS, public=False):
            me = Graph(credentials, ENDPOINTS).get(credentials.remote_id, "id,username,name")
            return Identity(str(me["id"]), str(me.get("username") or me["id"]), str(me.get("name") or ""))

    def discard(self, credentials: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove nothing: Instagram has no call for it, and an unpublished container expires within a day."""
        return []


def _text_issues(post: Post, length: int) -> Iterator[Issue]:
    yield from post_validation.length_issues("text", CAPABILITIES, length, limit="text")
    yield from _count_issue("hashtags", len(HASHTAG.findall(post.text)), "etiqueta", "etiquetas")
    yield from _count_issue("mentions", len(MENTION.findall(post.text)), "mención", "menciones")


def _count_issue(name: str, used: int, one: str, many: str) -> Iterator[Issue]:
    most = CAPABILITIES.limits[name].value
    over = used - most
    if over > 0:
        excess = f"sobra 1 {one}" if over == 1 else f"sobran {over} {many}"
        yield Issue("text", name, f"En Instagram {excess}: van {used} de {most}.")


def _not_published(state: str, checks_made: int) -> Finding:
    """Return NOT_TAKEN, after waiting for a publication that Instagram may still be making."""
    if checks_made < len(SETTLE_WAITS) and state in (containers.FINISHED, containers.IN_PROGRESS):
        return Finding(Verdict.LOOK_AGAIN, look_again_seconds=SETTLE_WAITS[checks_made])
    return Finding(Verdict.NOT_TAKEN)


def _published(credentials: ApiCredentials, id: str) -> Published:
    """Return the published post with its address. If it cannot be read, return the account's address."""
    try:
        with mapped_errors(ERRORS, public=False):
            address = str(Graph(with_short_timeout(credentials), ENDPOINTS).get(id, "permalink").get("permalink") or "")
    except NetworkError:
        address = ""
    return Published(id, address or f"{PUBLIC_ADDRESS}{credentials.handle}/")


def _published_earlier(credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published | None:
    try:
        with mapped_errors(ERRORS, public=False):
            graph = Graph(with_short_timeout(credentials), ENDPOINTS)
            if containers.state_of(graph, prepared["container_id"]) != containers.PUBLISHED:
                return None
            recent = list(_recent(graph, credentials, post, datetime.now(UTC) - timedelta(days=1)))
    except NetworkError:
        return None
    return recent[0] if len(recent) == 1 else _unidentified(credentials, prepared)


def _recent(graph: Graph, credentials: ApiCredentials, post: Post, since: datetime) -> Iterator[Published]:
    """Yield the account's posts with the same text since a time, newest first."""
    fields, limit = "id,permalink,caption,timestamp", CAPABILITIES.limits["search_recent"].value
    most = CAPABILITIES.limits["search_pages"].value
    for remote in graph.pages(credentials.remote_id, "media", most=most, fields=fields, limit=limit):
        if datetime.fromisoformat(str(remote["timestamp"])) < since:
            return
        if _is_same_text(post.text, remote):
            yield Published(str(remote["id"]), str(remote.get("permalink") or f"{PUBLIC_ADDRESS}{credentials.handle}/"))


def _is_same_text(text: str, remote: dict[str, Any]) -> bool:
    return " ".join(text.split()) == " ".join(str(remote.get("caption") or "").split())


def _unidentified(credentials: ApiCredentials, prepared: Prepared) -> Published:
    return Published(str(prepared["container_id"]), f"{PUBLIC_ADDRESS}{credentials.handle}/")


def _write_reply(credentials: ApiCredentials, post: Post) -> Published:
    """Answer a comment. Instagram has no idempotency key for it, so it is never repeated automatically."""
    with mapped_errors(ERRORS, public=True):
        try:
            answer = Graph(credentials, ENDPOINTS).post(post.reply_to, "replies", message=post.text)
        except HttpError as refusal:
            if is_gone(refusal):
                raise parent_gone(CAPABILITIES.label) from refusal
            raise
        return _reply(credentials, str(answer["id"]))


def _reply(credentials: ApiCredentials, id: str) -> Published:
    """Return a reply of ours, with the address of the account, because Instagram gives comments no address."""
    return Published(id, f"{PUBLIC_ADDRESS}{credentials.handle}/")


def _find_reply(credentials: ApiCredentials, post: Post, attempt: AttemptWindow) -> Finding:
    with mapped_errors(ERRORS, public=False):
        replies = Graph(credentials, ENDPOINTS).list(post.reply_to, "replies", fields="id,text,from", limit=50)
        ours = [
            (str(reply.get("text") or ""), _reply(credentials, str(reply["id"])))
            for reply in reversed(replies)
            if str((reply.get("from") or {}).get("id")) == credentials.remote_id
        ]
    return find_own_comment(ours, post.text, attempt)
