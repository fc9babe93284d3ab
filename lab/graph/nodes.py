"""What an identifier in a Graph address stands for, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from lab.accounts import Account
from lab.ledger import Comment, Container, Media, Post, Upload
from lab.state import LabState


@dataclass(frozen=True)
class Node:
    kind: str  # page, post, photo, video, upload, comment / user, container, media, comment
    network: str
    owner: str
    thing: Account | Post | Media | Upload | Container | Comment


def find(lab: LabState, id: str) -> Node | None:
    return _account(lab, id) or _post(lab, id) or _prepared(lab, id) or _comment(lab, id)


def _account(lab: LabState, id: str) -> Node | None:
    page = lab.accounts.get("facebook", id)
    if page is not None:
        return Node("page", "facebook", id, page)
    user = lab.accounts.get("instagram", id)
    return Node("user", "instagram", id, user) if user is not None else None


def _post(lab: LabState, id: str) -> Node | None:
    post = lab.posts.get("facebook", id)
    if post is not None and post.state != "withdrawn":
        return Node("post", "facebook", post.account, post)
    media = lab.posts.get("instagram", id)
    return Node("media", "instagram", media.account, media) if media is not None else None


def _prepared(lab: LabState, id: str) -> Node | None:
    media = lab.media.get("facebook", id)
    if media is not None:
        return Node("video" if media.kind == "video" else "photo", "facebook", media.account, media)
    upload = lab.uploads.get("facebook", id)
    if upload is not None:
        return Node("upload", "facebook", upload.account, upload)
    container = lab.containers.get(id)
    return Node("container", "instagram", container.account, container) if container is not None else None


def _comment(lab: LabState, id: str) -> Node | None:
    for network in ("facebook", "instagram"):
        comment = lab.comments.get(network, id)
        if comment is not None:
            return Node("comment", network, comment.account, comment)
    return None
