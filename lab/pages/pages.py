"""The addresses of those pages. They work without JavaScript and in text browsers."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import web

from lab.accounts import NETWORKS
from lab.graph import comments as graph_comments
from lab.ledger import Comment, Post
from lab.mastodon.media import new_id as new_mastodon_id
from lab.pages.view_models import LABELS, place, show, show_whole
from lab.rendering import page
from lab.state import LabState
from lab.x.posts import new_id as new_x_id
from lab.youtube import comments as youtube_comments

STATIC = Path(__file__).parent.parent / "static"
TIMELINE = 50
LATEST = 12
MAX_NAME, MAX_TEXT = 80, 2000
ADMIN_DOORS = ("/ledger.json", "/calls.json", "/accounts.json", "/faults")


class Pages:
    def __init__(self, lab: LabState) -> None:
        self._lab = lab

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
        app.router.add_get("/media/{sha256:[0-9a-f]{64}}", self.media)
        app.router.add_static("/static", STATIC)

    async def home(self, request: web.Request) -> web.Response:
        latest = [show(self._lab, post) for post in self._lab.posts.latest_anywhere(LATEST)]
        accounts = [
            (LABELS[account.network], account, self._lab.posts.count(account.network, account.id))
            for account in self._lab.accounts.all()
        ]
        return page("home.html", accounts=accounts, posts=latest, doors=ADMIN_DOORS)

    async def timeline(self, request: web.Request) -> web.Response:
        network = request.path.split("/")[1]
        account = self._lab.accounts.by_handle(network, request.match_info["handle"])
        if account is None:
            return _missing("Esta cuenta no existe en el laboratorio.")
        found = self._lab.posts.latest(network, account.id, limit=TIMELINE)
        posts = [show(self._lab, post) for post in found]
        return page("timeline.html", label=LABELS[network], network=network, account=account, posts=posts)

    async def x_post(self, request: web.Request) -> web.Response:
        return self._post(self._lab.posts.get("x", request.match_info["id"]))

    async def facebook_post(self, request: web.Request) -> web.Response:
        account = self._lab.accounts.by_handle("facebook", request.match_info["handle"])
        id = f"{account.id if account else ''}_{request.match_info['number']}"
        return self._post(self._lab.posts.get("facebook", id))

    async def instagram_post(self, request: web.Request) -> web.Response:
        return self._post(self._lab.posts.by_shortcode(request.match_info["shortcode"]))

    async def youtube_post(self, request: web.Request) -> web.Response:
        return self._post(self._lab.posts.get("youtube", request.query.get("v", "")))

    async def mastodon_post(self, request: web.Request) -> web.Response:
        return self._post(self._lab.posts.get("mastodon", request.match_info["id"]))

    def _post(self, post: Post | None, *, problem: str = "", status: int = 200) -> web.Response:
        if post is None or post.state != "public":
            return _missing("Esta publicación no existe o ya no es pública.")
        shown, comments = show_whole(self._lab, post)
        visible = [comment for comment in comments if not comment.hidden]
        hidden = len(comments) - len(visible)
        return page("post.html", status=status, post=shown, comments=visible, hidden=hidden, problem=problem)

    async def comment(self, request: web.Request) -> web.Response:
        """A citizen writes under a post."""
        network, id = request.match_info["network"], request.match_info["id"]
        post = self._lab.posts.get(network, id) if network in NETWORKS else None
        form = await request.post()
        name, text = str(form.get("nombre", "")).strip(), str(form.get("texto", "")).strip()
        if post is None or post.state != "public":
            return _missing("Esta publicación no existe o ya no es pública.")
        if not name or not text or len(name) > MAX_NAME or len(text) > MAX_TEXT:
            return self._post(post, problem="Escribe tu nombre y tu comentario.", status=422)
        comment = self._write(post, name, text)
        raise web.HTTPSeeOther(f"{place(self._lab, post)}#c{comment.id}")

    def _write(self, post: Post, name: str, text: str) -> Comment:
        author = str(int(hashlib.sha256(name.casefold().encode()).hexdigest()[:14], 16))
        return self._lab.comments.add(
            Comment(
                id=self._new_id(post), network=post.network, account=post.account, post=post.conversation or post.id,
                author=name, author_id=author, text=text, at=self._lab.clock.now(),
                parent=post.id if post.conversation not in ("", post.id) else "",
            )
        )  # fmt: skip

    def _new_id(self, post: Post) -> str:
        if post.network == "x":
            return new_x_id(self._lab.clock.now())
        if post.network == "mastodon":
            return new_mastodon_id(self._lab.clock.now())
        if post.network == "youtube":
            return youtube_comments.new_id(self._lab, "")
        return graph_comments.new_id(self._lab, post)

    async def media(self, request: web.Request) -> web.StreamResponse:
        sha256 = request.match_info["sha256"]
        mime = self._lab.media.mime(sha256)
        if mime is None:
            raise web.HTTPNotFound
        return web.FileResponse(self._lab.media.path(sha256), headers={"Content-Type": mime})


def _missing(reason: str) -> web.Response:
    return page("missing.html", status=404, reason=reason)
