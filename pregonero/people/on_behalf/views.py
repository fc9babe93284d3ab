"""Pages of acts on behalf: the list, recording one, and the verdict of the person who acted."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.people.middleware import MemberRequest
from pregonero.people.on_behalf import actions, queries
from pregonero.people.on_behalf.forms import ActForm, DisputeForm
from pregonero.people.rules import check_may, may


@require_GET
def acts(request: MemberRequest) -> HttpResponse:
    """Show what was recorded on behalf of this person, and what the Group recorded for others."""
    return _acts_page(request)


def _acts_page(request: MemberRequest, form: DisputeForm | None = None) -> HttpResponse:
    member, now = request.member, timezone.now()
    may_see = may(member, "acts.see", now=now)
    theirs = queries.acts_of_person(member)
    context = {
        "waiting": [act for act in theirs if not act.verdict],
        "judged": [act for act in theirs if act.verdict],
        "recorded": queries.acts_of(member.entity) if may_see else [],
        "may_see": may_see,
        "may_record": may(member, "acts.record", now=now),
        "form": form or DisputeForm(),
        "now": now,
    }
    return render(request, "people/acts.html", context, status=UNPROCESSABLE if form else None)


@require_http_methods(["GET", "POST"])
def record(request: MemberRequest) -> HttpResponse:
    """Record an act on behalf about the object that the address names, or about the entity."""
    member, now = request.member, timezone.now()
    check_may(member, "acts.record", now=now)
    reference = request.GET.get("sobre") or member.entity.ref.reference
    subject = queries.subject_of(reference, entity=member.entity)
    people = queries.outside_people(member.entity)
    form = ActForm(request.POST or None, request.FILES or None, people=people)
    if form.is_valid():
        try:
            actions.record_act(act=form.act_about(subject), by=member, now=now)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Acto registrado con su prueba.")
            return redirect("people:acts")
    context = {"form": form, "subject": subject}
    return render(request, "people/act_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def confirm(request: MemberRequest, pk: int) -> HttpResponse:
    """Confirm an act that was recorded on behalf of this person."""
    act = queries.get_act(member=request.member, pk=pk)
    actions.confirm_act(act=act, by=request.member, now=timezone.now())
    messages.success(request, "Confirmado. Gracias.")
    return redirect("people:acts")


@require_POST
def dispute(request: MemberRequest, pk: int) -> HttpResponse:
    """Say that this person did not do what was recorded on their behalf."""
    act, form = queries.get_act(member=request.member, pk=pk), DisputeForm(request.POST)
    if not form.is_valid():
        return _acts_page(request, form)
    actions.dispute_act(act=act, by=request.member, now=timezone.now(), **form.cleaned_data)
    messages.success(request, "Quedó registrado, y ya le avisamos a quien lo escribió.")
    return redirect("people:acts")


@require_GET
def proof_file(request: MemberRequest, pk: int) -> HttpResponse:
    """Download the file that proves an act. It is never shown in the browser, whatever it is."""
    act = queries.get_act(member=request.member, pk=pk)
    file = queries.file_of(act)
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    }
    return HttpResponse(bytes(file.content), content_type="application/octet-stream", headers=headers)
