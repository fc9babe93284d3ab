"""Bluesky: upload the media, write the post under a key we choose, and read that key after a lost answer.

See docs/networks/bluesky.md.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pregonero.errors import Issue
from pregonero.media.captions import as_webvtt
from pregonero.networks import post_validation
from pregonero.networks.base import (
    CARRIED,
    STALE,
    ApiCredentials,
    AttemptWindow,
    Finding,
    Identity,
    Permanent,
    Post,
    Prepared,
    PreparedExpired,
    Published,
    Verdict,
)
from pregonero.networks.bluesky.client import Xrpc, open_session
from pregonero.networks.bluesky.network import (
    BLOB_EXPIRED,
    CAPABILITIES,
    COLLECTION,
    ERRORS,
    KEY_IN_USE,
    KINDS,
    NOT_FOUND,
    PUBLIC_ADDRESS,
)
from pregonero.networks.bluesky.records import graphemes, handles_in, is_foreign, new_key, post_record
from pregonero.networks.bluesky.replies import answered_refs
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.multipart import File

Save = Callable[[Prepared], None]


class BlueskyConnector:
    """Connector of an account on Bluesky, on any server."""

    capabilities = CAPABILITIES

    def check(self, post: Post) -> list[Issue]:
        """Return the issues for which Bluesky would refuse a post."""
        return [*_text_issues(post), *post_validation.media_issues(post, CAPABILITIES, KINDS)]

    def measure(self, text: str) -> int:
        """Return the length of a text in graphemes; links count in full."""
        return graphemes(text)

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Return whether only a key has to be chosen: a new post without media, mentions, or a person to answer."""
        return not (post.media or "key" in prepared or handles_in(post.text) or is_foreign(post.reply_to))

    def prepare(self, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> Prepared:
        """Choose the post's key, look up the accounts that it mentions, and upload its media."""
        with mapped_errors(ERRORS, public=False):
            _choose_key(credentials, post, prepared, save)
            _find_parents(credentials, post, prepared, save)
            _find_mentions(credentials, post, prepared, save)
        with open_session(credentials) as session, mapped_errors(ERRORS, public=False):
            _find_answered(session, post, prepared, save)
            _upload_media(session, post, prepared, save)
        return prepared

    def commit(self, credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Write the post under its key, if the key is free; so writing it twice makes one post."""
        try:
            with open_session(credentials) as session, mapped_errors(ERRORS, public=True):
                return _write(session, post, prepared)
        except Permanent as error:
            if error.code != KEY_IN_USE:
                raise
        return _written_earlier(credentials, post, prepared)

    def resolve(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Read the record under the post's key. Records are public, so this needs no session."""
        with mapped_errors(ERRORS, public=False):
            is_written = _is_ours(_read(credentials, prepared["key"]), post)
        if is_written:
            return Finding(Verdict.PUBLISHED, published=_published(credentials, prepared["key"]))
        # If the server takes the lost call later, the next write finds the key in use: there is no second post.
        return Finding(Verdict.NOT_TAKEN)

    def supersede(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Keep the key for the next content: the server writes only one of both under it."""
        with mapped_errors(ERRORS, public=False):
            is_written = _read(credentials, prepared["key"]) is not None
        if is_written:
            return Finding(Verdict.PUBLISHED, published=_published(credentials, prepared["key"]))
        return Finding(Verdict.NOT_TAKEN, carry={"key": prepared["key"], CARRIED: True})

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Delete the record from the account's own repository; the server does nothing when it is not there."""
        with open_session(credentials) as session, mapped_errors(ERRORS, public=False):
            key = {"repo": credentials.remote_id, "collection": COLLECTION, "rkey": remote_id}
            Xrpc(session).post("com.atproto.repo.deleteRecord", key)

    def probe(self, credentials: ApiCredentials) -> Identity:
        """Return the account that the password belongs to."""
        with open_session(credentials) as session, mapped_errors(ERRORS, public=False):
            me = Xrpc(session).get("com.atproto.server.getSession")
            return Identity(str(me["did"]), str(me["handle"]))

    def discard(self, credentials: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove nothing: the server itself deletes media that no post uses."""
        return []


def _text_issues(post: Post) -> Iterator[Issue]:
    if not post.text.strip() and not post.media:
        yield Issue("text", "empty", "Falta el texto de Bluesky, o una imagen o un video.")
    yield from post_validation.length_issues("text", CAPABILITIES, graphemes(post.text), limit="text")
    weight = len(post.text.encode())
    yield from post_validation.length_issues("text", CAPABILITIES, weight, limit="text_bytes", unit="byte")


def _choose_key(credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    """Choose a key; choose another one if a different post is already under it."""
    if CARRIED in prepared:
        return
    if "key" in prepared:
        record = _read(credentials, prepared["key"])
        if record is None or _is_ours(record, post):
            return
    prepared["key"] = new_key()
    save(prepared)


def _find_parents(credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    """Read the address and digest of the post above and of the thread's first post, which a reply must give."""
    if post.reply_to and not is_foreign(post.reply_to) and "reply" not in prepared:
        prepared["reply"] = {
            "root": _strong_ref(credentials, post.root),
            "parent": _strong_ref(credentials, post.reply_to),
        }
        save(prepared)


def _find_answered(credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    """Read the post of the person who is answered, and the first one of its thread, which may be of somebody else."""
    if is_foreign(post.reply_to) and "reply" not in prepared:
        prepared["reply"] = answered_refs(Xrpc(credentials), post.reply_to)
        save(prepared)


def _strong_ref(credentials: ApiCredentials, key: str) -> dict[str, str]:
    record = _read_with_address(credentials, key)
    if record is None:
        raise Permanent("La publicación bajo la que va ya no está en Bluesky.", code=NOT_FOUND)
    return {"uri": record["uri"], "cid": record["cid"]}


def _find_mentions(credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    """Look up the DID of each handle in the text; a handle that does not exist stays plain text."""
    dids: dict[str, str] = prepared.setdefault("mentions", {})
    for handle in handles_in(post.text):
        if handle not in dids:
            dids[handle] = _did_of(credentials, handle)
            save(prepared)


def _did_of(credentials: ApiCredentials, handle: str) -> str:
    try:
        return str(
            Xrpc(credentials, authenticated=False).get("com.atproto.identity.resolveHandle", handle=handle)["did"]
        )
    except HttpError as refusal:
        if refusal.status == HTTPStatus.BAD_REQUEST:
            return ""
        raise


def _upload_media(credentials: ApiCredentials, post: Post, prepared: Prepared, save: Save) -> None:
    """Upload each medium; one uploaded long ago is uploaded again, because the server deletes unused media."""
    if prepared.pop(STALE, "") == BLOB_EXPIRED:
        prepared["media"] = []
    entries: list[dict[str, Any]] = prepared.setdefault("media", [])
    life = CAPABILITIES.limits["blob_life_seconds"].value
    for index, medium in enumerate(post.media):
        uploaded = entries[index] if index < len(entries) else {}
        if uploaded.get("sha256") == medium.sha256 and time.time() < uploaded["until"]:
            continue
        entry = {"sha256": medium.sha256, "blob": Xrpc(credentials).upload(File(medium.path, medium.mime))}
        entries[index : index + 1] = [entry | {"until": int(time.time()) + life}]
        save(prepared)
    for medium, entry in zip(post.media, entries, strict=False):
        if medium.captions is not None and "captions" not in entry:
            entry["captions"] = _upload_captions(credentials, medium.captions)
            save(prepared)


def _upload_captions(credentials: ApiCredentials, path: Path) -> Any:
    """Upload captions as WebVTT, the only format that the server accepts."""
    with tempfile.NamedTemporaryFile(suffix=".vtt") as file:
        file.write(as_webvtt(path))
        file.flush()
        return Xrpc(credentials).upload(File(Path(file.name), "text/vtt"))


def _write(credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
    written = Xrpc(credentials).post(
        "com.atproto.repo.putRecord",
        {
            "repo": credentials.remote_id,
            "collection": COLLECTION,
            "rkey": prepared["key"],
            "record": post_record(post, prepared),
            "swapRecord": None,  # fail if the key is already in use
        },
    )
    if written["uri"] != f"at://{credentials.remote_id}/{COLLECTION}/{prepared['key']}":
        raise ValueError(f"Bluesky returned a record with another key: {written['uri']}")
    return _published(credentials, prepared["key"])


def _read(credentials: ApiCredentials, key: str) -> dict[str, Any] | None:
    """Return the content of the record under a key, or None."""
    record = _read_with_address(credentials, key)
    return None if record is None else record["value"]


def _read_with_address(credentials: ApiCredentials, key: str) -> dict[str, Any] | None:
    """Return the record under a key with its address and digest, or None."""
    try:
        record: dict[str, Any] = Xrpc(credentials, authenticated=False).get(
            "com.atproto.repo.getRecord", repo=credentials.remote_id, collection=COLLECTION, rkey=key
        )
    except HttpError as refusal:
        if ERRORS.meaning(refusal)[0] == NOT_FOUND:
            return None
        raise
    return record


def _is_ours(record: dict[str, Any] | None, post: Post) -> bool:
    return record is not None and record.get("text") == post.text


def _written_earlier(credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
    """Return our post that an earlier call wrote under the key. Raises `PreparedExpired` if another post is there."""
    with mapped_errors(ERRORS, public=True):
        is_written = _is_ours(_read(credentials, prepared["key"]), post)
    if not is_written and CARRIED in prepared:
        return replace(_published(credentials, prepared["key"]), has_earlier_content=True)
    if not is_written:
        raise PreparedExpired(
            "La clave de esta publicación ya se usó en Bluesky; se escoge otra.", code=KEY_IN_USE, retry_after=1.0
        )
    return _published(credentials, prepared["key"])


def _published(credentials: ApiCredentials, key: str) -> Published:
    return Published(key, f"{PUBLIC_ADDRESS}/profile/{credentials.remote_id}/post/{key}")
