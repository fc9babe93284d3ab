"""Facebook: the post is made unpublished, and published at its hour by one change (docs/networks/facebook.md)."""

from collections.abc import Callable, Iterator
from typing import Any

from pregonero.errors import Issue
from pregonero.networks import post_validation
from pregonero.networks.base import (
    ApiCredentials,
    AttemptWindow,
    Finding,
    Identity,
    Medium,
    NetworkError,
    Post,
    Prepared,
    Published,
    Verdict,
    not_ours,
)
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook import comments, reels, video_common, videos
from pregonero.networks.facebook.capabilities import CAPABILITIES, KINDS
from pregonero.networks.facebook.endpoints import ENDPOINTS
from pregonero.networks.facebook.errors import ERRORS, is_gone
from pregonero.networks.facebook.graph import Graph, briefly
from pregonero.networks.facebook.video_common import Film, film_of
from pregonero.networks.multipart import File

PUBLIC_ADDRESS = "https://www.facebook.com/"
REEL = "reel"
Keep = Callable[[Prepared], None]


class FacebookConnector:
    """The entity's page on Facebook."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return what Facebook would not take of a post."""
        return post_validation.all_of(
            _text(post, self.measure(_message(post))), post_validation.media(post, CAPABILITIES, KINDS)
        )

    def measure(self, text: str) -> int:
        """Return the length of a text in characters."""
        return len(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Whatever goes out is left at the page first, unpublished."""
        return False

    def prepare(self, access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> Prepared:
        """Leave the media and the whole post at the page, unpublished; a comment needs nothing before its hour."""
        if post.reply_to:
            return prepared
        with mapped_errors(ERRORS, public=False):
            graph = Graph(access, ENDPOINTS)
            film = _film(access, post)
            if film is not None:
                leave = reels.leave if post.format == REEL else videos.leave
                leave(graph, film, prepared, keep)
                video_common.accompany(graph, film.medium, prepared, keep)
                video_common.wait_for(graph, prepared["video_id"])
            else:
                _upload_pictures(graph, access, post, prepared, keep)
                _write_post(graph, access, post, prepared, keep)
        return prepared

    def commit(self, access: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Publish the post by one change, which made twice is one; or write the comment that goes under it."""
        if post.reply_to:
            return comments.write(access, post)
        graph = Graph(access, ENDPOINTS)
        film = _film(access, post)
        if film is not None:
            _publish_film(graph, film, prepared)
            return _published_video(access, prepared["video_id"])
        with mapped_errors(ERRORS, public=True):
            _taken(graph.post(prepared["post_id"], is_published=True))
        return _post({"permalink_url": prepared.get("url")}, prepared["post_id"])

    def resolve(self, access: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Ask whether the post is published; a comment is looked for under its post."""
        if post.reply_to:
            return comments.look_for(access, post, attempt)
        with mapped_errors(ERRORS, public=False):
            published = _look(Graph(access, ENDPOINTS), prepared)
        return Finding(Verdict.PUBLISHED if published else Verdict.NOT_TAKEN, published=published)

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Delete the post, video or comment, after reading that its author is the page.

        A page may also delete what others wrote on it, so the author is always read first (N-3).
        """
        with mapped_errors(ERRORS, public=False):
            graph = Graph(credentials, ENDPOINTS)
            try:
                author = graph.get(remote_id, "from").get("from") or {}
                if str(author.get("id")) != credentials.remote_id:
                    raise not_ours(CAPABILITIES.label)
                _taken(graph.delete(remote_id))
            except HttpError as refusal:
                if not is_gone(refusal):
                    raise

    def probe(self, access: ApiCredentials) -> Identity:
        """Ask Facebook which page the token opens."""
        with mapped_errors(ERRORS, public=False):
            me = Graph(access, ENDPOINTS).get("me", "id,name,username")
            return Identity(str(me["id"]), str(me.get("username") or me["id"]), str(me.get("name") or ""))

    def discard(self, access: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove what was left at the page, unless it became public."""
        with mapped_errors(ERRORS, public=False):
            graph = Graph(access, ENDPOINTS)
            if _look(graph, prepared) is not None:
                return []
            ids = [prepared.get("video_id"), prepared.get("post_id")]
            ids += [entry.get("id") for entry in prepared.get("media", [])]
            return [id for id in ids if id and _remove(graph, id)]


def _text(post: Post, length: int) -> Iterator[Issue]:
    if not post.text.strip() and not post.link and not post.media:
        yield Issue("text", "empty", "El texto está vacío: Facebook necesita un texto, un enlace o un archivo.")
    yield from post_validation.too_long("text", CAPABILITIES, length, limit="text", what="el texto")


def _message(post: Post) -> str:
    """Return the text that goes: a post with media has no card, so there its link is written below the text."""
    if post.media and post.link and post.link not in post.text:
        return f"{post.text}\n\n{post.link}".strip()
    return post.text


def _upload_pictures(graph: Graph, access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> None:
    entries: list[dict[str, Any]] = prepared.setdefault("media", [])
    for at, picture in enumerate(post.media):
        if at < len(entries):
            continue
        about = {"published": False} | ({"alt_text_custom": picture.alt} if picture.alt else {})
        made = graph.post(access.remote_id, "photos", files={"source": _file(picture)}, **about)
        entries.append({"sha256": picture.sha256, "id": str(made["id"])})
        keep(prepared)


def _write_post(graph: Graph, access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> None:
    if "post_id" not in prepared:
        about: dict[str, Any] = {"message": _message(post), "published": False}
        if post.media:
            about["attached_media"] = [{"media_fbid": entry["id"]} for entry in prepared["media"]]
        elif post.link:
            about["link"] = post.link
        prepared["post_id"] = str(graph.post(access.remote_id, "feed", **about)["id"])
        keep(prepared)
    if "url" not in prepared:
        prepared["url"] = str(graph.get(prepared["post_id"], "permalink_url").get("permalink_url") or "")
        keep(prepared)


def _film(access: ApiCredentials, post: Post) -> Film | None:
    medium = film_of(post)
    return None if medium is None else Film(access.remote_id, medium, post.title, _message(post))


def _publish_film(graph: Graph, film: Film, prepared: Prepared) -> None:
    id = prepared["video_id"]
    with mapped_errors(ERRORS, public=True):
        if prepared.get("reel"):
            _taken(reels.close(graph, film, id, reels.PUBLISHED))
        else:
            _taken(graph.post(id, published=True))


def _taken(said: dict[str, Any]) -> None:
    """Take nothing for a yes but a plain yes: a page of somebody in between leaves it uncertain."""
    if said["success"] is not True:
        raise ValueError("no success")


def _file(medium: Medium) -> File:
    return File(medium.path, medium.mime)


def _published_video(access: ApiCredentials, id: str) -> Published:
    """Return a video's address, which it has only once public; failing to read it cannot undo that it is public."""
    try:
        with mapped_errors(ERRORS, public=False):
            return _video(Graph(briefly(access), ENDPOINTS).get(id, "permalink_url,post_id"), id)
    except NetworkError:
        return _video({}, id)


def _video(found: dict[str, Any], id: str) -> Published:
    url = str(found.get("permalink_url") or id)
    return Published(str(found.get("post_id") or id), url if "://" in url else PUBLIC_ADDRESS + url.lstrip("/"))


def _post(found: dict[str, Any], id: str) -> Published:
    return Published(id, str(found.get("permalink_url") or PUBLIC_ADDRESS + id))


def _look(graph: Graph, prepared: Prepared) -> Published | None:
    """Return what was prepared if it can be seen; pictures alone are only ever seen in their post."""
    try:
        if "video_id" in prepared:
            found = graph.get(prepared["video_id"], "published,permalink_url,post_id")
            return _video(found, prepared["video_id"]) if found.get("published") else None
        if "post_id" in prepared:
            found = graph.get(prepared["post_id"], "is_published,permalink_url")
            return _post(found, prepared["post_id"]) if found.get("is_published") else None
    except HttpError as refusal:
        if not is_gone(refusal):
            raise
    return None


def _remove(graph: Graph, id: str) -> bool:
    """Remove one thing; what is not there any more, since an earlier removal was cut, counts as not removed."""
    try:
        graph.delete(id)
    except HttpError as refusal:
        if is_gone(refusal):
            return False
        raise
    return True


CONNECTOR = FacebookConnector()
