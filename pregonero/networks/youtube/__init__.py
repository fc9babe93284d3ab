"""YouTube channels (docs/networks/youtube.md)."""

from pregonero.networks.previews import PreviewRules, shortened_link
from pregonero.networks.registry import Network
from pregonero.networks.youtube.connector import YouTubeConnector
from pregonero.networks.youtube.hub import YouTubeHub, YouTubeNotices
from pregonero.networks.youtube.interactions import YouTubeInteractions
from pregonero.networks.youtube.live_chat import YouTubeChat
from pregonero.networks.youtube.manual import YouTubeManual
from pregonero.networks.youtube.moderation import YouTubeModerator
from pregonero.networks.youtube.network import (
    API_ADDRESS,
    AUTH,
    CONSENT_ADDRESS,
    ENDPOINTS,
    ERRORS,
    KINDS,
    RATE_LIMITS,
    TOKEN_ADDRESS,
)

NETWORK = Network(
    connector=YouTubeConnector(),
    manual=YouTubeManual(),
    auth=AUTH,
    kinds=KINDS,
    endpoints=ENDPOINTS,
    errors=ERRORS,
    rate_limits=RATE_LIMITS,
    preview=PreviewRules(
        mention=r"(?<![\w@/.])@[\w.-]{2,29}\w", shown_link=shortened_link(37, hides_www=False, ellipsis="..."), fold=150
    ),
    api_address=API_ADDRESS,
    interactions=YouTubeInteractions(),
    hub=YouTubeHub(),
    hub_notices=YouTubeNotices(),
    consent_address=CONSENT_ADDRESS,
    token_address=TOKEN_ADDRESS,
    moderator=YouTubeModerator(),
    chat=YouTubeChat(),
    word_list_page="https://studio.youtube.com",
)
