"""X (docs/networks/x.md)."""

from pregonero.networks.previews import LINK, PreviewRules, card_of_last_link, shortened_link
from pregonero.networks.registry import Network
from pregonero.networks.webhooks import XWebhook
from pregonero.networks.x.connector import XConnector
from pregonero.networks.x.interactions import XInteractions
from pregonero.networks.x.live import XLiveStream
from pregonero.networks.x.manual import XManual
from pregonero.networks.x.moderation import XModerator, XRestrictions
from pregonero.networks.x.network import API_ADDRESS, AUTH, CONSENT_ADDRESS, ENDPOINTS, ERRORS, KINDS, RATE_LIMITS
from pregonero.networks.x.text import BARE_LINK

NETWORK = Network(
    connector=XConnector(),
    manual=XManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    preview=PreviewRules(
        link=f"{LINK}|{BARE_LINK}",
        mention=r"(?<![\w@/])@\w{1,15}(?![\w@])",
        shown_link=shortened_link(26),
        card=card_of_last_link,
    ),
    api_address=API_ADDRESS,
    webhook=XWebhook(),
    interactions=XInteractions(),
    live=XLiveStream(),
    consent_address=CONSENT_ADDRESS,
    moderator=XModerator(),
    restrictions=XRestrictions(),
)
