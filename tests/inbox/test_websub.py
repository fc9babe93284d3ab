"""YouTube's WebSub: our address is checked, its lease renewed, and a signed notice leads to a reading (Q-1)."""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from pregonero.inbox import hub_queries
from pregonero.inbox.hub_queries import OpenSubscription
from pregonero.inbox.models import HubSubscription, Stream, WebhookNotice
from pregonero.inbox.tasks import read_notice, read_streams, renew_hubs
from pregonero.networks.actions.register import save_application
from pregonero.networks.models import Account
from pregonero.networks.webhooks import MalformedNotice
from pregonero.networks.websub import has_public_address
from pregonero.networks.youtube.hub import YouTubeNotices
from pregonero.people.roles import Role
from pregonero.wsgi import application as wsgi
from tests.conftest import member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.inbox.conftest import account_of
from tests.lab.process import SAMPLE_MEDIA, Lab, until

pytestmark = pytest.mark.procedure("Q-1")
FEED = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015">{}</feed>'
VIDEO = "<entry><yt:videoId>v1</yt:videoId><yt:channelId>{}</yt:channelId><title>a &amp; b</title></entry>"
GONE = (
    '<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="yt:video:v1"><at:by><name>x</name>'
    "<uri>https://www.youtube.com/channel/{}</uri></at:by></at:deleted-entry>"
)


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(django_db_blocker: DjangoDbBlocker, settings: Settings) -> Iterator[str]:
    """The system at an address that the lab's hub reaches, on a database of its own."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
        server.set_app(wsgi)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.PUBLIC_ADDRESS = f"http://127.0.0.1:{server.server_port}"
        settings.PRIVATE_ADDRESSES_ALLOWED, settings.ALLOWED_HOSTS = ["127.0.0.1"], ["127.0.0.1", "testserver"]
        yield settings.PUBLIC_ADDRESS
        server.shutdown()
        server.server_close()


@pytest.fixture
def channel(site: str, lab: Lab, settings: Settings) -> Account:
    settings.HUB_ADDRESSES = {"youtube": f"{lab.url}/youtube"}
    now = timezone.now()
    carmen = member(register_mincomercio(now), "carmen", "Carmen", Role.COORDINATOR)
    account = account_of(lab, "youtube", carmen, settings)
    save_application(network="youtube", server="", client_id="id", secret="secreto", by=carmen, now=now)
    read_streams(timestamp=int(now.timestamp()))
    return account


def renew(after: timedelta = timedelta(0)) -> None:
    renew_hubs(timestamp=int((timezone.now() + after).timestamp()) + 1)


def subscribed(lab: Lab) -> OpenSubscription:
    """Subscribe, wait until the hub has checked our address, and return the subscription."""
    renew()
    until(lambda: HubSubscription.objects.filter(verified_at__isnull=False).exists())
    found = hub_queries.open_subscription(pk=HubSubscription.objects.get().pk)
    assert found is not None
    until(lambda: found.callback in [one["callback"] for one in followed(lab)])
    return found


def followed(lab: Lab) -> list[dict[str, Any]]:
    subscriptions: list[dict[str, Any]] = lab.client.get("/hubs/youtube").json()["subscriptions"]
    return subscriptions


def send(found: OpenSubscription, body: bytes, signature: str | None = None) -> int:
    digest = hmac.new(found.secret.encode(), body, hashlib.sha1).hexdigest()
    given = f"sha1={digest}" if signature is None else signature
    path = found.callback.partition("//")[2].partition("/")[2]
    return (
        Client()
        .post(f"/{path}", body, content_type="application/atom+xml", headers={"X-Hub-Signature": given})
        .status_code
    )


def test_the_hub_checks_our_address_and_its_notice_of_a_video_makes_the_channel_due(channel: Account, lab: Lab) -> None:
    found = subscribed(lab)
    Stream.objects.update(next_read_at=timezone.now() + timedelta(days=1))
    token = next(one for one in lab.client.get("/accounts.json").json()["accounts"] if one["id"] == channel.remote_id)
    body = {"snippet": {"title": "Colombia exporta & crece", "categoryId": "22"}, "status": {"privacyStatus": "public"}}
    headers = {"Authorization": f"Bearer {token['token']}", "X-Upload-Content-Type": "video/mp4"}
    start = lab.client.post(
        "/youtube/resumable/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status",
        json=body,
        headers=headers,
    )
    lab.client.put(start.headers["location"], content=lab.client.get(f"{SAMPLE_MEDIA}.mp4").content, headers=headers)

    until(WebhookNotice.objects.exists)
    read_notice(notice_id=WebhookNotice.objects.get().pk)

    assert Stream.objects.filter(account=channel, next_read_at__lte=timezone.now()).exists()
    assert found.subscription.expires_at is not None
    assert (found.subscription.expires_at - timezone.now()).days in (4, 5)


def test_it_is_asked_for_again_before_the_lease_ends_and_not_earlier(channel: Account, lab: Lab) -> None:
    found = subscribed(lab)
    renew(timedelta(days=3))
    first = HubSubscription.objects.get().verified_at
    renew(timedelta(days=4, hours=1))

    until(lambda: HubSubscription.objects.get().verified_at != first)
    again = hub_queries.open_subscription(pk=found.subscription.pk)
    assert again is not None and again.secret == found.secret
    assert found.subscription.verified_at == first


def test_only_what_we_asked_for_is_confirmed(channel: Account, lab: Lab) -> None:
    found = subscribed(lab)
    path = "/" + found.callback.partition("//")[2].partition("/")[2]
    good = {"hub.mode": "subscribe", "hub.topic": found.topic, "hub.challenge": "reto-1", "hub.lease_seconds": "60"}

    assert Client().get(path, good).content == b"reto-1"
    for change in (
        {"hub.topic": found.topic + "x"},
        {"hub.mode": "unsubscribe"},
        {"hub.lease_seconds": "x"},
        {"hub.lease_seconds": "9" * 12},
    ):
        assert Client().get(path, good | change).status_code == 404
    assert Client().get(path.rstrip("/")[:-32] + "0" * 32 + "/", good).status_code == 404
    assert Client().get(path, {"hub.mode": "denied", "hub.topic": found.topic, "hub.reason": "no"}).status_code == 200
    assert "negó" in HubSubscription.objects.get().problem


@pytest.mark.parametrize("signature", ["", "sha1=", "sha1=" + "0" * 40, "md5=" + "0" * 32, "sha1"])
def test_a_notice_without_our_signature_is_refused_and_stores_nothing(
    signature: str, channel: Account, lab: Lab
) -> None:
    found = subscribed(lab)

    assert send(found, FEED.format(VIDEO.format(channel.remote_id)).encode(), signature) == 403
    assert not WebhookNotice.objects.exists()


def test_repeated_and_for_another_channel_it_reads_once_and_only_ours(channel: Account, lab: Lab) -> None:
    found, before = subscribed(lab), timezone.now() + timedelta(days=1)
    Stream.objects.update(next_read_at=before)
    foreign, ours = (FEED.format(VIDEO.format(id)).encode() for id in ("UCotro", channel.remote_id))

    for body in (foreign, foreign, ours, ours):
        assert send(found, body) == 200
    first, second = WebhookNotice.objects.order_by("pk")
    read_notice(notice_id=first.pk)
    assert Stream.objects.get(name="comments").next_read_at == before
    read_notice(notice_id=second.pk)
    assert Stream.objects.get(name="comments").next_read_at < before


def test_without_a_public_address_nothing_is_asked(channel: Account, lab: Lab, settings: Settings) -> None:
    settings.PRIVATE_ADDRESSES_ALLOWED = []
    renew()

    assert not has_public_address() and not HubSubscription.objects.exists()
    settings.PUBLIC_ADDRESS = "https://redes.mincit.gov.co"
    assert has_public_address()


def test_the_channels_of_new_changed_and_deleted_videos_are_read() -> None:
    def channels(*entries: str) -> list[str]:
        return [hint.account_id for hint in YouTubeNotices().hints(FEED.format("".join(entries)).encode())]

    assert channels(VIDEO.format("UCa"), VIDEO.format("UCb"), GONE.format("UCa")) == ["UCa", "UCb"]
    assert channels("<otro/>") == []


BOMB = b'<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><feed xmlns="http://www.w3.org/2005/Atom">&b;</feed>'
OUTSIDE = (
    b'<!DOCTYPE f [<!ENTITY e SYSTEM "file:///etc/passwd">]><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015">'
    b"<yt:channelId>&e;</yt:channelId></feed>"
)


def test_no_entity_grows_or_reads_a_file() -> None:
    assert YouTubeNotices().hints(BOMB) == YouTubeNotices().hints(OUTSIDE) == []


@pytest.mark.parametrize("body", [b"", b"{}", b"<feed>", b"\xff\xfe\x00", b"<a>" * 50_000])
def test_a_body_that_is_no_notice_says_so(body: bytes) -> None:
    with pytest.raises(MalformedNotice):
        YouTubeNotices().hints(body)
