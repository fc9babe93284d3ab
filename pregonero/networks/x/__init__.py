"""X (docs/networks/x.md)."""

from pregonero.networks.registry import Network
from pregonero.networks.x.connector import XConnector
from pregonero.networks.x.manual import XManual
from pregonero.networks.x.network import API_ADDRESS, AUTH, CONSENT_ADDRESS, ENDPOINTS, ERRORS, KINDS, RATE_LIMITS

NETWORK = Network(
    connector=XConnector(),
    manual=XManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    api_address=API_ADDRESS,
    consent_address=CONSENT_ADDRESS,
)
