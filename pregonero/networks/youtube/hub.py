"""YouTube's WebSub: Google's hub tells of the videos of a channel, and its notices are Atom."""

from typing import Any

from django.conf import settings
from lxml import etree

from pregonero.networks.base import ApiCredentials
from pregonero.networks.client import NetworkClient
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.webhooks import MalformedNotice, WebhookHint
from pregonero.networks.websub import LEASE_SECONDS
from pregonero.networks.youtube.network import ENDPOINTS, ERRORS

HUB_ADDRESS = "https://pubsubhubbub.appspot.com"
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "yt": "http://www.youtube.com/xml/schemas/2015",
    "at": "http://purl.org/atompub/tombstones/1.0",
}
CHANNEL = "/channel/"


class YouTubeHub:
    """Google's hub, for the videos of a channel."""

    def topic_of(self, credentials: ApiCredentials) -> str:
        """Return the address of the channel's feed."""
        return TOPIC + credentials.remote_id

    def subscribe(self, credentials: ApiCredentials, *, callback: str, secret: str) -> None:
        """Ask for the channel's notices, signed with `secret`. The hub gets no token of the account."""
        address = settings.HUB_ADDRESSES.get("youtube") or HUB_ADDRESS
        client = NetworkClient(_without_token(credentials, address), ENDPOINTS)
        del client.headers["Authorization"]
        form = {
            "hub.mode": "subscribe",
            "hub.topic": self.topic_of(credentials),
            "hub.callback": callback,
            "hub.verify": "async",
            "hub.secret": secret,
            "hub.lease_seconds": str(LEASE_SECONDS),
        }
        with mapped_errors(ERRORS, public=False):
            client.post(f"{address}/subscribe", data=form)


class YouTubeNotices:
    """Atom notices of a channel: a new or changed video, or one that is gone. Each is only a hint to read."""

    def hints(self, body: bytes) -> list[WebhookHint]:
        """Return the channels of the notice. Raises `MalformedNotice`."""
        channels = {*_texts(body, "//yt:channelId"), *_channels_of_tombstones(body)}
        return [WebhookHint(channel) for channel in sorted(channels) if channel]


def _without_token(credentials: ApiCredentials, address: str) -> ApiCredentials:
    return ApiCredentials(credentials.remote_id, "", address, token="", seconds=credentials.seconds)


def _texts(body: bytes, path: str) -> list[str]:
    # No entity is resolved and nothing is fetched: a notice cannot grow or reach another place.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root: Any = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedNotice from error
    return [str(found.text or "").strip() for found in root.xpath(path, namespaces=NAMES)]


def _channels_of_tombstones(body: bytes) -> list[str]:
    addresses = _texts(body, "//at:deleted-entry/at:by/atom:uri")
    return [address.partition(CHANNEL)[2].partition("/")[0] for address in addresses]
