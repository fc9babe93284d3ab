"""The page of each network where a citizen writes privately to an account and reads what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web
from yarl import URL

from lab.accounts import Account
from lab.mastodon.media import new_id as new_mastodon_id
from lab.people import LABELS, MAX_NAME, MAX_TEXT, author_id, handle_of
from lab.state import LabState
from lab.store.direct_messages import DirectMessage, conversation_id, graph_message_id
from lab.store.posts import Comment
from lab.template_renderer import render_page
from lab.x.posts import new_id as new_x_id

PRIVATE = ("facebook", "instagram", "x", "mastodon")
EDITABLE, REMOVABLE = ("facebook", "instagram", "mastodon"), ("instagram", "mastodon")


@dataclass(frozen=True)
class PrivateMessage:
    """One message of a thread as the template shows it."""

    id: str
    own: bool
    text: str
    at: float
    is_edited: bool


class PrivatePages:
    def __init__(self, lab: LabState) -> None:
        self._lab = lab

    def add_to(self, app: web.Application) -> None:
        networks = "|".join(PRIVATE)
        path = f"/mensajes/{{network:{networks}}}"
        app.router.add_get(f"{path}/{{handle}}", self.thread)
        app.router.add_post(f"{path}/{{handle}}", self.write)
        app.router.add_post(f"{path}/{{id}}/edicion", self.edit)
        app.router.add_post(f"{path}/{{id}}/borrado", self.remove)

    async def thread(self, request: web.Request) -> web.Response:
        """Show what a person and the account wrote to each other; without a person, ask for their name."""
        account = self._account(request)
        if account is None:
            return _missing()
        return self._page(account, request.query.get("persona", ""), request.query.get("nombre", ""))

    def _page(self, account: Account, person: str, name: str, *, problem: str = "", status: int = 200) -> web.Response:
        messages = self._messages(account, person)
        return render_page(
            "private.html",
            status=status,
            label=LABELS[account.network],
            network=account.network,
            account=account,
            name=name,
            person=person,
            messages=messages,
            may_edit=account.network in EDITABLE,
            may_remove=account.network in REMOVABLE,
            problem=problem,
        )

    def _messages(self, account: Account, person: str) -> list[PrivateMessage]:
        if not person:
            return []
        if account.network == "mastodon":
            return self._statuses(account, person)
        thread = self._lab.direct_messages.in_conversation(
            account.network, conversation_id(account.network, account.id, person)
        )
        return [PrivateMessage(sent.id, sent.own, sent.text, sent.at, bool(sent.edits)) for sent in reversed(thread)]

    def _statuses(self, account: Account, person: str) -> list[PrivateMessage]:
        """Return the private statuses of a person, and those of the account that mention them."""
        theirs = [
            PrivateMessage(sent.id, False, sent.text, sent.at, bool(sent.edited_at))
            for sent in self._lab.comments.for_account("mastodon", account.id, limit=1000)
            if sent.kind == "message" and sent.author_id == person
        ]
        handle = f"@{handle_of(person)}"
        ours = [
            PrivateMessage(post.id, True, post.text, post.created_at, False)
            for post in self._lab.posts.private_of("mastodon", account.id)
            if handle in post.text
        ]
        return sorted([*theirs, *ours], key=lambda message: message.at)

    async def write(self, request: web.Request) -> web.Response:
        """Send a private message as a citizen."""
        account, form = self._account(request), await request.post()
        name, text = str(form.get("nombre", "")).strip(), str(form.get("texto", "")).strip()
        if account is None:
            return _missing()
        if not name or not text or len(name) > MAX_NAME or len(text) > MAX_TEXT:
            return self._page(account, "", name, problem="Escribe tu nombre y tu mensaje.", status=422)
        id = add_private(self._lab, account, name, text)
        query = urlencode({"persona": author_id(name), "nombre": name})
        raise web.HTTPSeeOther(URL(f"/mensajes/{account.network}/{account.handle}?{query}#m{id}", encoded=True))

    async def edit(self, request: web.Request) -> web.Response:
        """Change what a citizen wrote, where the network lets them."""
        network, id = request.match_info["network"], request.match_info["id"]
        text = str((await request.post()).get("texto", "")).strip()
        if network not in EDITABLE or not text or len(text) > MAX_TEXT or not self._is_theirs(network, id):
            return _missing()
        if network == "mastodon":
            self._lab.comments.edit(id, text, self._lab.clock.now())
        else:
            self._lab.direct_messages.edit(id, text)
            self._notify(network, id, "edited")
        raise web.HTTPSeeOther(request.headers.get("Referer", "/"))

    async def remove(self, request: web.Request) -> web.Response:
        """Take back what a citizen wrote, where the network lets them."""
        network, id = request.match_info["network"], request.match_info["id"]
        if network not in REMOVABLE or not self._is_theirs(network, id):
            return _missing()
        if network == "mastodon":
            self._lab.comments.remove(id)
        else:
            self._notify(network, id, "removed")
            self._lab.direct_messages.remove(id)
        raise web.HTTPSeeOther(request.headers.get("Referer", "/"))

    def _notify(self, network: str, id: str, event: str) -> None:
        message = self._lab.direct_messages.get(network, id)
        if message is not None:
            self._lab.notices.message(message, event)

    def _is_theirs(self, network: str, id: str) -> bool:
        found = self._lab.comments.get(network, id) if network == "mastodon" else None
        message = self._lab.direct_messages.get(network, id)
        return (found is not None and found.kind == "message") or (message is not None and not message.own)

    def _account(self, request: web.Request) -> Account | None:
        return self._lab.accounts.get_by_handle(request.match_info["network"], request.match_info["handle"])


def add_private(lab: LabState, account: Account, name: str, text: str) -> str:
    """Store a private message of a citizen, send its notice, and return its id."""
    now, person = lab.clock.now(), author_id(name)
    if account.network == "mastodon":
        written = f"@{account.handle} {text}" if f"@{account.handle}" not in text else text
        id = new_mastodon_id(now)
        lab.comments.add(Comment(id, "mastodon", account.id, "", name, person, written, now, kind="message"))
        return id
    id = new_x_id(now) if account.network == "x" else graph_message_id(account.network)
    conversation = conversation_id(account.network, account.id, person)
    message = lab.direct_messages.add(
        DirectMessage(id, account.network, account.id, conversation, person, name, text, now)
    )
    lab.notices.message(message, "written")
    return id


def _missing() -> web.Response:
    return render_page("missing.html", status=404, reason="Esta cuenta no existe, o su red no deja hacer eso.")
