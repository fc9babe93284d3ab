"""The networks that the system can publish on. A new one is a folder and a line here (docs/networks/nueva-red.md).

A network's folder is the package `pregonero.networks.<name>`; its `__init__.py` defines `NETWORK`, with all its parts.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.conf import settings

from pregonero.networks.account_audit import AccountAuditor
from pregonero.networks.base import Connector
from pregonero.networks.client import Endpoint
from pregonero.networks.error_mapping import ErrorTable
from pregonero.networks.interactions import InteractionReader
from pregonero.networks.live import LiveStream
from pregonero.networks.manual_posting import ManualPosting
from pregonero.networks.moderation import ChatModeration, CommentModerator, NetworkWordList, RestrictionReader
from pregonero.networks.oauth import AuthConfig
from pregonero.networks.post_validation import Kinds
from pregonero.networks.previews import GENERIC_PREVIEW, PreviewRules
from pregonero.networks.rate_limits.policy import RateLimitPolicy
from pregonero.networks.webhooks import NoticeReader, WebhookReceiver
from pregonero.networks.websub import Hub

NETWORKS = [
    "x",
    "facebook",
    "instagram",
    "youtube",
    "bluesky",
    "mastodon",
]


@dataclass(frozen=True)
class Network:
    """All the parts of one network. The default addresses may be overridden in the settings."""

    connector: Connector
    manual: ManualPosting
    auth: AuthConfig
    kinds: Kinds  # the file types that it accepts
    endpoints: tuple[Endpoint, ...]  # all the calls that its code may make
    errors: ErrorTable
    rate_limits: RateLimitPolicy
    api_address: str
    webhook: WebhookReceiver | None = None  # None: the network sends no notices, or we take none
    interactions: InteractionReader | None = None  # None: what people write there is not read
    moderator: CommentModerator | None = None  # None: it has no reversible way of hiding what others write
    chat: ChatModeration | None = None  # None: it has no live chat that is read
    restrictions: RestrictionReader | None = None  # None: whom an account blocks cannot be read
    word_list: NetworkWordList | None = None  # None: its own list of blocked words cannot be read or written
    auditor: AccountAuditor | None = None  # None: who administers an account there cannot be read
    hub: Hub | None = None  # None: it has no WebSub hub
    hub_notices: NoticeReader | None = None  # how the notices of its hub are read
    live: LiveStream | None = None  # None: it offers no persistent stream
    word_list_page: str = ""  # where a person changes that list at the network, when only a person can
    consent_address: str = ""  # of its consent pages; empty: the same as the API's
    preview: PreviewRules = GENERIC_PREVIEW  # how it shows a post
    token_address: str = ""  # of its OAuth token calls; empty: the same as the API's


@cache
def network(name: str) -> Network:
    """Return a network by its name. Its package is imported at the first call."""
    found: Network = import_module(f"{__package__}.{name}").NETWORK
    return found


def network_choices() -> list[tuple[str, str]]:
    """Return the name and label of every network, as the choices of a model or form field."""
    return [(name, network(name).connector.capabilities.label) for name in NETWORKS]


def connector(name: str) -> Connector:
    """Return the connector of a network."""
    return network(name).connector


def rate_limit_policy(name: str) -> RateLimitPolicy:
    """Return what a network limits and charges."""
    return network(name).rate_limits


def manual_posting(name: str) -> ManualPosting:
    """Return how a person posts on a network by hand."""
    return network(name).manual


def interaction_reader(name: str) -> InteractionReader | None:
    """Return the reader of a network's interactions; None for a network that is not read."""
    return network(name).interactions


def moderator_of(name: str) -> CommentModerator | None:
    """Return how comments are hidden on a network; None where nothing reversible exists."""
    return network(name).moderator


def chat_of(name: str) -> ChatModeration | None:
    """Return how a person moderates the live chat of a network; None where it has none."""
    return network(name).chat


def restriction_reader(name: str) -> RestrictionReader | None:
    """Return the reader of whom an account of a network blocked or muted; None where it cannot be read."""
    return network(name).restrictions


def word_list_of(name: str) -> NetworkWordList | None:
    """Return how the own word list of a network is read and written; None where it cannot be."""
    return network(name).word_list


def auditor_of(name: str) -> AccountAuditor | None:
    """Return how the administrators and the standing of an account are read; None where they cannot be."""
    return network(name).auditor


def networks_with_word_list() -> list[str]:
    """Return the networks whose own word list can be read and written."""
    return [name for name in NETWORKS if network(name).word_list is not None]


def live_stream(name: str) -> LiveStream | None:
    """Return the persistent stream of a network; None for a network that offers none."""
    return network(name).live


def hub_of(name: str) -> Hub | None:
    """Return the WebSub hub of a network; None for a network without one."""
    return network(name).hub


def notice_reader(name: str) -> NoticeReader | None:
    """Return what reads the notices of a network, whoever sends them; None for a network that sends none."""
    return network(name).webhook or network(name).hub_notices


def networks_with_hub() -> list[str]:
    """Return the networks that have a WebSub hub."""
    return [name for name in NETWORKS if network(name).hub is not None]


def webhook_receiver(name: str) -> WebhookReceiver | None:
    """Return what verifies and reads the notices of a network; None for a network that sends none."""
    return network(name).webhook


def auth_config_of(name: str) -> AuthConfig:
    """Return how an account of a network is connected: its consent page or an app password."""
    return network(name).auth


def kinds_of(name: str) -> Kinds:
    """Return the file types that a network accepts."""
    return network(name).kinds


def api_address(name: str) -> str:
    """Return the base address of a network's API: the one in the settings, or the network's own."""
    return settings.NETWORK_ADDRESSES.get(name) or network(name).api_address


def consent_address(name: str) -> str:
    """Return the base address of a network's consent pages."""
    return settings.CONSENT_ADDRESSES.get(name) or network(name).consent_address or api_address(name)


def token_address(name: str) -> str:
    """Return the base address of a network's OAuth token calls."""
    return settings.TOKEN_ADDRESSES.get(name) or network(name).token_address or api_address(name)


def import_sdks() -> None:
    """Import the networks' SDKs now, so that the first post to each network is not late."""
    for name in NETWORKS:
        for module in connector(name).capabilities.sdk:
            import_module(module)
