"""Pages of petitions: the list by legal date, and one with its days, its number and its steps (Q-5)."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import UNPROCESSABLE, NotFound, Refused
from pregonero.inbox import petition_queries, queries
from pregonero.inbox.actions import petitions as actions
from pregonero.inbox.forms import NumberForm, PetitionForm, StepForm
from pregonero.inbox.models import Petition
from pregonero.inbox.petition_clock import TERMS, PetitionKind, silence_of_documents
from pregonero.inbox.petition_law import ARTICLES
from pregonero.inbox.petitions import FEATURES, calendar_file, row_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


@require_GET
def petition_list(request: MemberRequest) -> HttpResponse:
    """List the petitions: those that run first, by their legal date."""
    now = timezone.now()
    check_may(request.member, "inbox.see", now=now)
    today = timezone.localdate(now)
    rows = [row_of(petition, today=today) for petition in queries.petitions_of(request.member.entity)]
    rows.sort(key=lambda row: row.order)
    return render(request, "inbox/petitions.html", {"rows": rows, "now": now})


@require_POST
def open_petition(request: MemberRequest, pk: int) -> HttpResponse:
    """Hand a conversation over as a petition."""
    conversation, form = queries.get_conversation(member=request.member, pk=pk), PetitionForm(request.POST)
    check_may(request.member, "petition.open", now=timezone.now())
    if form.is_valid():
        marked = form.cleaned_data["features"]
        opening = actions.PetitionOpening(
            PetitionKind(form.cleaned_data["kind"]),
            {name: name in marked for name in FEATURES},
            form.cleaned_data["contact_given"],
            form.cleaned_data["priority"],
        )
        actions.open_petition(conversation=conversation, opening=opening, by=request.member, now=timezone.now())
        messages.success(request, "Petición enviada al Grupo de Relación con el Ciudadano.")
    return redirect(conversation)


@require_GET
def petition_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a petition: what was asked, its legal date explained day by day, and what happened to it."""
    return _page(request, _petition(request, pk, "inbox.see"))


def _petition(request: MemberRequest, pk: int, right: str) -> Petition:
    """Return a petition that this person may see and act on. Raises `NotFound` or `NotAllowed`."""
    found = queries.get_petition(member=request.member, pk=pk)
    check_may(request.member, right, now=timezone.now())
    return found


def _page(request: MemberRequest, petition: Petition, form: Form | None = None) -> HttpResponse:
    now, kind = timezone.now(), PetitionKind(petition.kind)
    row = row_of(petition, today=timezone.localdate(now))
    context = {
        "petition": petition,
        "conversation": petition.message.conversation,
        "row": row,
        "silence": silence_of_documents(row.count) if kind == PetitionKind.DOCUMENTS else None,
        "term": TERMS[kind],
        "article": ARTICLES.get(row.count.norm),
        "features": [(label, petition.features.get(name, False)) for name, label in FEATURES.items()],
        "packet": petition_queries.latest_packet(petition),
        "dates": petition.legal_dates.order_by("pk"),
        "steps": petition.steps.select_related("by").order_by("at", "pk"),
        "number_form": form if isinstance(form, NumberForm) else NumberForm(),
        "step_form": form if isinstance(form, StepForm) else StepForm(),
        "may_manage": may(request.member, "petition.manage", now=now),
        "now": now,
    }
    return render(request, "inbox/petition.html", context, status=UNPROCESSABLE if form is not None else None)


@require_POST
def number(request: MemberRequest, pk: int) -> HttpResponse:
    """Store the number of a petition."""
    petition, form = _petition(request, pk, "petition.manage"), NumberForm(request.POST)
    if not form.is_valid():
        return _page(request, petition, form)
    actions.record_number(petition=petition, by=request.member, now=timezone.now(), **form.cleaned_data)
    messages.success(request, "Radicado guardado: se lo contamos a la persona.")
    return redirect(petition)


@require_POST
def step(request: MemberRequest, pk: int) -> HttpResponse:
    """Store something that happened to a petition."""
    petition, form = _petition(request, pk, "petition.manage"), StepForm(request.POST)
    if form.is_valid():
        try:
            actions.record_step(
                petition=petition,
                step=form.step_at(timezone.now()),
                note=form.cleaned_data["note"],
                by=request.member,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("day", refusal.message)
        else:
            return redirect(petition)
    return _page(request, petition, form)


@require_GET
def calendar(request: MemberRequest, pk: int) -> HttpResponse:
    """Return the legal date as a calendar file."""
    text = calendar_file(_petition(request, pk, "inbox.see"), now=timezone.now())
    if not text:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="peticion-{pk}.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
