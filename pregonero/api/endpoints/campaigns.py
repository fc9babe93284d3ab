"""Campaigns, and what they gather (M-4)."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema

from pregonero.api.bodies import FormBody
from pregonero.api.gate import ApiRequest
from pregonero.api.operations import CREATED, reading, writing
from pregonero.api.pages import Page, PageQuery, page_of
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.campaigns import actions, queries
from pregonero.newsroom.campaigns.forms import CampaignForm, NewsLinkForm
from pregonero.newsroom.needs.queries import news_at
from pregonero.people.rules import check_may

router = Router(tags=["Campañas"])


class CampaignFields(Schema):
    """What is said of any campaign."""

    id: int
    name: str
    purpose: str
    starts_on: date
    ends_on: date
    hashtags: list[str]
    opened_at: datetime
    path: str


class CampaignOut(CampaignFields):
    """A campaign."""

    @staticmethod
    def resolve_path(campaign: Campaign) -> str:
        """Return the path of its page."""
        return campaign.get_absolute_url()


class CampaignContentOut(CampaignFields):
    """A campaign with its figures and what it gathers."""

    needs: list[int]
    news: list[int]
    published: int


class CampaignBody(FormBody[CampaignForm]):
    """Para qué es una campaña, sus días y sus hashtags."""

    form_class = CampaignForm


class GatheredBody(FormBody[NewsLinkForm]):
    """La noticia que se reúne en una campaña."""

    form_class = NewsLinkForm


@router.get("", **reading("campaigns.read", Page[CampaignOut], "Ver las campañas"))
def list_campaigns(request: ApiRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Return the campaigns of the entity, by pages."""
    check_may(request.member, "campaign.see", now=timezone.now())
    return page_of(queries.campaigns_of(request.member.entity), query)


@router.post("", **writing("campaigns.write", CampaignOut, "Abrir una campaña", status=CREATED))
def open_campaign(request: ApiRequest, payload: CampaignBody) -> Campaign:
    """Open a campaign."""
    return actions.open_campaign(plan=payload.form.plan(), by=request.member, now=timezone.now())


@router.get("/{pk}", **reading("campaigns.read", CampaignContentOut, "Ver una campaña y lo que reúne"))
def show_campaign(request: ApiRequest, pk: int) -> dict[str, Any]:
    """Return a campaign with its figures, and the ids of what it gathers."""
    check_may(request.member, "campaign.see", now=timezone.now())
    campaign = queries.get_campaign(member=request.member, pk=pk)
    content = queries.content_of(campaign)
    return CampaignOut.from_orm(campaign).dict() | {
        "needs": [need.pk for need in content.needs],
        "news": [news.pk for news, _ in content.news],
        "published": content.published,
    }


@router.post("/{pk}/changes", **writing("campaigns.write", CampaignOut, "Cambiar una campaña"))
def change_campaign(request: ApiRequest, pk: int, payload: CampaignBody) -> Campaign:
    """Change a campaign; what is in it stays."""
    campaign = queries.get_campaign(member=request.member, pk=pk)
    return actions.change_campaign(campaign=campaign, plan=payload.form.plan(), by=request.member, now=timezone.now())


@router.post("/{pk}/news", **writing("campaigns.write", CampaignOut, "Reunir una noticia en una campaña"))
def gather_news(request: ApiRequest, pk: int, payload: GatheredBody) -> Campaign:
    """Put the news item at a link in a campaign."""
    member, now = request.member, timezone.now()
    campaign = queries.get_campaign(member=member, pk=pk)
    check_may(member, "campaign.manage", now=now)
    news = news_at(member=member, address=payload.form.cleaned_data["address"])
    return actions.gather(campaign=campaign, things=[news], by=member, now=now)
