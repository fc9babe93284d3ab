"""Pages of campaigns: the list, one campaign with what it gathers and its figures, and its form (M-4)."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Conflict, NotFound, Refused, WrongState
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.campaigns import actions, queries
from pregonero.newsroom.campaigns.figures import figures_of
from pregonero.newsroom.campaigns.forms import CampaignForm, NewsLinkForm
from pregonero.newsroom.followups import live_events_of
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need
from pregonero.newsroom.needs.queries import get_need, news_at
from pregonero.newsroom.queries import get_news
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may

PAGE_SIZE = 50
GATHERED: dict[str, Callable[..., Need | News]] = {"necesidad": get_need, "noticia": get_news}
"""What a campaign gathers: how it is got, by its name in the address."""


@require_GET
def campaigns(request: MemberRequest) -> HttpResponse:
    """Show the entity's campaigns, those that end last first."""
    member, now = request.member, timezone.now()
    check_may(member, "campaign.see", now=now)
    page = Paginator(queries.campaigns_of(member.entity), PAGE_SIZE).get_page(request.GET.get("pagina"))
    context = {"page": page, "today": timezone.localdate(now), "may_manage": may(member, "campaign.manage", now=now)}
    return render(request, "newsroom/campaigns.html", context)


@require_GET
def campaign_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a campaign with its figures, and what it gathers."""
    return _campaign_page(request, queries.get_campaign(member=request.member, pk=pk))


def _campaign_page(request: MemberRequest, campaign: Campaign, form: NewsLinkForm | None = None) -> HttpResponse:
    member, now = request.member, timezone.now()
    check_may(member, "campaign.see", now=now)
    context = {
        "campaign": campaign,
        "content": queries.content_of(campaign),
        "form": (form or NewsLinkForm()) if may(member, "campaign.manage", now=now) else None,
        "figures": figures_of(campaign),
        "live": live_events_of(member.entity, campaign.ref),
        "live_source": campaign.ref.reference if may(member, "live.manage", now=now) else "",
        "now": now,
    }
    return render(request, "newsroom/campaign.html", context, status=UNPROCESSABLE if form else None)


@require_http_methods(["GET", "POST"])
def open_campaign(request: MemberRequest) -> HttpResponse:
    """Open a campaign."""
    check_may(request.member, "campaign.manage", now=timezone.now())
    return _form_page(request, None, CampaignForm(request.POST or None))


@require_http_methods(["GET", "POST"])
def change_campaign(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a campaign."""
    campaign = queries.get_campaign(member=request.member, pk=pk)
    check_may(request.member, "campaign.manage", now=timezone.now())
    shown = {name: getattr(campaign, name) for name in ("name", "purpose", "starts_on", "ends_on")}
    form = CampaignForm(request.POST or None, initial=shown | {"hashtags": " ".join(campaign.hashtags)})
    return _form_page(request, campaign, form)


def _form_page(request: MemberRequest, campaign: Campaign | None, form: CampaignForm) -> HttpResponse:
    """Show the form; once it is valid, open or change the campaign."""
    member, now = request.member, timezone.now()
    if form.is_valid():
        try:
            if campaign is None:
                saved = actions.open_campaign(plan=form.plan(), by=member, now=now)
            else:
                saved = actions.change_campaign(campaign=campaign, plan=form.plan(), by=member, now=now)
        except Conflict as refusal:
            form.add_error("name", refusal.message)
        except Refused as refusal:
            form.add_error("ends_on", refusal.message)
        else:
            messages.success(request, f"Campaña «{saved}» guardada.")
            return redirect(saved)
    context = {"form": form, "campaign": campaign}
    return render(request, "newsroom/campaign_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def gather_news(request: MemberRequest, pk: int) -> HttpResponse:
    """Put the news item at a link in a campaign."""
    member = request.member
    campaign, form = queries.get_campaign(member=member, pk=pk), NewsLinkForm(request.POST)
    check_may(member, "campaign.manage", now=timezone.now())
    if form.is_valid():
        try:
            news = news_at(member=member, address=form.cleaned_data["address"])
            actions.gather(campaign=campaign, things=[news], by=member, now=timezone.now())
        except (NotFound, WrongState) as refusal:
            form.add_error("address", refusal.message)
        else:
            messages.success(request, "Listo: la noticia es de esta campaña.")
            return redirect(campaign)
    return _campaign_page(request, campaign, form)


@require_POST
def gather_need(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a need in the campaign that its page chose."""
    member, chosen = request.member, request.POST.get("campaign", "")
    need = get_need(member=member, pk=pk)
    campaign = next((one for one in queries.campaigns_of(member.entity) if str(one.pk) == chosen), None)
    if campaign is None:
        raise NotFound("Esa campaña ya no está: elige otra.")
    actions.gather(campaign=campaign, things=[need], by=member, now=timezone.now())
    messages.success(request, f"Quedó en la campaña «{campaign}».")
    return redirect(need)


@require_POST
def take_out(request: MemberRequest, pk: int, kind: str, thing: int) -> HttpResponse:
    """Take a need or a news item out of a campaign."""
    member = request.member
    campaign = queries.get_campaign(member=member, pk=pk)
    if kind not in GATHERED:
        raise NotFound
    item = GATHERED[kind](member=member, pk=thing)
    actions.take_out(campaign=campaign, thing=item, by=member, now=timezone.now())
    messages.success(request, f"«{item}» ya no es de esta campaña.")
    return redirect(campaign)
