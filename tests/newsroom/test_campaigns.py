"""Campaigns: what they gather, their figures, and what is refused (M-4)."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from pregonero.errors import Conflict, NotAllowed, NotFound, Refused, WrongState
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.campaigns.actions import CampaignPlan, change_campaign, gather, open_campaign, take_out
from pregonero.newsroom.campaigns.forms import CampaignForm
from pregonero.newsroom.campaigns.queries import campaigns_of, content_of
from pregonero.newsroom.needs.actions import ask_need
from pregonero.people.models import Entity, Member
from pregonero.records.models import Event
from tests.newsroom.factories import inform
from tests.newsroom.needs import asked

pytestmark = pytest.mark.procedure("M-4")
PLAN = CampaignPlan(
    "Turismo de fin de año", "Que viajen por Colombia.", date(2026, 12, 1), date(2027, 1, 10), ["#Viaja"]
)
FORM = {"name": "Café", "purpose": "Que lo prueben.", "starts_on": "2026-12-01", "ends_on": "2026-12-24"}


def opened(by: Member, now: datetime, name: str = PLAN.name) -> Campaign:
    return open_campaign(plan=CampaignPlan(name, PLAN.purpose, PLAN.starts_on, PLAN.ends_on), by=by, now=now)


def test_it_gathers_needs_and_news_and_counts_them(entity: Entity, luis: Member, ana: Member, now: datetime) -> None:
    campaign = open_campaign(plan=PLAN, by=ana, now=now)
    need, news = ask_need(entity=entity, request=asked(), by=None, now=now), inform(luis)
    gather(campaign=campaign, things=[need, news], by=ana, now=now)

    (row,) = campaigns_of(entity)
    assert (row.needs_count, row.news_count, row.hashtags) == (1, 1, ["#Viaja"])
    content = content_of(campaign)
    assert (content.needs, content.news, content.published) == ([need], [(news, None)], 0)
    take_out(campaign=campaign, thing=need, by=ana, now=now)
    assert content_of(campaign).needs == []
    types = Event.objects.filter(ref=campaign.ref.reference).order_by("pk").values_list("event_type", flat=True)
    assert list(types) == ["campaign.opened", "campaign.gathered", "campaign.taken_out"]


def test_what_is_in_one_campaign_is_not_taken_by_another(luis: Member, ana: Member, now: datetime) -> None:
    first, second, news = opened(ana, now), opened(ana, now, "Café"), inform(luis)
    gather(campaign=first, things=[news], by=ana, now=now)
    gather(campaign=first, things=[news], by=ana, now=now)  # twice is once
    assert Event.objects.filter(event_type="campaign.gathered").count() == 1

    with pytest.raises(WrongState, match="ya está en otra campaña"):
        gather(campaign=second, things=[news], by=ana, now=now)
    with pytest.raises(WrongState, match="ya no está en esta campaña"):
        take_out(campaign=second, thing=news, by=ana, now=now)
    assert content_of(first).news == [(news, None)]


def test_its_name_is_of_one_and_its_days_go_forward(ana: Member, beto: Member, now: datetime) -> None:
    campaign, other = opened(ana, now), opened(beto, now, "Café")
    backwards = CampaignPlan("Otra", "Para algo.", date(2026, 12, 2), date(2026, 12, 1))
    with pytest.raises(Conflict, match="Ya hay una campaña"):
        opened(beto, now)
    with pytest.raises(Conflict, match="Ya hay una campaña"):
        change_campaign(campaign=other, plan=PLAN, by=ana, now=now)
    with pytest.raises(Refused, match="termina antes de empezar"):
        open_campaign(plan=backwards, by=ana, now=now)
    assert change_campaign(campaign=campaign, plan=PLAN, by=beto, now=now).hashtags == ["#Viaja"]
    with pytest.raises(IntegrityError, match="campaign_ends_after"), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(ends_on=date(2020, 1, 1))


def test_who_may_not_and_another_entity(luis: Member, ana: Member, dario: Member, now: datetime) -> None:
    campaign, news = opened(ana, now), inform(luis)
    with pytest.raises(NotAllowed):
        opened(luis, now, "Café")
    with pytest.raises(NotFound):
        gather(campaign=campaign, things=[news], by=dario, now=now)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("#ColombiaExporta turismo", ["#ColombiaExporta", "#turismo"]),
        ("#Café #CAFÉ", ["#Café"]),
        ("#Niñez2026", ["#Niñez2026"]),
        ("", []),
    ],
)
def test_hashtags_keep_their_accents_and_each_is_once(written: str, kept: list[str]) -> None:
    form = CampaignForm(FORM | {"hashtags": written})
    assert form.is_valid(), form.errors
    assert form.plan().hashtags == kept


@pytest.mark.parametrize("written", ["#2026", "#a-b", "# café", "#", "##a"])
def test_what_is_no_hashtag_is_said(written: str) -> None:
    assert "no sirve de hashtag" in str(CampaignForm(FORM | {"hashtags": written}).errors["hashtags"])


def test_a_person_opens_it_and_gathers_on_the_pages(
    client: Client, entity: Entity, luis: Member, ana: Member, now: datetime
) -> None:
    client.force_login(ana.user)
    bad = client.post(reverse("newsroom:open_campaign"), FORM | {"ends_on": "2026-11-01"})
    assert (bad.status_code, "termina antes de empezar" in bad.content.decode()) == (422, True)
    client.post(reverse("newsroom:open_campaign"), FORM)
    campaign, news = Campaign.objects.get(), inform(luis)
    need = ask_need(entity=entity, request=asked(), by=None, now=now)

    client.post(reverse("newsroom:gather_news", args=[campaign.pk]), {"address": news.address})
    client.post(reverse("newsroom:gather_need", args=[need.pk]), {"campaign": str(campaign.pk)})
    page = client.get(campaign.get_absolute_url()).content.decode()
    assert news.title in page
    assert need.title in page
    assert client.post(reverse("newsroom:gather_need", args=[need.pk]), {"campaign": "9" * 30}).status_code == 404
    assert campaign.name in client.get(need.get_absolute_url()).content.decode()
    out = reverse("newsroom:take_out_of_campaign", args=[campaign.pk, "noticia", news.pk])
    assert client.post(out).headers["Location"] == campaign.get_absolute_url()
    assert client.post(out.replace("noticia", "otra")).status_code == 404
