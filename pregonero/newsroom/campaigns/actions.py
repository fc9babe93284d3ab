"""Open a campaign, change it, and gather needs and news in it (M-4)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from pregonero.errors import Conflict, Refused, WrongState
from pregonero.newsroom import queries as news_queries
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.campaigns import queries
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.needs.queries import get_need
from pregonero.people.models import Entity, Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record


@dataclass(frozen=True)
class CampaignPlan:
    """What a campaign is for, its days, and its hashtags with their sign, such as "#ColombiaExporta"."""

    name: str
    purpose: str
    starts_on: date
    ends_on: date
    hashtags: Sequence[str] = ()


@transaction.atomic(durable=True)
def open_campaign(*, plan: CampaignPlan, by: Member, now: datetime) -> Campaign:
    """Open a campaign."""
    check_may(by, "campaign.manage", now=now)
    # Two people who open the same campaign at once: the second one waits here.
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    _check_plan(plan, by)
    campaign = Campaign.objects.create(entity_id=by.entity_id, opened_by=by, opened_at=now, **_values(plan))
    _record(campaign, "campaign.opened", by, now, **_facts(campaign))
    return campaign


@transaction.atomic(durable=True)
def change_campaign(*, campaign: Campaign, plan: CampaignPlan, by: Member, now: datetime) -> Campaign:
    """Change what a campaign is for, its days or its hashtags; what is in it stays."""
    check_may(by, "campaign.manage", now=now)
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.entity_id)
    campaign = queries.get_campaign(member=by, pk=campaign.pk, for_update=True)
    _check_plan(plan, by, other_than=campaign)
    for name, value in _values(plan).items():
        setattr(campaign, name, value)
    campaign.save()
    _record(campaign, "campaign.changed", by, now, **_facts(campaign))
    return campaign


@transaction.atomic(durable=True)
def gather(*, campaign: Campaign, things: Sequence[Need | News], by: Member, now: datetime) -> Campaign:
    """Put needs and news in a campaign. What is in another one is refused: taking it out is said there."""
    check_may(by, "campaign.manage", now=now)
    campaign = queries.get_campaign(member=by, pk=campaign.pk, for_update=True)
    gathered = [thing for thing in (_lock(one, by) for one in things) if thing.campaign_id != campaign.pk]
    if not gathered:
        return campaign
    for thing in gathered:
        if thing.campaign_id is not None:
            raise WrongState(f"«{thing}» ya está en otra campaña: sácala primero de allí.")
        thing.campaign = campaign
        thing.save(update_fields=["campaign"])
    _record(campaign, "campaign.gathered", by, now, things=[thing.ref.reference for thing in gathered])
    return campaign


@transaction.atomic(durable=True)
def take_out(*, campaign: Campaign, thing: Need | News, by: Member, now: datetime) -> Campaign:
    """Take a need or a news item out of a campaign."""
    check_may(by, "campaign.manage", now=now)
    campaign = queries.get_campaign(member=by, pk=campaign.pk, for_update=True)
    thing = _lock(thing, by)
    if thing.campaign_id != campaign.pk:
        raise WrongState(f"«{thing}» ya no está en esta campaña.")
    thing.campaign = None
    thing.save(update_fields=["campaign"])
    _record(campaign, "campaign.taken_out", by, now, things=[thing.ref.reference])
    return campaign


def _lock(thing: Need | News, by: Member) -> Need | News:
    if isinstance(thing, Need):
        return get_need(member=by, pk=thing.pk, for_update=True)
    return news_queries.get_news(member=by, pk=thing.pk, for_update=True)


def _check_plan(plan: CampaignPlan, by: Member, *, other_than: Campaign | None = None) -> None:
    if plan.ends_on < plan.starts_on:
        raise Refused("La campaña termina antes de empezar: corrige las fechas.")
    same = Campaign.objects.filter(entity_id=by.entity_id, name=plan.name)
    if other_than is not None:
        same = same.exclude(pk=other_than.pk)
    if same.exists():
        raise Conflict(f"Ya hay una campaña que se llama «{plan.name}».")


def _values(plan: CampaignPlan) -> dict[str, object]:
    return asdict(plan) | {"hashtags": list(plan.hashtags)}


def _facts(campaign: Campaign) -> dict[str, object]:
    days = {"starts_on": str(campaign.starts_on), "ends_on": str(campaign.ends_on)}
    return days | {"hashtags": campaign.hashtags}


def _record(campaign: Campaign, event_type: str, by: Member, now: datetime, **facts: object) -> None:
    record(entity_id=campaign.entity_id, event_type=event_type, actor=by.actor, ref=campaign.ref, at=now, facts=facts)
