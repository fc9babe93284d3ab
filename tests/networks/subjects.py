"""A network under test: its connector, an account of its own in the laboratory, and a post that suits it."""

import hashlib
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from pregonero.networks.base import (
    ApiCredentials,
    AttemptWindow,
    Connector,
    Finding,
    Medium,
    Post,
    Prepared,
    Published,
    Transient,
    Verdict,
)
from pregonero.networks.registry import connector
from tests.bluesky.harness import Bluesky
from tests.lab.process import Lab, until

ROOT = Path(__file__).resolve().parents[2]
# Third-party cases that are data for whoever builds, and are not kept here.
SHARED = Path(os.environ.get("PREGONERO_SHARED_DATA") or ROOT.parent / "shared" / "data")
NETWORKS = ("x", "facebook", "instagram", "youtube", "mastodon", "bluesky")
BASES = {"x": "x", "facebook": "graph", "instagram": "graph", "youtube": "youtube", "mastodon": "mastodon"}
ALT = "Una ferretera atiende a su clientela & sonríe"
CAPTIONS = """WEBVTT

00:00.000 --> 00:02.500 line:85%
Las exportaciones <c.verde>crecieron</c>.

2
00:00:02.500 --> 00:00:06.000
Café, flores
y software.
"""
ENOUGH_LOOKS = 9  # as many as any connector wants before it says that nothing was taken
_numbers = itertools.count(1)


def medium_of(kind: str, path: Path, mime: str, address: str = "", alt: str = "") -> Medium:
    """Return a file as a post's medium, measured."""
    data, size, seconds = path.read_bytes(), (640, 360), 6.0
    if kind == "picture":
        size, seconds = Image.open(BytesIO(data)).size, 0.0
    return Medium(kind, path, mime, hashlib.sha256(data).hexdigest(), len(data), *size, seconds, alt, address)


def lengthened(film: Medium, folder: Path, size: int) -> Medium:
    """Return the same film in a file of that size: an MP4 may hold room that nobody reads."""
    data = film.path.read_bytes()
    path = folder / f"{size}.mp4"
    room = size - len(data)
    path.write_bytes(data + room.to_bytes(4, "big") + b"free" + bytes(room - 8))
    return medium_of("video", path, film.mime, film.address)


def accompanied(film: Medium, folder: Path) -> Medium:
    """Return a film with captions and a thumbnail."""
    captions, thumbnail = folder / "subtitulos.vtt", folder / "miniatura.jpg"
    captions.write_text(CAPTIONS, encoding="utf-8")
    Image.new("RGB", (1280, 720), (9, 67, 181)).save(thumbnail)
    return replace(film, captions=captions, thumbnail=thumbnail)


@dataclass
class Subject:
    """One network, one account."""

    name: str
    lab: Any  # the laboratory, or the real server with its manners: what answers, makes faults and judges
    picture: Medium
    film: Medium
    access: ApiCredentials
    kept: list[Prepared] = field(default_factory=list)

    @property
    def connector(self) -> Connector:
        return connector(self.name)

    def post(self, **changes: Any) -> Post:
        """Return a new post, with the medium that the network needs and the link where the network takes it."""
        number = next(_numbers)
        link = f"https://www.mincit.gov.co/prensa/noticias/industria/{number}?a=1&b=2"
        words = f"Más crédito para quien exporta, «número {number}» & más."
        media = (self.film,) if self.name == "youtube" else (self.picture,)
        posts = {
            "x": Post(f"{words} {link}", media=media),
            "facebook": Post(words, link=link),
            "instagram": Post(words, media=media),
            "youtube": Post(f"{words}\n\n{link}", title=f"Crédito para exportar, {number}", media=media),
            "mastodon": Post(f"{words}\n\n{link}", media=media),
            "bluesky": Post(f"{words}\n\n{link}", media=media),
        }
        return replace(posts[self.name], **changes)

    def prepare(self, post: Post, prepared: Prepared | None = None, access: ApiCredentials | None = None) -> Prepared:
        """Prepare until it is ready, as a worker does that comes back when the network says so."""
        state: Prepared = dict(prepared or {})

        def keep(known: Prepared) -> None:
            self.kept.append(dict(known))
            state.clear()
            state.update(known)

        def ready() -> Prepared | None:
            try:
                return {"ready": self.connector.prepare(access or self.access, post, dict(state), keep)}
            except Transient as error:
                if error.code not in ("in_progress", "media_in_progress", "uploading"):
                    raise
                return None

        found: Prepared = until(ready)["ready"]
        return found

    def publish(self, post: Post) -> Published:
        return self.connector.commit(self.access, post, self.prepare(post))

    def resolve(self, post: Post, prepared: Prepared, started_at: datetime, **options: Any) -> Finding:
        window = AttemptWindow(started_at, datetime.now(UTC), **({"checks_made": ENOUGH_LOOKS} | options))
        return self.connector.resolve(self.access, post, prepared, window)

    def public(self) -> list[dict[str, Any]]:
        """Return what the judge saw become public on this account."""
        found: list[dict[str, Any]] = self.lab.posts(network=self.name, account=self.access.remote_id)
        return found

    def fault(self, kind: str, endpoint: str, **more: Any) -> None:
        """Ask for a fault on this account's calls only, once unless told otherwise."""
        rule = {"kind": kind, "endpoint": endpoint, "account": self.access.remote_id, "times": 1} | more
        self.lab.fault(**rule)

    def calls(self, stage: str) -> list[dict[str, Any]]:
        query = {"account": self.access.remote_id, "kind": stage}
        found: list[dict[str, Any]] = self.lab.client.get("/calls.json", params=query).json()["calls"]
        return found

    def page(self, published: Published) -> httpx.Response:
        """Return what the public finds at the address; Bluesky's site is not here, but its record is."""
        if self.name != "bluesky":
            return httpx.get(published.url, follow_redirects=True)
        query = {"repo": self.access.remote_id, "collection": "app.bsky.feed.post", "rkey": published.remote_id}
        client: httpx.Client = self.lab.client
        return client.get("/xrpc/com.atproto.repo.getRecord", params=query)

    def said(self, post: Post) -> str:
        """Return the words of a post that the judge keeps: of a video, its title."""
        return post.title if self.name == "youtube" else post.text


def bluesky_access(bluesky: Bluesky, *, password: bool = False) -> ApiCredentials:
    """Return the access to a new account of the real server: by a session's token, or by an app password."""
    made = bluesky.new_account(f"cuenta{next(_numbers)}")
    return ApiCredentials(
        made["id"], made["handle"], bluesky.url, made["password" if password else "token"], seconds=60.0
    )


def access_to(lab: Lab, name: str, **extra: Any) -> ApiCredentials:
    """Return the access to a new account of the laboratory."""
    made = lab.new_account(name, **extra)
    return ApiCredentials(made["id"], made["handle"], f"{lab.url}/{BASES[name]}", made["token"], seconds=60.0)


MakeSubject = Callable[..., Subject]
SETTLED = (Verdict.PUBLISHED, Verdict.NOT_TAKEN)
