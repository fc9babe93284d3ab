"""The comments that wait for a decision, and those that are out of sight; deciding about many as one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.inbox.models import Message
from pregonero.moderation import comment_queue, figures, queries, restriction_queries
from pregonero.moderation.actions.decisions import decide_wave, undo_wave
from pregonero.moderation.comment_queue import STATES, Filters
from pregonero.moderation.forms import WaveForm
from pregonero.moderation.rules import Ruling
from pregonero.moderation.states import Category, Verb
from pregonero.networks.queries import accounts_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may

PAGE_SIZE, WAVE_SIZE = 50, 500


@require_GET
def queue(request: MemberRequest) -> HttpResponse:
    """List the comments of a state: those to decide, the hidden ones, those shown again, all of them."""
    now, entity = timezone.now(), request.member.entity
    check_may(request.member, "moderation.see", now=now)
    filters = _filters(request)
    found = comment_queue.comments_in(entity, filters, now=now)
    page: Page[Message] = Paginator(found, PAGE_SIZE).get_page(request.GET.get("pagina"))
    counts = comment_queue.counts_by_state(entity)
    context = {
        "page": page,
        "rows": [comment_queue.row_of(message) for message in page],
        "tabs": [(state, label, counts.get(state), state == filters.state) for state, label in STATES.items()],
        "label": STATES[filters.state],
        "version": queries.rules_in_force(entity),
        "open_findings": restriction_queries.open_findings(entity),
        "share": figures.criticism_share(entity, since=now - figures.LOOK_BACK),
        "exposures": comment_queue.exposures_by_shift(entity, now=now),
        "waves": queries.waves_of(entity),
        "may_decide": may(request.member, "moderation.decide", now=now),
        **_filter_choices(request, filters),
        "now": now,
    }
    return render(request, "moderation/queue.html", context)


def _filters(request: MemberRequest) -> Filters:
    given = request.GET
    account, state = given.get("cuenta", ""), given.get("estado", "decidir")
    return Filters(
        state=state if state in STATES else "decidir",
        account=int(account) if account.isdecimal() and len(account) < len(str(2**63)) else None,
        category=given.get("categoria", "") if given.get("categoria", "") in Category.values else "",
        text=given.get("texto", "").replace("\x00", "").strip()[:100],
    )


def _filter_choices(request: MemberRequest, filters: Filters) -> dict[str, Any]:
    return {
        "filters": filters,
        "query": request.GET.urlencode(),
        "accounts": accounts_of(request.member.entity),
        "categories": Category.choices,
    }


@require_http_methods(["GET", "POST"])
def wave(request: MemberRequest) -> HttpResponse:
    """Decide about the comments of a filter as one: they are all checked until somebody leaves some out."""
    now, entity, filters = timezone.now(), request.member.entity, _filters(request)
    check_may(request.member, "moderation.decide", now=now)
    found = list(comment_queue.comments_in(entity, filters, now=now)[:WAVE_SIZE])
    form = _wave_form(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            return _decided(request, form, found, filters)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    context = {
        "form": form,
        "rows": [comment_queue.row_of(message) for message in found],
        "chosen": _checked(request, found),
        **_filter_choices(request, filters),
        "now": now,
    }
    return render(request, "moderation/wave.html", context, status=UNPROCESSABLE if form.errors else None)


def _wave_form(request: MemberRequest, found: list[Message]) -> WaveForm:
    version, verbs = queries.rules_in_force(request.member.entity), [Verb.HIDE, Verb.KEEP, Verb.RESTORE]
    offered = [message.pk for message in found]
    data = request.POST if request.method == "POST" else None
    return WaveForm(data, version=version, verbs=verbs, offered=offered, initial={"verb": Verb.HIDE})


def _checked(request: MemberRequest, found: list[Message]) -> set[int]:
    if request.method == "POST":
        return {int(pk) for pk in request.POST.getlist("chosen") if pk.isdecimal() and len(pk) < len(str(2**63))}
    return {message.pk for message in found}


def _decided(request: MemberRequest, form: WaveForm, found: list[Message], filters: Filters) -> HttpResponse:
    chosen, data = set(form.cleaned_data["chosen"]), form.cleaned_data
    done = decide_wave(
        messages=[message for message in found if message.pk in chosen],
        ruling=Ruling(Verb(data["verb"]), data["rule"], data["reason"]),
        filter=filters.description,
        by=request.member,
        now=timezone.now(),
    )
    count = done.decisions.count()
    messages.success(request, f"Decisión sobre {count} comentario{'s' if count > 1 else ''}. Puedes deshacerla entera.")
    return redirect("moderation:queue")


@require_POST
def undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Undo a wave as one."""
    found = queries.get_wave(member=request.member, pk=pk)
    undone = undo_wave(wave=found, by=request.member, now=timezone.now())
    count = len(undone)
    messages.success(request, f"Deshecha: {count} comentario{'s vuelven' if count != 1 else ' vuelve'} a mostrarse.")
    return redirect("moderation:queue")
