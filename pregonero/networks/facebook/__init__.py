"""Facebook pages (docs/networks/facebook.md)."""

from pregonero.networks.facebook.connector import FacebookConnector
from pregonero.networks.facebook.manual import FacebookManual
from pregonero.networks.facebook.network import (
    API_ADDRESS,
    AUTH,
    CONSENT_ADDRESS,
    ENDPOINTS,
    ERRORS,
    KINDS,
    RATE_LIMITS,
)
from pregonero.networks.registry import Network

NETWORK = Network(
    connector=FacebookConnector(),
    manual=FacebookManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    api_address=API_ADDRESS,
    consent_address=CONSENT_ADDRESS,
)
