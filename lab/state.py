"""The laboratory as one object: what every protocol, page and fault shares."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from lab.accounts import Account, Accounts
from lab.clock import Clock
from lab.faults import Faults
from lab.latency import Latency
from lab.ledger import Comments, Containers, Database, MediaShelf, Post, Posts, Publications, Uploads
from lab.oauth import Grants
from lab.rate_limits import Limits

COMMIT_EVERY = 0.05  # seconds


class LabState:
    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.clock = Clock()
        self.book = Database(folder)
        self.accounts = Accounts(self.book)
        self.grants = Grants(self.book, self.accounts, self.clock)
        self.posts = Posts(self.book)
        self.media = MediaShelf(self.book, folder)
        self.containers = Containers(self.book)
        self.uploads = Uploads(self.book, folder)
        self.comments = Comments(self.book)
        self.publications = Publications(self.book)
        self.faults = Faults()
        self.rate_limits = Limits()
        self.latency = Latency(seed)
        self.folder = folder
        self.http: aiohttp.ClientSession | None = None  # fetches the media that the networks fetch by themselves
        self.errands: set[asyncio.Task[None]] = set()
        self.containers.fail_unfinished()

    def settled(self, account: Account) -> float:
        """Until when an account's lists are up to date: real networks show a new post some moments late."""
        return self.clock.now() - float(account.extra.get("read_lag", 0))

    async def keep_book(self) -> None:
        """Commit what was written, for as long as the laboratory runs."""
        while True:
            await asyncio.sleep(COMMIT_EVERY)
            self.book.commit()

    def make_public(self, post: Post, *, place: str, kind: str = "post") -> None:
        """Turn a stored draft public and write it in the judge's list; a public one stays as it is."""
        if post.state == "public":
            return
        post.state, post.public_at = "public", post.public_at or self.clock.now()
        post.rank = self.book.next_number()
        self.posts.save(post)
        self._judge("published", post, place, kind)

    def record_public(self, post: Post, *, place: str, kind: str = "post") -> None:
        """Store a post that is born public: one write less than draft and change, where thousands come a second."""
        post.state, post.public_at = "public", post.created_at
        post.rank = self.book.next_number()
        self.posts.add(post)
        self._judge("published", post, place, kind)

    def withdraw(self, post: Post, *, place: str) -> None:
        if post.state != "public":
            return
        post.state = "withdrawn"
        self.posts.save(post)
        self._judge("withdrawn", post, place, "post")

    def _judge(self, event: str, post: Post, place: str, kind: str) -> None:
        digests = [media.sha256 for media in self.media.of(post.network, post.media)]
        self.publications.record(
            event, network=post.network, account=post.account, id=post.id, kind=kind, at=self.clock.now(),
            text=post.text, media=digests, link=post.link, place=place, under=post.reply_to,
        )  # fmt: skip
