"""Accounts on Mastodon servers (docs/networks/mastodon.md)."""

from pregonero.networks.mastodon.connector import MastodonConnector
from pregonero.networks.mastodon.interactions import MastodonInteractions
from pregonero.networks.mastodon.manual import MastodonManual
from pregonero.networks.mastodon.network import API_ADDRESS, AUTH, ENDPOINTS, ERRORS, KINDS, RATE_LIMITS
from pregonero.networks.mastodon.text import REMOTE_MENTION
from pregonero.networks.previews import PreviewRules, card_of_text, shortened_link
from pregonero.networks.registry import Network

NETWORK = Network(
    connector=MastodonConnector(),
    manual=MastodonManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    preview=PreviewRules(
        mention=REMOTE_MENTION.pattern,
        shown_link=shortened_link(30),
        shown_mention=lambda mention: REMOTE_MENTION.sub(r"\1", mention),
        card=card_of_text,
    ),
    api_address=API_ADDRESS,
    interactions=MastodonInteractions(),
)
