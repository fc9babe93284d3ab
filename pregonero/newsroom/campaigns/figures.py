"""The figures of a campaign (M-4). Apps above register those that they know, because newsroom must not import them."""

from collections.abc import Callable
from dataclasses import dataclass

from pregonero.newsroom.campaign_models import Campaign


@dataclass(frozen=True)
class CampaignFigure:
    """A figure of a campaign: its Spanish name, and its value as people read it."""

    name: str
    value: str


Provider = Callable[[Campaign], list[CampaignFigure]]
_PROVIDERS: list[Provider] = []


def register(provider: Provider) -> None:
    """Register a function that returns figures of a campaign; its app calls this once, in `ready()`."""
    _PROVIDERS.append(provider)


def figures_of(campaign: Campaign) -> list[CampaignFigure]:
    """Return the figures of a campaign, in the order in which their apps start."""
    return [figure for provider in _PROVIDERS for figure in provider(campaign)]
