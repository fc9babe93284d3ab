"""Getters of campaigns, and what their pages show."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from pregonero.errors import NotFound
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.followups import Followup, followups_of
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need, NeedState
from pregonero.people.models import Entity, Member

MOST_SHOWN = 200  # needs, or news, of one campaign


@dataclass(frozen=True)
class CampaignContent:
    """What a campaign gathers: its needs, and its news with how the publication of each stands."""

    needs: list[Need]
    news: list[tuple[News, Followup | None]]

    @property
    def published(self) -> int:
        """Return how many of its news have a publication that is not a draft."""
        return sum(followup is not None and not followup.is_draft for _, followup in self.news)

    @property
    def declined(self) -> int:
        """Return how many of its needs were decided not to go out."""
        return sum(need.state == NeedState.DECLINED for need in self.needs)


def get_campaign(*, member: Member, pk: int, for_update: bool = False) -> Campaign:
    """Return a campaign of the member's entity. Raises `NotFound` for any other."""
    campaigns = Campaign.objects.select_for_update(no_key=True, of=("self",)) if for_update else Campaign.objects.all()
    campaign = campaigns.select_related("opened_by").filter(pk=pk, entity_id=member.entity_id).first()
    if campaign is None:
        raise NotFound
    return campaign


def campaigns_of(entity: Entity) -> QuerySet[Campaign]:
    """Return the entity's campaigns, those that end last first, with how many needs and news each gathers."""
    campaigns = Campaign.objects.filter(entity=entity).select_related("opened_by")
    counted = campaigns.annotate(
        needs_count=Count("needs", distinct=True), news_count=Count("gathered_news", distinct=True)
    )
    return counted.order_by("-ends_on", "-pk")


def content_of(campaign: Campaign) -> CampaignContent:
    """Return what a campaign gathers, the latest first."""
    news = list(
        News.objects.filter(campaign=campaign).select_related("picture").order_by("-found_at", "-pk")[:MOST_SHOWN]
    )
    followups = followups_of(news)
    needs = list(Need.objects.filter(campaign=campaign).order_by("-asked_at", "-pk")[:MOST_SHOWN])
    return CampaignContent(needs, [(item, followups.get(item.pk)) for item in news])
