"""X's page where a person writes a post or a reply themselves: it opens with the text ready (web intents).

Source: https://developer.x.com/en/docs/x-for-websites/tweet-button/guides/web-intent. A person may reply to anybody;
only the API asks that the author mentioned the account.
"""

from __future__ import annotations

from aiohttp import web

from lab.people import MAX_TEXT
from lab.state import LabState
from lab.store.posts import Post
from lab.template_renderer import render_page
from lab.x import text
from lab.x.posts import new_id, page_path


class IntentPages:
    def __init__(self, lab: LabState) -> None:
        self._lab = lab

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/x/intent/post", self.show)
        app.router.add_post("/x/intent/post", self.write)

    async def show(self, request: web.Request) -> web.Response:
        """Show the text ready to be posted, and what it replies to."""
        reply_to, written = request.query.get("in_reply_to", ""), request.query.get("text", "")
        return self._page(reply_to, written)

    async def write(self, request: web.Request) -> web.Response:
        """Post as the account whose handle the person wrote, and open the post."""
        form = await request.post()
        content, reply_to = str(form.get("texto", "")).strip(), str(form.get("in_reply_to", ""))
        account = self._lab.accounts.get_by_handle("x", str(form.get("cuenta", "")))
        if account is None or not content or len(content) > MAX_TEXT:
            return self._page(reply_to, content, problem="Escribe el texto y una cuenta que exista.")
        links, now = text.find_links(content), self._lab.clock.now()
        id = new_id(now)
        post = Post(
            "x",
            id,
            account.id,
            "tweet",
            content,
            now,
            shown=text.rewrite(content, links),
            link=links[0].address if links else "",
            reply_to=reply_to,
            conversation=self._conversation(reply_to) or id,
            extra={"expanded": {text.short_address(link.address): link.address for link in links}},
        )
        self._lab.add_public(post, path=page_path(self._lab, post))
        raise web.HTTPSeeOther(page_path(self._lab, post))

    def _conversation(self, reply_to: str) -> str:
        target = self._lab.posts.get_public("x", reply_to) if reply_to else None
        comment = self._lab.comments.get("x", reply_to) if reply_to and target is None else None
        return target.conversation if target else (comment.post or comment.id) if comment else ""

    def _page(self, reply_to: str, written: str, *, problem: str = "") -> web.Response:
        comment = self._lab.comments.get("x", reply_to) if reply_to else None
        return render_page(
            "intent.html",
            status=422 if problem else 200,
            reply_to=reply_to,
            comment=comment,
            text=written,
            problem=problem,
        )
