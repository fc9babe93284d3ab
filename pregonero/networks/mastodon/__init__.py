"""Accounts on Mastodon servers (docs/networks/mastodon.md)."""

from pregonero.networks.mastodon.connector import MastodonConnector
from pregonero.networks.mastodon.manual import MastodonManual
from pregonero.networks.mastodon.network import API_ADDRESS, AUTH, ENDPOINTS, ERRORS, KINDS, RATE_LIMITS
from pregonero.networks.registry import Network

NETWORK = Network(
    connector=MastodonConnector(),
    manual=MastodonManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    api_address=API_ADDRESS,
)
