"""The public pages: what a citizen sees of each network, and the form to comment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from lab.accounts import NETWORKS
from lab.graph import comments as graph_comments
from lab.graph import facebook, instagram
from lab.link_cards import FindNews, LinkCard, card_of
from lab.mastodon import statuses as mastodon_statuses
from lab.mastodon.media import new_id as new_mastodon_id
from lab.people import LABELS, MAX_NAME, MAX_TEXT, author_id
from lab.private_pages import PRIVATE, add_private
from lab.state import LabState
from lab.store.posts import Comment, Post
from lab.template_renderer import render_page
from lab.x import posts as x_posts
from lab.x.posts import new_id as new_x_id
from lab.youtube import comments as youtube_comments
from lab.youtube import videos

THREADED = ("x", "mastodon")
MENTIONABLE = ("x", "mastodon")  # where the lab has posts of citizens' own
STATIC = Path(__file__).with_name("static")
TIMELINE_POSTS = 50
HOME_POSTS = 12
ADMIN_PATHS = ("/ledger.json", "/calls.json", "/accounts.json", "/faults")


@dataclass(frozen=True)
class MediaView:
    kind: str
    src: str
    alt: str
    width: int
    height: int


@dataclass
class PostView:
    """A post as the templates show it."""

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
    media: list[MediaView]
    comments: int
    card: LinkCard | None = None
    parent_href: str = ""  # the page of the post that it replies to
    before: list[PostView] = field(default_factory=list)  # the earlier posts of its thread
    replies: list[PostView] = field(default_factory=list)


def page_path(lab: LabState, post: Post) -> str:
    """Return the path of a post's public page."""
    if post.network == "x":
        return x_posts.page_path(lab, post)
    if post.network == "mastodon":
        return mastodon_statuses.page_path(lab, post)
    if post.network == "facebook":
        return facebook.page_path(lab, post)
    return instagram.page_path(post) if post.network == "instagram" else videos.page_path(post)


def view_of(lab: LabState, post: Post, find_news: FindNews) -> PostView:
    """Return a post as the templates show it, without its thread."""
    card = card_of(post, find_news)
    account = lab.accounts.get(post.network, post.account)
    snippet = post.extra.get("snippet")
    text = str(snippet.get("description") or "") if snippet else post.text
    thumbnail = post.extra.get("thumbnail")
    return PostView(
        network=post.network,
        label=LABELS[post.network],
        id=post.id,
        name=account.name if account else post.account,
        handle=account.handle if account else "",
        href=page_path(lab, post),
        at=post.public_at or post.created_at,
        title=post.text if snippet else "",
        text=text,
        link="" if post.link in text or card else post.link,
        poster=f"/media/{thumbnail}" if thumbnail else "",
        media=_media(lab, post),
        comments=len(lab.comments.under(post.network, post.conversation or post.id)),
        card=card,
        parent_href=_parent_href(lab, post),
    )


def _parent_href(lab: LabState, post: Post) -> str:
    parent = lab.posts.get(post.network, post.reply_to) if post.reply_to else None
    return page_path(lab, parent) if parent else ""


def _media(lab: LabState, post: Post) -> list[MediaView]:
    media = lab.media.get_many(post.network, post.media)
    return [MediaView(item.kind, f"/media/{item.sha256}", item.alt, item.width, item.height) for item in media]


def view_with_thread(lab: LabState, post: Post, find_news: FindNews) -> tuple[PostView, list[Comment]]:
    """Return a post with the other posts of its thread, and the comments under it."""
    view = view_of(lab, post, find_news)
    if post.network in THREADED:
        thread = lab.posts.in_conversation(post.network, post.conversation)
        view.before = [view_of(lab, other, find_news) for other in thread if other.seq < post.seq]
        view.replies = [view_of(lab, other, find_news) for other in thread if other.seq > post.seq]
    return view, lab.comments.under(post.network, post.conversation or post.id)


class PublicPages:
    def __init__(self, lab: LabState, find_news: FindNews) -> None:
        self._lab, self._find_news = lab, find_news

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/", self.home)
        app.router.add_get("/x/{handle}", self.timeline)
        app.router.add_get("/facebook/{handle}", self.timeline)
        app.router.add_get("/instagram/{handle}", self.timeline)
        app.router.add_get("/x/{handle}/status/{id}", self.x_post)
        app.router.add_get("/facebook/{handle}/posts/{number}", self.facebook_post)
        app.router.add_get("/instagram/p/{shortcode}", self.instagram_post)
        app.router.add_get("/instagram/p/{shortcode}/", self.instagram_post)
        app.router.add_get("/youtube/watch", self.youtube_post)
        app.router.add_get("/mastodon/{handle}", self.timeline)
        app.router.add_get("/mastodon/@{handle}/{id}", self.mastodon_post)
        app.router.add_get("/youtube/{handle}", self.timeline)
        app.router.add_post("/comentarios/{network}/{id}", self.comment)
        app.router.add_post("/comentarios/{network}/{id}/edicion", self.edit_comment)
        app.router.add_post("/comentarios/{network}/{id}/borrado", self.delete_comment)
        app.router.add_post("/menciones/{network}/{handle}", self.mention)
        app.router.add_get("/media/{sha256:[0-9a-f]{64}}", self.media)
        app.router.add_static("/static", STATIC)

    async def home(self, request: web.Request) -> web.Response:
        latest = [view_of(self._lab, post, self._find_news) for post in self._lab.posts.latest_anywhere(HOME_POSTS)]
        accounts = [
            (LABELS[account.network], account, self._lab.posts.count(account.network, account.id))
            for account in self._lab.accounts.all()
        ]
        return render_page("home.html", accounts=accounts, posts=latest, admin_paths=ADMIN_PATHS)

    async def timeline(self, request: web.Request) -> web.Response:
        network = request.path.split("/")[1]
        account = self._lab.accounts.get_by_handle(network, request.match_info["handle"])
        if account is None:
            return _not_found("Esta cuenta no existe en el laboratorio.")
        latest = self._lab.posts.latest(network, account.id, limit=TIMELINE_POSTS)
        posts = [view_of(self._lab, post, self._find_news) for post in latest]
        mentions = self._lab.comments.for_account(network, account.id, limit=TIMELINE_POSTS)
        return render_page(
            "timeline.html",
            label=LABELS[network],
            network=network,
            account=account,
            posts=posts,
            mentions=[comment for comment in mentions if comment.kind == "mention"],
            may_mention=network in MENTIONABLE,
            may_write=network in PRIVATE,
        )

    async def x_post(self, request: web.Request) -> web.Response:
        return self._post(self._lab.posts.get("x", request.match_info["id"]))

    async def facebook_post(self, request: web.Request) -> web.Response:
        account = self._lab.accounts.get_by_handle("facebook", request.match_info["handle"])
        id = f"{account.id if account else ''}_{request.match_info['number']}"
        return self._post(self._lab.posts.get("facebook", id))

    async def instagram_post(self, request: web.Request) -> web.Response:
        return self._post(self._lab.posts.get_by_shortcode(request.match_info["shortcode"]))

    async def youtube_post(self, request: web.Request) -> web.Response:
        return self._post(self._lab.posts.get("youtube", request.query.get("v", "")))

    async def mastodon_post(self, request: web.Request) -> web.Response:
        return self._post(self._lab.posts.get("mastodon", request.match_info["id"]))

    def _post(self, post: Post | None, *, problem: str = "", status: int = 200) -> web.Response:
        if post is None or post.state != "public":
            return _not_found("Esta publicación no existe o ya no es pública.")
        view, comments = view_with_thread(self._lab, post, self._find_news)
        visible = [comment for comment in comments if not comment.hidden]
        hidden = len(comments) - len(visible)
        return render_page("post.html", status=status, post=view, comments=visible, hidden=hidden, problem=problem)

    async def comment(self, request: web.Request) -> web.Response:
        """Add a citizen's comment under a post."""
        network, id = request.match_info["network"], request.match_info["id"]
        post = self._lab.posts.get(network, id) if network in NETWORKS else None
        form = await request.post()
        name, text = str(form.get("nombre", "")).strip(), str(form.get("texto", "")).strip()
        if post is None or post.state != "public":
            return _not_found("Esta publicación no existe o ya no es pública.")
        if not name or not text or len(name) > MAX_NAME or len(text) > MAX_TEXT:
            return self._post(post, problem="Escribe tu nombre y tu comentario.", status=422)
        comment = self._add_comment(post, name, text, str(form.get("responde_a", "")))
        raise web.HTTPSeeOther(f"{page_path(self._lab, post)}#c{comment.id}")

    def _add_comment(self, post: Post, name: str, text: str, answers: str = "") -> Comment:
        return self._lab.comments.add(
            Comment(
                id=self._comment_id(post),
                network=post.network,
                account=post.account,
                post=post.conversation or post.id,
                author=name,
                author_id=author_id(name),
                text=text,
                at=self._lab.clock.now(),
                parent=answers or (post.id if post.conversation not in ("", post.id) else ""),
            )
        )

    async def edit_comment(self, request: web.Request) -> web.Response:
        """Change the text of what a citizen wrote."""
        comment = self._citizens_comment(request)
        text = str((await request.post()).get("texto", "")).strip()
        if comment is None or not text or len(text) > MAX_TEXT:
            return _not_found("Ese comentario no existe, o el texto está vacío.")
        self._lab.comments.edit(comment.id, text, self._lab.clock.now())
        raise web.HTTPSeeOther(request.headers.get("Referer", "/"))

    async def delete_comment(self, request: web.Request) -> web.Response:
        """Delete what a citizen wrote, as its author may."""
        comment = self._citizens_comment(request)
        if comment is None:
            return _not_found("Ese comentario no existe.")
        self._lab.comments.remove(comment.id)
        raise web.HTTPSeeOther(request.headers.get("Referer", "/"))

    def _citizens_comment(self, request: web.Request) -> Comment | None:
        comment = self._lab.comments.get(request.match_info["network"], request.match_info["id"])
        return comment if comment is not None and not comment.own else None

    async def mention(self, request: web.Request) -> web.Response:
        """Add a post of a citizen's own that mentions the account, or a private message to it."""
        network = request.match_info["network"]
        account = self._lab.accounts.get_by_handle(network, request.match_info["handle"])
        form = await request.post()
        name, text = str(form.get("nombre", "")).strip(), str(form.get("texto", "")).strip()
        if account is None or network not in MENTIONABLE or not name or not text or len(text) > MAX_TEXT:
            return _not_found("Escribe tu nombre y tu texto a una cuenta que exista.")
        if "privado" in form:
            add_private(self._lab, account, name, text)
            raise web.HTTPSeeOther(f"/mensajes/{network}/{account.handle}?persona={author_id(name)}&nombre={name}")
        now = self._lab.clock.now()
        mention = text if f"@{account.handle}" in text else f"@{account.handle} {text}"
        self._lab.comments.add(
            Comment(
                id=new_x_id(now) if network == "x" else new_mastodon_id(now),
                network=network,
                account=account.id,
                post="",
                author=name,
                author_id=author_id(name),
                text=mention,
                at=now,
                kind="mention",
            )
        )
        raise web.HTTPSeeOther(f"/{network}/{account.handle}")

    def _comment_id(self, post: Post) -> str:
        if post.network == "x":
            return new_x_id(self._lab.clock.now())
        if post.network == "mastodon":
            return new_mastodon_id(self._lab.clock.now())
        if post.network == "youtube":
            return youtube_comments.new_id(self._lab, "")
        return graph_comments.new_id(self._lab, post)

    async def media(self, request: web.Request) -> web.StreamResponse:
        sha256 = request.match_info["sha256"]
        mime = self._lab.media.mime_type(sha256)
        if mime is None:
            raise web.HTTPNotFound
        return web.FileResponse(self._lab.media.path(sha256), headers={"Content-Type": mime})


def _not_found(reason: str) -> web.Response:
    return render_page("missing.html", status=404, reason=reason)
