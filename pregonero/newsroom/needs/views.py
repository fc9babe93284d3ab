"""Pages of needs: the list, asking, one need with its decision, and the news that tell it (M-1)."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, NotFound, Refused, WrongState
from pregonero.newsroom.campaigns.queries import campaigns_of
from pregonero.newsroom.followups import live_events_of
from pregonero.newsroom.need_models import Need, NeedState
from pregonero.newsroom.needs import actions, queries
from pregonero.newsroom.needs.forms import DecisionForm, NeedForm, NewsAddressForm
from pregonero.newsroom.pieces.panel import piece_panel
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.rules import check_may, may

PAGE_SIZE, WORDS_LIMIT, MOST_CAMPAIGNS = 50, 200, 50
# The tabs: the name in the address, the states, and the name on the screen.
TABS = (
    ("por-decidir", (NeedState.ASKED,), "Por decidir"),
    ("aceptadas", (NeedState.ACCEPTED,), "Se cuentan"),
    ("despues", (NeedState.LATER,), "Para después"),
    ("no-salen", (NeedState.DECLINED,), "No salen"),
    ("todas", tuple(NeedState), "Todas"),
)


@require_GET
def needs(request: MemberRequest) -> HttpResponse:
    """Show the needs of one tab, the last asked first; a search without a tab looks in all of them."""
    member, now = request.member, timezone.now()
    check_may(member, "need.see", now=now)
    words = request.GET.get("q", "").replace("\0", "").strip()[:WORDS_LIMIT]
    asked = request.GET.get("estado") or ("todas" if words else "")
    slug, states, label = next((tab for tab in TABS if tab[0] == asked), TABS[0])
    counts = queries.need_counts(member.entity)
    found = queries.needs_of(member.entity, states, words=words)
    context = {
        "tabs": [(name, text, sum(counts[state] for state in kept), name == slug) for name, kept, text in TABS],
        "slug": slug,
        "label": label,
        "words": words,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("pagina")),
        "may_ask": may(member, "need.ask", now=now),
        "public_path": reverse("public:ask_need", args=[member.entity.slug]),
        "now": now,
    }
    return render(request, "newsroom/needs.html", context)


@require_http_methods(["GET", "POST"])
def ask(request: MemberRequest) -> HttpResponse:
    """Ask for something to be told."""
    member, now = request.member, timezone.now()
    check_may(member, "need.ask", now=now)
    form = NeedForm(request.POST or None, request.FILES or None, initial={"contact_name": member.name})
    if form.is_valid():
        try:
            need = actions.ask_need(
                entity=member.entity, request=form.request(), files=form.attached(), by=member, now=now
            )
        except Refused as refusal:
            form.add_error("attachments", refusal.message)
        else:
            messages.success(request, "Pedido recibido: aquí verás la respuesta.")
            return redirect(need)
    return render(request, "newsroom/need_form.html", {"form": form}, status=UNPROCESSABLE if form.errors else None)


@require_GET
def need_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a need: what was asked, the decision, and the news that tell it."""
    member, now = request.member, timezone.now()
    check_may(member, "need.see", now=now)
    return _need_page(request, queries.get_need(member=member, pk=pk), now)


def _need_page(
    request: MemberRequest,
    need: Need,
    now: datetime,
    *,
    decision: DecisionForm | None = None,
    news_form: NewsAddressForm | None = None,
) -> HttpResponse:
    may_decide = may(request.member, "need.decide", now=now)
    may_manage = need.campaign is None and may(request.member, "campaign.manage", now=now)
    context = {
        "need": need,
        "files": queries.files_of(need),
        "news": queries.news_of_need(need),
        "live": live_events_of(need.entity, need.ref),
        "live_source": need.ref.reference if _may_broadcast(request.member, need, now) else "",
        "decision": (decision or DecisionForm()) if may_decide else None,
        "news_form": (news_form or NewsAddressForm()) if may_decide and need.state == NeedState.ACCEPTED else None,
        "campaigns": list(campaigns_of(need.entity)[:MOST_CAMPAIGNS]) if may_manage else [],
        **piece_panel(need, request.member, now=now),
        "public_path": reverse("public:asked_need", args=[need.entity.slug, need.code]),
        "now": now,
    }
    status = UNPROCESSABLE if decision or news_form else None
    return render(request, "newsroom/need.html", context, status=status)


def _may_broadcast(member: Member, need: Need, now: datetime) -> bool:
    return need.state == NeedState.ACCEPTED and may(member, "live.manage", now=now)


@require_POST
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """Decide a need."""
    member, now = request.member, timezone.now()
    need, form = queries.get_need(member=member, pk=pk), DecisionForm(request.POST)
    check_may(member, "need.decide", now=now)
    if form.is_valid():
        data = form.cleaned_data | {"state": NeedState(form.cleaned_data["state"])}
        try:
            need = actions.decide_need(need=need, by=member, now=now, **data)
        except WrongState:
            raise
        except Refused as refusal:
            form.add_error("look_again_on", refusal.message)
        else:
            messages.success(request, f"Quedó {need.get_state_display()}. {_told(need, member)}")
            return redirect(need)
    return _need_page(request, need, now, decision=form)


def _told(need: Need, member: Member) -> str:
    if need.asked_by is None:
        return "Quien pidió lee la respuesta en su enlace."
    return "" if need.asked_by_id == member.pk else f"Ya le avisamos a {need.asked_by}."


@require_POST
def tie_news(request: MemberRequest, pk: int) -> HttpResponse:
    """Say which news item tells a need."""
    member, now = request.member, timezone.now()
    need, form = queries.get_need(member=member, pk=pk), NewsAddressForm(request.POST)
    check_may(member, "need.decide", now=now)
    if form.is_valid():
        try:
            news = queries.news_at(member=member, address=form.cleaned_data["address"])
            actions.tie_news(need=need, news=news, by=member, now=now)
        except (NotFound, WrongState) as refusal:
            form.add_error("address", refusal.message)
        else:
            messages.success(request, "Listo: la noticia cuenta esta necesidad.")
            return redirect(need)
    return _need_page(request, need, now, news_form=form)


@require_GET
def need_file(request: MemberRequest, pk: int) -> HttpResponse:
    """Download a file that came with a need. It is never shown in the browser, whatever it is."""
    check_may(request.member, "need.see", now=timezone.now())
    file = queries.get_file(member=request.member, pk=pk)
    disposition = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    return HttpResponse(
        bytes(file.content),
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"},
    )
