"""Facebook pages (docs/networks/facebook.md)."""

from pregonero.networks.facebook.account_audit import FacebookAuditor
from pregonero.networks.facebook.connector import FacebookConnector, message_of
from pregonero.networks.facebook.interactions import FacebookInteractions
from pregonero.networks.facebook.manual import FacebookManual
from pregonero.networks.facebook.moderation import FacebookRestrictions, GraphModerator
from pregonero.networks.facebook.network import (
    API_ADDRESS,
    AUTH,
    CONSENT_ADDRESS,
    ENDPOINTS,
    ERRORS,
    KINDS,
    RATE_LIMITS,
)
from pregonero.networks.facebook.word_list import FacebookWordList
from pregonero.networks.previews import PreviewRules, card_beside
from pregonero.networks.registry import Network
from pregonero.networks.webhooks import MetaWebhook

NETWORK = Network(
    connector=FacebookConnector(),
    manual=FacebookManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    preview=PreviewRules(text=message_of, card=card_beside, fold=477),
    api_address=API_ADDRESS,
    webhook=MetaWebhook(),
    interactions=FacebookInteractions(),
    consent_address=CONSENT_ADDRESS,
    moderator=GraphModerator("Facebook", ENDPOINTS, ERRORS, writes="is_hidden", reads="is_hidden"),
    restrictions=FacebookRestrictions(),
    word_list=FacebookWordList(),
    auditor=FacebookAuditor(),
)
