"""Google's WebSub hub, for the feeds of the channels: it checks the subscriber's address, and tells of its videos."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import aiohttp
from aiohttp import web

from lab.clock import iso_millis
from lab.messages import ApiError, Call, Response
from lab.state import LabState

TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
PARAMETERS = {
    "hub.mode", "hub.topic", "hub.callback", "hub.verify", "hub.secret", "hub.lease_seconds", "hub.verify_token",
}  # fmt: skip
DEFAULT_LEASE, LONGEST_LEASE = 432_000, 828_000  # seconds
ENTRY = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">\
<link rel="hub" href="https://pubsubhubbub.appspot.com"/><link rel="self" href="{topic}"/>\
<title>YouTube video feed</title><updated>{at}</updated><entry><id>yt:video:{id}</id><yt:videoId>{id}</yt:videoId>\
<yt:channelId>{channel}</yt:channelId><title>{title}</title>\
<link rel="alternate" href="https://www.youtube.com/watch?v={id}"/>\
<author><name>{name}</name><uri>https://www.youtube.com/channel/{channel}</uri></author>\
<published>{at}</published><updated>{at}</updated></entry></feed>"""


@dataclass
class Subscription:
    callback: str
    secret: str
    lease: int


SUBSCRIPTIONS: dict[tuple[str, str], Subscription] = {}


async def subscribe(lab: LabState, call: Call) -> Response:
    """Take a request, and check the subscriber's address afterwards."""
    form = {name: str(value) for name, value in call.fields.items()}
    lease = form.get("hub.lease_seconds", str(DEFAULT_LEASE))
    is_good = (
        set(form) <= PARAMETERS
        and form.get("hub.mode") in ("subscribe", "unsubscribe")
        and form.get("hub.verify") in ("sync", "async")
        and urlsplit(form.get("hub.callback", "")).scheme in ("http", "https")
        and form.get("hub.topic", "").startswith(TOPIC)
        and lease.isdecimal()
    )
    if not is_good:
        raise ApiError(Response({"error": "invalid hub request"}, 400))
    wanted = Subscription(form["hub.callback"], form.get("hub.secret", ""), min(int(lease), LONGEST_LEASE))
    task = asyncio.create_task(_verify(lab, form["hub.mode"], form["hub.topic"], wanted))
    lab.background_tasks.add(task)
    task.add_done_callback(lab.background_tasks.discard)
    return Response(None, 202)


async def _verify(lab: LabState, mode: str, topic: str, wanted: Subscription) -> None:
    """Store the subscription if its address answers with the challenge."""
    assert lab.http is not None  # noqa: S101
    challenge = secrets.token_urlsafe(24)
    query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge, "hub.lease_seconds": str(wanted.lease)}
    try:
        async with lab.http.get(wanted.callback, params=query) as response:
            is_confirmed = response.ok and await response.text() == challenge
    except (aiohttp.ClientError, TimeoutError):
        return
    if is_confirmed and mode == "subscribe":
        SUBSCRIPTIONS[topic, wanted.callback] = wanted
    elif is_confirmed:
        SUBSCRIPTIONS.pop((topic, wanted.callback), None)


async def publish(lab: LabState, channel: str, id: str, title: str) -> list[int]:
    """Send a notice of a video to who follows the channel; return the answers."""
    assert lab.http is not None  # noqa: S101
    topic, at = TOPIC + channel, iso_millis(lab.clock.now())
    fields = {"topic": topic, "at": at, "id": id, "channel": channel, "title": escape(title), "name": "Canal"}
    body, answers = ENTRY.format(**fields).encode(), list[int]()
    for (followed, callback), subscription in list(SUBSCRIPTIONS.items()):
        if followed == topic:
            digest = hmac.new(subscription.secret.encode(), body, hashlib.sha1).hexdigest()
            headers = {"Content-Type": "application/atom+xml"}
            headers |= {"X-Hub-Signature": f"sha1={digest}"} if subscription.secret else {}
            async with lab.http.post(callback, data=body, headers=headers) as response:
                answers.append(response.status)
    return answers


def publish_soon(lab: LabState, channel: str, id: str, title: str) -> None:
    """Send the notice of a video that became public, without delaying the call that published it."""
    task = asyncio.create_task(_publish(lab, channel, id, title))
    lab.background_tasks.add(task)
    task.add_done_callback(lab.background_tasks.discard)


async def _publish(lab: LabState, channel: str, id: str, title: str) -> None:
    try:
        await publish(lab, channel, id, title)
    except (aiohttp.ClientError, TimeoutError):
        return


async def list_subscriptions(request: web.Request) -> web.Response:
    """List who follows what, for tests."""
    found = [{"topic": topic, "callback": at, "lease": one.lease} for (topic, at), one in SUBSCRIPTIONS.items()]
    return web.json_response({"subscriptions": found})
