"""The page of the hashtags with their figures, and adding a suggested one to a publication's text (D-2)."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Conflict, NotFound
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Entity
from pregonero.people.rules import check_may, may
from pregonero.publishing.hashtag_models import Hashtag
from pregonero.publishing.hashtags import actions, queries
from pregonero.publishing.hashtags.forms import HashtagForm
from pregonero.publishing.hashtags.queries import FIGURES_OF, HashtagFigures
from pregonero.publishing.hashtags.recognition import NAME
from pregonero.publishing.views.editor import save_written

MOST_OUTSIDE = 50


@dataclass(frozen=True)
class HashtagLine:
    """A hashtag of the list and its figures."""

    hashtag: Hashtag
    figures: HashtagFigures


@require_http_methods(["GET", "POST"])
def hashtags(request: MemberRequest) -> HttpResponse:
    """Show the list with its figures and what is used outside of it, or put one in the list."""
    member, now = request.member, timezone.now()
    if request.method == "POST":
        check_may(member, "hashtags.manage", now=now)
    form = HashtagForm(request.POST or None, initial={"name": request.GET.get("nombre", "")})
    if form.is_valid():
        try:
            listed = actions.list_hashtag(plan=form.plan(), by=member, now=now)
        except Conflict as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, f"{listed.name} está en la lista: se sugiere con el {listed.tie_label}.")
            return redirect("publishing:hashtags")
    context = _figures(member.entity, now) | {
        "form": form if may(member, "hashtags.manage", now=now) else None,
        "days": FIGURES_OF.days,
        "now": now,
    }
    return render(request, "publishing/hashtags.html", context, status=UNPROCESSABLE if form.errors else 200)


def _figures(entity: Entity, now: datetime) -> dict[str, object]:
    figures = queries.hashtag_figures(entity, since=now - FIGURES_OF, until=now)
    listed = queries.listed_hashtags(entity)
    lines = [HashtagLine(each, figures.get(each.key, HashtagFigures(each.key))) for each in listed]
    known = {each.key for each in listed}
    outside = sorted(
        (one for one in figures.values() if one.key not in known), key=lambda one: (-len(one.publications), one.key)
    )
    return {"lines": lines, "outside": outside[:MOST_OUTSIDE]}


@require_POST
def retire_hashtag(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a hashtag out of the list."""
    hashtag = queries.get_hashtag(member=request.member, pk=pk)
    actions.retire_hashtag(hashtag=hashtag, by=request.member, now=timezone.now())
    messages.success(request, f"{hashtag.name} ya no se sugiere. Lo publicado queda como está.")
    return redirect("publishing:hashtags")


@require_POST
def add_hashtag(request: MemberRequest, pk: int) -> HttpResponse:
    """Save the editor's form with a hashtag at the end of the text for all networks."""
    name = request.POST.get("hashtag", "")
    if not NAME.fullmatch(name):
        raise NotFound
    written = request.POST.copy()
    text = str(written.get("text", "")).rstrip()
    joined = f"{text} {name}" if text.rpartition("\n")[2].startswith("#") else f"{text}\n\n{name}"
    written["text"] = joined.strip()
    return save_written(request, pk, written)
