"""Posts and comments as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.graph import facebook, instagram
from lab.ledger import Comment, Post
from lab.mastodon import statuses as mastodon_statuses
from lab.state import LabState
from lab.x import posts as x_posts
from lab.youtube import videos

LABELS = {"x": "X", "facebook": "Facebook", "instagram": "Instagram", "youtube": "YouTube", "mastodon": "Mastodon"}

THREADED = ("x", "mastodon")


@dataclass(frozen=True)
class ShownMedia:
    kind: str
    src: str
    alt: str
    width: int
    height: int


@dataclass
class ShownPost:
    network: str
    label: str
    id: str
    name: str
    handle: str
    href: str
    at: float
    title: str
    text: str
    link: str
    poster: str
    media: list[ShownMedia]
    comments: int
    above: str = ""  # where the post is read that this one goes under
    before: list[ShownPost] = field(default_factory=list)  # of its thread
    replies: list[ShownPost] = field(default_factory=list)


def place(lab: LabState, post: Post) -> str:
    if post.network == "x":
        return x_posts.place(lab, post)
    if post.network == "mastodon":
        return mastodon_statuses.place(lab, post)
    if post.network == "facebook":
        return facebook.place(lab, post)
    return instagram.place(post) if post.network == "instagram" else videos.place(post)


def show(lab: LabState, post: Post) -> ShownPost:
    account = lab.accounts.get(post.network, post.account)
    snippet = post.extra.get("snippet")
    text = str(snippet.get("description") or "") if snippet else post.text
    thumbnail = post.extra.get("thumbnail")
    return ShownPost(
        network=post.network, label=LABELS[post.network], id=post.id, name=account.name if account else post.account,
        handle=account.handle if account else "", href=place(lab, post), at=post.public_at or post.created_at,
        title=post.text if snippet else "", text=text, link="" if post.link in text else post.link,
        poster=f"/media/{thumbnail}" if thumbnail else "", media=_media(lab, post),
        comments=len(lab.comments.under(post.network, post.conversation or post.id)), above=_above(lab, post),
    )  # fmt: skip


def _above(lab: LabState, post: Post) -> str:
    answered = lab.posts.get(post.network, post.reply_to) if post.reply_to else None
    return place(lab, answered) if answered else ""


def _media(lab: LabState, post: Post) -> list[ShownMedia]:
    found = lab.media.of(post.network, post.media)
    return [ShownMedia(item.kind, f"/media/{item.sha256}", item.alt, item.width, item.height) for item in found]


def show_whole(lab: LabState, post: Post) -> tuple[ShownPost, list[Comment]]:
    """A post with the account's own replies in its thread and everything written under it."""
    shown = show(lab, post)
    if post.network in THREADED:
        thread = lab.posts.in_conversation(post.network, post.conversation)
        shown.before = [show(lab, each) for each in thread if each.seq < post.seq]
        shown.replies = [show(lab, each) for each in thread if each.seq > post.seq]
    return shown, lab.comments.under(post.network, post.conversation or post.id)
