"""Accounts on Bluesky and other AT Protocol servers (docs/networks/bluesky.md)."""

from pregonero.networks.bluesky.client import AUTH
from pregonero.networks.bluesky.connector import BlueskyConnector
from pregonero.networks.bluesky.interactions import BlueskyInteractions
from pregonero.networks.bluesky.manual import BlueskyManual
from pregonero.networks.bluesky.network import API_ADDRESS, ENDPOINTS, ERRORS, KINDS, RATE_LIMITS
from pregonero.networks.bluesky.records import MENTION, card_of
from pregonero.networks.previews import PreviewRules
from pregonero.networks.registry import Network

NETWORK = Network(
    connector=BlueskyConnector(),
    manual=BlueskyManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    preview=PreviewRules(mention=MENTION.pattern, tag=r"(?<!\S)[#＃](?!\ufe0f)\S*[^\s\d\W]\w*", card=card_of),
    api_address=API_ADDRESS,
    interactions=BlueskyInteractions(),
)
