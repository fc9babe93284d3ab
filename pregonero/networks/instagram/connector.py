"""Instagram: a container made ahead, published at its hour, and asked for after a cut (docs/networks/instagram.md)."""

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
)
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph, briefly
from pregonero.networks.instagram import containers
from pregonero.networks.instagram.capabilities import CAPABILITIES, KINDS, LOOK_WAITS, SETTLE_WAITS
from pregonero.networks.instagram.endpoints import ENDPOINTS
from pregonero.networks.instagram.errors import ERRORS, NOT_READY

PUBLIC_ADDRESS = "https://www.instagram.com/"
UNAVAILABLE = (NOT_READY, "9007")
SLACK = timedelta(seconds=60)
HASHTAG, MENTION = re.compile(r"(?<![\w&])#\w"), re.compile(r"(?<![\w@.])@\w")


class InstagramConnector:
    """The entity's professional account on Instagram."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return what Instagram would not take of a post."""
        return post_validation.all_of(
            _text(post, self.measure(post.text)), post_validation.media(post, CAPABILITIES, KINDS)
        )

    def measure(self, text: str) -> int:
        """Return the length of a text in characters."""
        return len(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Whatever goes out is a container there first."""
        return False

    def prepare(self, access: ApiCredentials, post: Post, prepared: Prepared, keep: containers.Keep) -> Prepared:
        """Leave a finished container; `Transient` while Instagram is still fetching or processing the media."""
        with mapped_errors(ERRORS, public=False):
            return containers.make_ready(Graph(access, ENDPOINTS), access, post, prepared, keep)

    def commit(self, access: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Publish the container. Instagram publishes a container once: a repeated call does not make a second post."""
        container = prepared["container_id"]
        graph = Graph(access, ENDPOINTS)
        try:
            with mapped_errors(ERRORS, public=True):
                id = str(graph.post(access.remote_id, "media_publish", creation_id=container)["id"])
        except Transient as error:
            # Instagram says "not available" of a container that it is processing, and of one published already.
            earlier = _published_before(access, post, prepared) if error.code in UNAVAILABLE else None
            if earlier is None:
                raise
            return earlier
        return _published(access, id)

    def resolve(self, access: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Ask for the container's state, and find its post among the latest of the account."""
        with mapped_errors(ERRORS, public=False):
            graph = Graph(access, ENDPOINTS)
            state = containers.state_of(graph, prepared["container_id"])
            if state != containers.PUBLISHED:
                return _not_published(state, attempt.checks_made)
            recent = _recent(graph, access, post, attempt.started_at - SLACK)
            found = [each for each in recent if each.remote_id not in attempt.known]
        if len(found) == 1:
            return Finding(Verdict.PUBLISHED, published=found[0])
        if attempt.checks_made < len(LOOK_WAITS):
            return Finding(Verdict.LOOK_AGAIN, look_again_seconds=LOOK_WAITS[attempt.checks_made])
        # It is public for certain; only which of the account's posts it is cannot be told.
        return Finding(Verdict.PUBLISHED, published=_unnamed(access, prepared), candidates=tuple(found))

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Raise `Permanent`: Instagram's API cannot delete a post, so a person deletes it in the application."""
        raise Permanent(
            "Instagram no deja retirar publicaciones desde aquí: alguien debe borrarla en la aplicación.",
            code="not_supported",
        )

    def probe(self, access: ApiCredentials) -> Identity:
        """Ask Instagram for the account that the page's token opens."""
        with mapped_errors(ERRORS, public=False):
            me = Graph(access, ENDPOINTS).get(access.remote_id, "id,username,name")
            return Identity(str(me["id"]), str(me.get("username") or me["id"]), str(me.get("name") or ""))

    def discard(self, access: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove nothing: Instagram has no way to, and a container that is not published dies within a day."""
        return []


def _text(post: Post, length: int) -> Iterator[Issue]:
    yield from post_validation.too_long("text", CAPABILITIES, length, limit="text", what="el texto")
    yield from _too_many("hashtags", len(HASHTAG.findall(post.text)), "etiqueta", "etiquetas")
    yield from _too_many("mentions", len(MENTION.findall(post.text)), "mención", "menciones")


def _too_many(name: str, used: int, one: str, many: str) -> Iterator[Issue]:
    most = CAPABILITIES.limits[name].value
    over = used - most
    if over > 0:
        lead = f"Sobra 1 {one}" if over == 1 else f"Sobran {over} {many}"
        yield Issue("text", name, f"{lead}: Instagram admite {most} y el texto tiene {used}.")


def _not_published(state: str, checks_made: int) -> Finding:
    """Say that it may be sent again, once a publication that Instagram may still be making has had time to show."""
    if checks_made < len(SETTLE_WAITS) and state in (containers.FINISHED, containers.IN_PROGRESS):
        return Finding(Verdict.LOOK_AGAIN, look_again_seconds=SETTLE_WAITS[checks_made])
    return Finding(Verdict.NOT_TAKEN)


def _published(access: ApiCredentials, id: str) -> Published:
    """Return a post's address; failing to read it cannot undo that it is public."""
    try:
        with mapped_errors(ERRORS, public=False):
            address = str(Graph(briefly(access), ENDPOINTS).get(id, "permalink").get("permalink") or "")
    except NetworkError:
        address = ""
    return Published(id, address or f"{PUBLIC_ADDRESS}{access.handle}/")


def _published_before(access: ApiCredentials, post: Post, prepared: Prepared) -> Published | None:
    try:
        with mapped_errors(ERRORS, public=False):
            graph = Graph(briefly(access), ENDPOINTS)
            if containers.state_of(graph, prepared["container_id"]) != containers.PUBLISHED:
                return None
            found = list(_recent(graph, access, post, datetime.now(UTC) - timedelta(days=1)))
    except NetworkError:
        return None
    return found[0] if len(found) == 1 else _unnamed(access, prepared)


def _recent(graph: Graph, access: ApiCredentials, post: Post, since: datetime) -> Iterator[Published]:
    """Give the account's posts with these words since an instant, however many came after them."""
    fields, limit = "id,permalink,caption,timestamp", CAPABILITIES.limits["search_recent"].value
    most = CAPABILITIES.limits["search_pages"].value
    for found in graph.pages(access.remote_id, "media", most=most, fields=fields, limit=limit):
        if datetime.fromisoformat(str(found["timestamp"])) < since:
            return
        if _same(post.text, found):
            yield Published(str(found["id"]), str(found.get("permalink") or f"{PUBLIC_ADDRESS}{access.handle}/"))


def _same(text: str, found: dict[str, Any]) -> bool:
    return " ".join(text.split()) == " ".join(str(found.get("caption") or "").split())


def _unnamed(access: ApiCredentials, prepared: Prepared) -> Published:
    return Published(str(prepared["container_id"]), f"{PUBLIC_ADDRESS}{access.handle}/")


CONNECTOR = InstagramConnector()
