"""Bluesky: pictures ahead, one write under a key of ours, and a look at it after a cut (docs/networks/bluesky.md)."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pregonero.errors import Issue
from pregonero.media.captions import LANGUAGE, as_webvtt
from pregonero.networks import post_validation
from pregonero.networks.base import (
    STALE,
    ApiCredentials,
    AttemptWindow,
    Finding,
    Identity,
    Medium,
    Permanent,
    Post,
    Prepared,
    PreparedExpired,
    Published,
    Verdict,
)
from pregonero.networks.bluesky import sessions
from pregonero.networks.bluesky.capabilities import CAPABILITIES, KINDS
from pregonero.networks.bluesky.errors import ERRORS, LOST, MISSING, TAKEN
from pregonero.networks.bluesky.facets import facets_of, graphemes, handles_in, links_in
from pregonero.networks.bluesky.tid import new_key
from pregonero.networks.bluesky.xrpc import Xrpc
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.multipart import File

COLLECTION = "app.bsky.feed.post"
PUBLIC_ADDRESS = "https://bsky.app"
REFUSED = 400
Keep = Callable[[Prepared], None]


class BlueskyConnector:
    """The entity's account on Bluesky, at whichever server it is."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return what Bluesky would not take of a post."""
        return post_validation.all_of(_text(post), post_validation.media(post, CAPABILITIES, KINDS))

    def measure(self, text: str) -> int:
        """Return the length of a text in graphemes; links count whole."""
        return graphemes(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """A post without pictures that names nobody needs only a key of ours."""
        return not post.media and "key" not in prepared and not handles_in(post.text)

    def prepare(self, access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> Prepared:
        """Choose the post's key, find out whom it mentions, and leave its pictures at the server."""
        with mapped_errors(ERRORS, public=False):
            _choose_key(access, post, prepared, keep)
            _find_above(access, post, prepared, keep)
            _find_mentioned(access, post, prepared, keep)
        with sessions.opened(access) as session, mapped_errors(ERRORS, public=False):
            _upload_media(session, post, prepared, keep)
        return prepared

    def commit(self, access: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Write the post under its key, only if nothing is there: written twice, it is one."""
        try:
            with sessions.opened(access) as session, mapped_errors(ERRORS, public=True):
                return _write(session, post, prepared)
        except Permanent as error:
            if error.code != TAKEN:
                raise
        return _earlier(access, post, prepared)

    def resolve(self, access: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Look at what is under the post's key; anybody may, so this needs no session."""
        with mapped_errors(ERRORS, public=False):
            ours = _is_ours(_look(access, prepared["key"]), post)
        if ours:
            return Finding(Verdict.PUBLISHED, published=_published(access, prepared["key"]))
        # Should the server still be taking it, the next write will find the key in use: there is no second post.
        return Finding(Verdict.NOT_TAKEN)

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Delete the record from the account's own repository; the server does nothing when it is not there."""
        with sessions.opened(credentials) as session, mapped_errors(ERRORS, public=False):
            key = {"repo": credentials.remote_id, "collection": COLLECTION, "rkey": remote_id}
            Xrpc(session).post("com.atproto.repo.deleteRecord", key)

    def probe(self, access: ApiCredentials) -> Identity:
        """Ask the server who the password opens."""
        with sessions.opened(access) as inside, mapped_errors(ERRORS, public=False):
            me = Xrpc(inside).get("com.atproto.server.getSession")
            return Identity(str(me["did"]), str(me["handle"]))

    def discard(self, access: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove nothing: a picture that no post names is let go by the server itself."""
        return []


def _text(post: Post) -> Iterator[Issue]:
    if not post.text.strip() and not post.media:
        yield Issue("text", "empty", "El texto está vacío: Bluesky necesita un texto o una imagen.")
    yield from post_validation.too_long("text", CAPABILITIES, graphemes(post.text), limit="text", what="el texto")
    weight = len(post.text.encode())
    yield from post_validation.too_long("text", CAPABILITIES, weight, limit="text_bytes", what="el texto", unit="byte")


def _choose_key(access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> None:
    """Choose a key, or another one when somebody else's post turned out to be under it."""
    if "key" in prepared:
        found = _look(access, prepared["key"])
        if found is None or _is_ours(found, post):
            return
    prepared["key"] = new_key()
    keep(prepared)


def _find_above(access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> None:
    """Find how the posts above are named: a reply gives the address and the digest of its thread's first and last."""
    if post.reply_to and "reply" not in prepared:
        prepared["reply"] = {"root": _named(access, post.root), "parent": _named(access, post.reply_to)}
        keep(prepared)


def _named(access: ApiCredentials, key: str) -> dict[str, str]:
    found = _find(access, key)
    if found is None:
        raise Permanent("La publicación bajo la que va ya no está en Bluesky.", code=MISSING)
    return {"uri": found["uri"], "cid": found["cid"]}


def _find_mentioned(access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> None:
    """Find the identity of each account that the text names; a name that is nobody's stays plain text."""
    known: dict[str, str] = prepared.setdefault("mentions", {})
    for handle in handles_in(post.text):
        if handle not in known:
            known[handle] = _identity(access, handle)
            keep(prepared)


def _identity(access: ApiCredentials, handle: str) -> str:
    try:
        found = Xrpc(access, secret=False).get("com.atproto.identity.resolveHandle", handle=handle)
        return str(found["did"])
    except HttpError as refusal:
        if refusal.status == REFUSED:
            return ""
        raise


def _upload_media(access: ApiCredentials, post: Post, prepared: Prepared, keep: Keep) -> None:
    """Leave each medium at the server; one uploaded long ago is uploaded again, since the server lets go of it."""
    if prepared.pop(STALE, "") == LOST:
        prepared["media"] = []
    entries: list[dict[str, Any]] = prepared.setdefault("media", [])
    life = CAPABILITIES.limits["blob_life_seconds"].value
    for at, medium in enumerate(post.media):
        if at < len(entries) and entries[at]["sha256"] == medium.sha256 and time.time() < entries[at]["until"]:
            continue
        entry = {"sha256": medium.sha256, "blob": Xrpc(access).upload(File(medium.path, medium.mime))}
        entries[at : at + 1] = [entry | {"until": int(time.time()) + life}]
        keep(prepared)
    for medium, entry in zip(post.media, entries, strict=False):
        if medium.captions is not None and "captions" not in entry:
            entry["captions"] = _upload_captions(access, medium.captions)
            keep(prepared)


def _upload_captions(access: ApiCredentials, path: Path) -> Any:
    """Leave captions at the server, which takes WebVTT alone."""
    with tempfile.NamedTemporaryFile(suffix=".vtt") as written:
        written.write(as_webvtt(path))
        written.flush()
        return Xrpc(access).upload(File(Path(written.name), "text/vtt"))


def _write(access: ApiCredentials, post: Post, prepared: Prepared) -> Published:
    written = Xrpc(access).post(
        "com.atproto.repo.putRecord",
        {
            "repo": access.remote_id, "collection": COLLECTION, "rkey": prepared["key"],
            "record": _record(post, prepared), "swapRecord": None,  # nothing may be there yet
        },
    )  # fmt: skip
    if written["uri"] != f"at://{access.remote_id}/{COLLECTION}/{prepared['key']}":
        raise ValueError("another record")
    return _published(access, prepared["key"])


def _record(post: Post, prepared: Prepared) -> dict[str, Any]:
    record: dict[str, Any] = {
        "$type": COLLECTION, "text": post.text, "langs": [LANGUAGE],
        "createdAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
    }  # fmt: skip
    facets = facets_of(post.text, prepared.get("mentions", {}))
    embed = _media(post, prepared) if post.media else _card(post)
    reply = prepared.get("reply")
    optional = {"facets": facets, "embed": embed, "reply": reply if post.reply_to else None}
    return record | {name: value for name, value in optional.items() if value}


def _media(post: Post, prepared: Prepared) -> dict[str, Any]:
    pairs = list(zip(post.media, prepared["media"], strict=True))
    if pairs[0][0].kind == "video":
        return _video(*pairs[0])
    images = [_shown(each) | {"image": entry["blob"]} for each, entry in pairs]
    return {"$type": "app.bsky.embed.images", "images": images}


def _video(film: Medium, entry: dict[str, Any]) -> dict[str, Any]:
    captions = [{"lang": LANGUAGE, "file": entry["captions"]}] if "captions" in entry else []
    embed = {"$type": "app.bsky.embed.video", "video": entry["blob"]} | _shown(film)
    return embed | ({"captions": captions} if captions else {})


def _shown(medium: Medium) -> dict[str, Any]:
    return {"alt": medium.alt, "aspectRatio": {"width": medium.width, "height": medium.height}}


def _card(post: Post) -> dict[str, Any]:
    """Return the card of the post's link, with the words that come first as its title: nobody else makes it."""
    links = [post.link] if post.link else links_in(post.text)
    if not links:
        return {}
    title = post.title or next(iter(post.text.strip().splitlines()), "").replace(links[0], "").strip()
    title = title[: CAPABILITIES.limits["card_title"].value]
    return {"$type": "app.bsky.embed.external", "external": {"uri": links[0], "title": title, "description": ""}}


def _look(access: ApiCredentials, key: str) -> dict[str, Any] | None:
    """Return what the record under a key says, or nothing."""
    found = _find(access, key)
    return None if found is None else found["value"]


def _find(access: ApiCredentials, key: str) -> dict[str, Any] | None:
    """Return the record under a key with its address and digest, or nothing."""
    try:
        found: dict[str, Any] = Xrpc(access, secret=False).get(
            "com.atproto.repo.getRecord", repo=access.remote_id, collection=COLLECTION, rkey=key
        )
    except HttpError as refusal:
        if ERRORS.meaning(refusal)[0] == MISSING:
            return None
        raise
    return found


def _is_ours(found: dict[str, Any] | None, post: Post) -> bool:
    return found is not None and found.get("text") == post.text


def _earlier(access: ApiCredentials, post: Post, prepared: Prepared) -> Published:
    """Return the post that an earlier write left under the key; another's there, by chance, asks for another key."""
    with mapped_errors(ERRORS, public=True):
        ours = _is_ours(_look(access, prepared["key"]), post)
    if not ours:
        raise PreparedExpired(
            "La clave de esta publicación ya se usó en Bluesky; se escoge otra.", code=TAKEN, retry_after=1.0
        )
    return _published(access, prepared["key"])


def _published(access: ApiCredentials, key: str) -> Published:
    return Published(key, f"{PUBLIC_ADDRESS}/profile/{access.remote_id}/post/{key}")


CONNECTOR = BlueskyConnector()
