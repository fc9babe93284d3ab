"""The state of the lab, which the emulated networks, the pages and the faults share."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from lab.accounts import Account, Accounts
from lab.clock import Clock, ProcessingTimes
from lab.faults import Faults
from lab.notices import Notices
from lab.oauth.grants import Grants
from lab.rate_limits import RateLimiter
from lab.store.database import AuditLog, Database
from lab.store.direct_messages import DirectMessages
from lab.store.media import Containers, MediaStore, Uploads
from lab.store.posts import Comments, Post, Posts

COMMIT_EVERY = 0.05  # seconds


class LabState:
    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.clock = Clock()
        self.database = Database(folder)
        self.accounts = Accounts(self.database)
        self.grants = Grants(self.database, self.accounts, self.clock)
        self.posts = Posts(self.database)
        self.media = MediaStore(self.database, folder)
        self.containers = Containers(self.database)
        self.uploads = Uploads(self.database, folder)
        self.comments = Comments(self.database)
        self.direct_messages = DirectMessages(self.database)
        self.audit_log = AuditLog(self.database)
        self.notices = Notices(self.clock)
        self.faults = Faults()
        self.rate_limits = RateLimiter()
        self.processing_times = ProcessingTimes(seed)
        self.folder = folder
        self.http: aiohttp.ClientSession | None = None  # for the media that Meta fetches from a URL
        self.background_tasks: set[asyncio.Task[None]] = set()
        self.containers.fail_unfinished()

    def lists_until(self, account: Account) -> float:
        """Return the time of the newest post that the account's lists show.

        Real networks show a new post some moments late; `read_lag` in the account's extra is that delay in seconds.
        """
        return self.clock.now() - float(account.extra.get("read_lag", 0))

    async def commit_periodically(self) -> None:
        """Commit the database every COMMIT_EVERY seconds, until cancelled."""
        while True:
            await asyncio.sleep(COMMIT_EVERY)
            self.database.commit()

    def make_public(self, post: Post, *, path: str, kind: str = "post") -> None:
        """Publish a stored draft; `path` is its page. A post that is public already stays unchanged."""
        if post.state == "public":
            return
        post.state, post.public_at = "public", post.public_at or self.clock.now()
        post.rank = self.database.next_number()
        self.posts.save(post)
        self._record("published", post, path, kind)

    def add_public(self, post: Post, *, path: str, kind: str = "post") -> None:
        """Store a new post as public: one write less than a draft and a change, for thousands of posts per second."""
        post.state, post.public_at = "public", post.created_at
        post.rank = self.database.next_number()
        self.posts.add(post)
        self._record("published", post, path, kind)

    def add_private(self, post: Post, *, path: str) -> None:
        """Store a status that only the people whom it mentions see; no page and no public list shows it."""
        post.state, post.public_at = "private", post.created_at
        post.rank = self.database.next_number()
        self.posts.add(post)
        self._record("published", post, path, "message")

    def withdraw(self, post: Post, *, path: str) -> None:
        """Withdraw a public post. A draft or a withdrawn post stays unchanged."""
        if post.state != "public":
            return
        post.state = "withdrawn"
        self.posts.save(post)
        self._record("withdrawn", post, path, "post")

    def _record(self, event: str, post: Post, path: str, kind: str) -> None:
        digests = [media.sha256 for media in self.media.get_many(post.network, post.media)]
        self.audit_log.record(
            event,
            network=post.network,
            account=post.account,
            id=post.id,
            kind=kind,
            at=self.clock.now(),
            text=post.text,
            media=digests,
            link=post.link,
            path=path,
            under=post.reply_to,
        )
