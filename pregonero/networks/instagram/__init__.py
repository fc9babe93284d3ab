"""Professional accounts on Instagram (docs/networks/instagram.md)."""

from pregonero.networks.facebook.moderation import GraphModerator
from pregonero.networks.instagram.connector import InstagramConnector
from pregonero.networks.instagram.interactions import InstagramInteractions
from pregonero.networks.instagram.manual import InstagramManual
from pregonero.networks.instagram.network import (
    API_ADDRESS,
    AUTH,
    CONSENT_ADDRESS,
    ENDPOINTS,
    ERRORS,
    KINDS,
    RATE_LIMITS,
)
from pregonero.networks.previews import PreviewRules
from pregonero.networks.registry import Network
from pregonero.networks.webhooks import MetaWebhook

NETWORK = Network(
    connector=InstagramConnector(),
    manual=InstagramManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    preview=PreviewRules(link="", mention=r"(?<![\w@/.])@[\w.]*\w", fold=125),
    api_address=API_ADDRESS,
    webhook=MetaWebhook(),
    interactions=InstagramInteractions(),
    consent_address=CONSENT_ADDRESS,
    moderator=GraphModerator("Instagram", ENDPOINTS, ERRORS, writes="hide", reads="hidden"),
)
