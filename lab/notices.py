"""Notices of the networks to a client's public address (webhooks), signed over the raw body as each network does."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from dataclasses import dataclass
from typing import Any

import aiohttp

from lab.accounts import Account
from lab.clock import Clock
from lab.people import handle_of
from lab.store.direct_messages import DirectMessage

OBJECTS = {"facebook": "page", "instagram": "instagram"}
log = logging.getLogger("lab")


@dataclass(frozen=True)
class Subscription:
    """Where the notices of an account go, and the secret of its application."""

    url: str
    secret: str


class Notices:
    """Sends what happens to an account to its address; an account without one gets none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.http: aiohttp.ClientSession | None = None  # set while the lab runs
        self._sending: set[asyncio.Task[None]] = set()
        self._subscriptions: dict[str, Subscription] = {}

    def subscribe(self, account: str, url: str, secret: str) -> None:
        self._subscriptions[account] = Subscription(url, secret)

    def message(self, message: DirectMessage, event: str) -> None:
        """Send what a citizen did with a private message: `written`, `edited` or `removed`."""
        body = _x_body(message, event) if message.network == "x" else _meta_body(message, event, self._clock.now())
        self._send_soon(message.network, message.account, body)

    def restriction(self, account: Account, event: str, person: dict[str, Any]) -> None:
        """Send that an account of X did `block`, `unblock`, `mute` or `unmute`; Facebook tells nothing of it."""
        if account.network == "x":
            self._send_soon("x", account.id, _x_restriction(account, event, person, self._clock.now()))

    def _send_soon(self, network: str, account: str, body: dict[str, Any]) -> None:
        subscription = self._subscriptions.get(account)
        if subscription is not None and body:
            task = asyncio.create_task(self._send(network, subscription, body))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, network: str, subscription: Subscription, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **signature(network, raw, subscription.secret)}
        assert self.http is not None  # noqa: S101
        try:
            async with self.http.post(subscription.url, data=raw, headers=headers) as response:
                log.info("notice to %s: %s", subscription.url, response.status)
        except (aiohttp.ClientError, TimeoutError) as cause:
            log.warning("notice to %s: %s", subscription.url, cause)


def signature(network: str, raw: bytes, secret: str) -> dict[str, str]:
    """Return the header that signs the raw body of a notice."""
    digest = hmac.new(secret.encode(), raw, hashlib.sha256)
    if network == "x":
        return {"X-Twitter-Webhooks-Signature": "sha256=" + base64.b64encode(digest.digest()).decode()}
    return {"X-Hub-Signature-256": "sha256=" + digest.hexdigest()}


def _meta_body(message: DirectMessage, event: str, now: float) -> dict[str, Any]:
    """Return a `messaging` entry; times are in milliseconds."""
    contents: dict[str, dict[str, Any]] = {
        "written": {"message": {"mid": message.id, "text": message.text}},
        "edited": {"message_edit": {"mid": message.id, "text": message.text, "num_edit": message.edits}},
        "removed": {"message": {"mid": message.id, "is_deleted": True}},
    }
    entry = {
        "sender": {"id": message.person},
        "recipient": {"id": message.account},
        "timestamp": int(message.at * 1000),
        **contents[event],
    }
    entries = [{"id": message.account, "time": int(now * 1000), "messaging": [entry]}]
    return {"object": OBJECTS[message.network], "entry": entries}


def _x_body(message: DirectMessage, event: str) -> dict[str, Any]:
    """Return an event of X's account activity; X tells only of new messages."""
    if event != "written":
        return {}
    created = {
        "target": {"recipient_id": message.account},
        "sender_id": message.person,
        "message_data": {
            "text": message.text,
            "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
        },
    }
    dm = {
        "type": "message_create",
        "id": message.id,
        "created_timestamp": str(int(message.at * 1000)),
        "message_create": created,
    }
    user = {"id": message.person, "name": message.name, "screen_name": handle_of(message.person)}
    return {"for_user_id": message.account, "direct_message_events": [dm], "users": {message.person: user}}


def _x_restriction(account: Account, event: str, person: dict[str, Any], now: float) -> dict[str, Any]:
    """Return a `block_events` or `mute_events` notice, as X's "Account Activity data objects" shows them."""
    described = {
        "type": event,
        "created_timestamp": str(int(now * 1000)),
        "source": _x_user(account.id, account.name, account.handle),
        "target": _x_user(str(person["id"]), str(person.get("name", "")), str(person.get("username", ""))),
    }
    return {"for_user_id": account.id, f"{event.removeprefix('un')}_events": [described]}


def _x_user(id: str, name: str, handle: str) -> dict[str, Any]:
    number = int(id) if id.isdigit() else id
    return {"id": number, "id_str": id, "name": name, "screen_name": handle, "protected": False, "verified": False}
