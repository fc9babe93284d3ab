"""The connectors, by name: a new network is its folder and one line here."""

from functools import cache
from importlib import import_module
from typing import cast

from pregonero.networks.base import Connector
from pregonero.networks.manual_posting import ManualPosting
from pregonero.networks.oauth import AuthConfig
from pregonero.networks.post_validation import Kinds
from pregonero.networks.rate_limits.policy import RateLimitPolicy

MODULES: dict[str, str] = {
    "x": "pregonero.networks.x.connector",
    "facebook": "pregonero.networks.facebook.connector",
    "instagram": "pregonero.networks.instagram.connector",
    "youtube": "pregonero.networks.youtube.connector",
    "bluesky": "pregonero.networks.bluesky.connector",
    "mastodon": "pregonero.networks.mastodon.connector",
}


@cache
def connector(name: str) -> Connector:
    """Return a network's connector; imported when first asked for, since the SDKs are large."""
    return cast(Connector, import_module(MODULES[name]).CONNECTOR)


def warm() -> None:
    """Import what the first call to each network would have to wait for: the posts of its minute would be late."""
    for name in MODULES:
        for module in connector(name).capabilities.sdk:
            import_module(module)


@cache
def rate_limit_policy(name: str) -> RateLimitPolicy:
    """Return what a network limits and charges: its `budgets.py`, beside its `limits.py`."""
    return cast(RateLimitPolicy, import_module(f"pregonero.networks.{name}.rate_limits").RATE_LIMITS)


@cache
def manual_posting(name: str) -> ManualPosting:
    """Return a network as a person uses it, from the same folder as its connector."""
    folder = MODULES[name].rpartition(".")[0]
    return cast(ManualPosting, import_module(f"{folder}.manual").MANUAL)


@cache
def auth_config_of(name: str) -> AuthConfig:
    """Return how a network lets us in: its consent page, or a password made for this application."""
    return cast(AuthConfig, import_module(MODULES[name].removesuffix("connector") + "oauth").AUTH)


@cache
def kinds_of(name: str) -> Kinds:
    """Return the kinds of file that a network takes: its `limits.py`, beside its values."""
    return cast(Kinds, import_module(f"pregonero.networks.{name}.capabilities").KINDS)
