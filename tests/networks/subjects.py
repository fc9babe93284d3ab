"""A network under test: its connector, a new account in the laboratory, and sample posts."""

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
    """Return a file as a medium, with its measures."""
    data, size, seconds = path.read_bytes(), (640, 360), 6.0
    if kind == "picture":
        size, seconds = Image.open(BytesIO(data)).size, 0.0
    return Medium(kind, path, mime, hashlib.sha256(data).hexdigest(), len(data), *size, seconds, alt, address)


def lengthened(film: Medium, folder: Path, size: int) -> Medium:
    """Return a video padded to a size with an MP4 `free` box, which players ignore."""
    data = film.path.read_bytes()
    path = folder / f"{size}.mp4"
    room = size - len(data)
    path.write_bytes(data + room.to_bytes(4, "big") + b"free" + bytes(room - 8))
    return medium_of("video", path, film.mime, film.address)


def accompanied(film: Medium, folder: Path) -> Medium:
    """Return a video with captions and a thumbnail."""
    captions, thumbnail = folder / "subtitulos.vtt", folder / "miniatura.jpg"
    captions.write_text(CAPTIONS, encoding="utf-8")
    Image.new("RGB", (1280, 720), (9, 67, 181)).save(thumbnail)
    return replace(film, captions=captions, thumbnail=thumbnail)


@dataclass
class Subject:
    """An account of a network, with its credentials and sample media."""

    name: str
    lab: Any  # the laboratory, or the real server with its manners: what answers, makes faults and judges
    picture: Medium
    film: Medium
    credentials: ApiCredentials
    kept: list[Prepared] = field(default_factory=list)

    @property
    def connector(self) -> Connector:
        return connector(self.name)

    def post(self, **changes: Any) -> Post:
        """Return a new post with the media and link that suit the network."""
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

    def prepare(
        self, post: Post, prepared: Prepared | None = None, credentials: ApiCredentials | None = None
    ) -> Prepared:
        """Prepare the post, repeating the call while the network is processing the media, as a worker does."""
        state: Prepared = dict(prepared or {})

        def keep(known: Prepared) -> None:
            self.kept.append(dict(known))
            state.clear()
            state.update(known)

        def ready() -> Prepared | None:
            try:
                return {"ready": self.connector.prepare(credentials or self.credentials, post, dict(state), keep)}
            except Transient as error:
                if error.code not in ("in_progress", "media_in_progress", "uploading"):
                    raise
                return None

        found: Prepared = until(ready)["ready"]
        return found

    def publish(self, post: Post) -> Published:
        return self.connector.commit(self.credentials, post, self.prepare(post))

    def resolve(self, post: Post, prepared: Prepared, started_at: datetime, **options: Any) -> Finding:
        window = AttemptWindow(started_at, datetime.now(UTC), **({"checks_made": ENOUGH_LOOKS} | options))
        return self.connector.resolve(self.credentials, post, prepared, window)

    def public(self) -> list[dict[str, Any]]:
        """Return the account's published posts, from the audit log."""
        found: list[dict[str, Any]] = self.lab.posts(network=self.name, account=self.credentials.remote_id)
        return found

    def fault(self, kind: str, endpoint: str, **more: Any) -> None:
        """Make the next call of this account fail; `more` changes how many times and when."""
        rule = {"kind": kind, "endpoint": endpoint, "account": self.credentials.remote_id, "times": 1} | more
        self.lab.fault(**rule)

    def calls(self, stage: str) -> list[dict[str, Any]]:
        query = {"account": self.credentials.remote_id, "kind": stage}
        found: list[dict[str, Any]] = self.lab.client.get("/calls.json", params=query).json()["calls"]
        return found

    def page(self, published: Published) -> httpx.Response:
        """Return the public page of a post; for Bluesky, whose site is not emulated, its record."""
        if self.name != "bluesky":
            return httpx.get(published.url, follow_redirects=True)
        query = {"repo": self.credentials.remote_id, "collection": "app.bsky.feed.post", "rkey": published.remote_id}
        client: httpx.Client = self.lab.client
        return client.get("/xrpc/com.atproto.repo.getRecord", params=query)

    def said(self, post: Post) -> str:
        """Return the text of a post in the audit log: for a video, its title."""
        return post.title if self.name == "youtube" else post.text


def bluesky_credentials(bluesky: Bluesky, *, password: bool = False) -> ApiCredentials:
    """Return credentials of a new account of the real server, with a session's token or an app password."""
    made = bluesky.new_account(f"cuenta{next(_numbers)}")
    return ApiCredentials(
        made["id"], made["handle"], bluesky.url, made["password" if password else "token"], seconds=60.0
    )


def lab_credentials(lab: Lab, name: str, **extra: Any) -> ApiCredentials:
    """Return credentials of a new account of the laboratory."""
    made = lab.new_account(name, **extra)
    return ApiCredentials(made["id"], made["handle"], f"{lab.url}/{BASES[name]}", made["token"], seconds=60.0)


MakeSubject = Callable[..., Subject]
SETTLED = (Verdict.PUBLISHED, Verdict.NOT_TAKEN)
