"""Facebook: create the post unpublished, and publish it with one idempotent change (docs/networks/facebook.md)."""

from collections.abc import Callable, Iterator
from typing import Any

from pregonero.errors import Issue
from pregonero.networks import post_validation
from pregonero.networks.base import (
    ApiCredentials,
    AttemptWindow,
    Finding,
    Identity,
    NetworkError,
    Post,
    Prepared,
    Published,
    Verdict,
    not_ours,
    parent_gone,
    when_settled,
)
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook import videos
from pregonero.networks.facebook.graph import Graph, is_gone, with_short_timeout
from pregonero.networks.facebook.messages import MessageApi
from pregonero.networks.facebook.network import (
    CAPABILITIES,
    ENDPOINTS,
    ERRORS,
    KINDS,
    PUBLIC_ADDRESS,
)
from pregonero.networks.multipart import File
from pregonero.networks.own_comments import find_own_comment

Save = Callable[[Prepared], None]
MESSAGE_API = MessageApi(CAPABILITIES, ERRORS, "messenger", "name")


class FacebookConnector:
    """Connector of a Facebook page."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return the issues for which Facebook would refuse a post."""
        return [
            *_text_issues(post, self.measure(message_of(post))),
            *post_validation.media_issues(post, CAPABILITIES, KINDS),
        ]

    def measure(self, text: str) -> int:
        """Return the length of a text in characters."""
        return len(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Return False but for a private message: every post is first created at the page, unpublished."""
        return post.private is not None

    def prepare(self, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> Prepared:
        """Upload the media and create the whole post, unpublished. A comment or a message needs no preparation."""
        if post.reply_to or post.private:
            return prepared
        with mapped_errors(ERRORS, public=False):
            graph = Graph(credentials, ENDPOINTS)
            video = _video_upload(credentials, post)
            if video is not None:
                videos.upload_unpublished(graph, video, post.format == videos.REEL, prepared, save)
            else:
                _upload_pictures(graph, credentials, post, prepared, save)
                _create_post(graph, credentials, post, prepared, save)
        return prepared

    def commit(self, credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Publish the post with an idempotent change, write the comment, or send the private message."""
        if post.private:
            return MESSAGE_API.send(Graph(credentials, ENDPOINTS), credentials, post, prepared)
        if post.reply_to:
            return _write_comment(credentials, post)
        graph = Graph(credentials, ENDPOINTS)
        video = _video_upload(credentials, post)
        if video is not None:
            _publish_video(graph, video, prepared)
            return _published_video(credentials, prepared["video_id"])
        with mapped_errors(ERRORS, public=True):
            _check_success(graph.post(prepared["post_id"], is_published=True))
        return _as_published({"permalink_url": prepared.get("url")}, prepared["post_id"])

    def resolve(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Ask whether the post is published; search for a comment under its post, and for a private message."""
        if post.private:
            return MESSAGE_API.find(Graph(credentials, ENDPOINTS), credentials, post, attempt)
        if post.reply_to:
            return _find_comment(credentials, post, attempt)
        with mapped_errors(ERRORS, public=False):
            published = _read_published(Graph(credentials, ENDPOINTS), prepared)
        return Finding(Verdict.PUBLISHED if published else Verdict.NOT_TAKEN, published=published)

    def supersede(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Delete the earlier draft, so that a late call finds nothing to publish; a comment or a message has none."""
        if post.reply_to or post.private:
            return when_settled(self.resolve(credentials, post, prepared, attempt), attempt)
        self.discard(credentials, prepared)
        return self.resolve(credentials, post, prepared, attempt)

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
                _check_success(graph.delete(remote_id))
            except HttpError as refusal:
                if not is_gone(refusal):
                    raise

    def probe(self, credentials: ApiCredentials) -> Identity:
        """Return the page that the token belongs to."""
        with mapped_errors(ERRORS, public=False):
            me = Graph(credentials, ENDPOINTS).get("me", "id,name,username")
            return Identity(str(me["id"]), str(me.get("username") or me["id"]), str(me.get("name") or ""))

    def discard(self, credentials: ApiCredentials, prepared: Prepared) -> list[str]:
        """Delete what was prepared, unless it is published."""
        with mapped_errors(ERRORS, public=False):
            graph = Graph(credentials, ENDPOINTS)
            if _read_published(graph, prepared) is not None:
                return []
            ids = [prepared.get("video_id"), prepared.get("post_id")]
            ids += [entry.get("id") for entry in prepared.get("media", [])]
            return [id for id in ids if id and _delete_draft(graph, id)]


def _text_issues(post: Post, length: int) -> Iterator[Issue]:
    if not post.text.strip() and not post.link and not post.media:
        yield Issue("text", "empty", "Falta el texto de Facebook, o un enlace, una imagen o un video.")
    yield from post_validation.length_issues("text", CAPABILITIES, length, limit="text")


def message_of(post: Post) -> str:
    """Return the text to send. A post with media cannot have a link card, so its link is added to the text."""
    if post.media and post.link and post.link not in post.text:
        return f"{post.text}\n\n{post.link}".strip()
    return post.text


def _upload_pictures(graph: Graph, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    entries: list[dict[str, Any]] = prepared.setdefault("media", [])
    for picture in post.media[len(entries) :]:
        fields = {"published": False} | ({"alt_text_custom": picture.alt} if picture.alt else {})
        file = File(picture.path, picture.mime)
        created = graph.post(credentials.remote_id, "photos", files={"source": file}, **fields)
        entries.append({"sha256": picture.sha256, "id": str(created["id"])})
        save(prepared)


def _create_post(graph: Graph, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    if "post_id" not in prepared:
        fields: dict[str, Any] = {"message": message_of(post), "published": False}
        if post.media:
            fields["attached_media"] = [{"media_fbid": entry["id"]} for entry in prepared["media"]]
        elif post.link:
            fields["link"] = post.link
        prepared["post_id"] = str(graph.post(credentials.remote_id, "feed", **fields)["id"])
        save(prepared)
    if "url" not in prepared:
        prepared["url"] = str(graph.get(prepared["post_id"], "permalink_url").get("permalink_url") or "")
        save(prepared)


def _video_upload(credentials: ApiCredentials, post: Post) -> videos.VideoUpload | None:
    medium = videos.video_of(post)
    if medium is None:
        return None
    return videos.VideoUpload(credentials.remote_id, medium, post.title, message_of(post))


def _publish_video(graph: Graph, video: videos.VideoUpload, prepared: Prepared) -> None:
    id = prepared["video_id"]
    with mapped_errors(ERRORS, public=True):
        if prepared.get("reel"):
            _check_success(videos.finish_reel(graph, video, id, videos.REEL_PUBLISHED))
        else:
            _check_success(graph.post(id, published=True))


def _check_success(answer: dict[str, Any]) -> None:
    """Raise `ValueError` unless Facebook confirmed the change: then the outcome is uncertain."""
    if answer["success"] is not True:
        raise ValueError("Facebook did not answer that the change succeeded")


def _published_video(credentials: ApiCredentials, id: str) -> Published:
    """Return a published video with its address. If the address cannot be read, return the default one."""
    try:
        with mapped_errors(ERRORS, public=False):
            graph = Graph(with_short_timeout(credentials), ENDPOINTS)
            return _video_as_published(graph.get(id, "permalink_url,post_id"), id)
    except NetworkError:
        return _video_as_published({}, id)


def _video_as_published(video: dict[str, Any], id: str) -> Published:
    url = str(video.get("permalink_url") or id)
    return Published(str(video.get("post_id") or id), url if "://" in url else PUBLIC_ADDRESS + url.lstrip("/"))


def _as_published(node: dict[str, Any], id: str) -> Published:
    return Published(id, str(node.get("permalink_url") or PUBLIC_ADDRESS + id))


def _read_published(graph: Graph, prepared: Prepared) -> Published | None:
    """Return the prepared post or video if it is public. Pictures alone are public only in their post."""
    try:
        if "video_id" in prepared:
            video = graph.get(prepared["video_id"], "published,permalink_url,post_id")
            return _video_as_published(video, prepared["video_id"]) if video.get("published") else None
        if "post_id" in prepared:
            post = graph.get(prepared["post_id"], "is_published,permalink_url")
            return _as_published(post, prepared["post_id"]) if post.get("is_published") else None
    except HttpError as refusal:
        if not is_gone(refusal):
            raise
    return None


def _delete_draft(graph: Graph, id: str) -> bool:
    """Delete an unpublished object; return False if it no longer exists, as after a delete without an answer."""
    try:
        graph.delete(id)
    except HttpError as refusal:
        if is_gone(refusal):
            return False
        raise
    return True


def _write_comment(credentials: ApiCredentials, post: Post) -> Published:
    """Write the first comment. Facebook has no idempotency key for it, so it is never repeated automatically."""
    with mapped_errors(ERRORS, public=True):
        graph = Graph(credentials, ENDPOINTS)
        try:
            id = str(graph.post(post.reply_to, "comments", message=post.text)["id"])
        except HttpError as refusal:
            if is_gone(refusal):
                raise parent_gone(CAPABILITIES.label) from refusal
            raise
    try:
        with mapped_errors(ERRORS, public=False):
            return _as_published(Graph(with_short_timeout(credentials), ENDPOINTS).get(id, "permalink_url"), id)
    except NetworkError:
        return _as_published({}, id)


def _find_comment(credentials: ApiCredentials, post: Post, attempt: AttemptWindow) -> Finding:
    """Search the comments under a post, or under a comment, for the one that the page wrote."""
    with mapped_errors(ERRORS, public=False):
        comments = Graph(credentials, ENDPOINTS).list(
            post.reply_to,
            "comments",
            fields="id,message,from,permalink_url",
            filter="stream",
            order="reverse_chronological",
            limit=CAPABILITIES.limits["comments_read"].value,
        )
        ours = [
            (str(comment.get("message") or ""), _as_published(comment, str(comment["id"])))
            for comment in comments
            if str((comment.get("from") or {}).get("id")) == credentials.remote_id
        ]
    return find_own_comment(ours, post.text, attempt)
