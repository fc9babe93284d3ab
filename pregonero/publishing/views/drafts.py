"""Start a publication: choose its source and draft it."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pregonero.errors import NotFound
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import PERMISSIONS
from pregonero.people.rules import may
from pregonero.publishing import actions, queries
from pregonero.publishing.forms import StartForm
from pregonero.publishing.models import Publication, PublicationState
from pregonero.publishing.queries.calendar import waiting_for_minute
from pregonero.publishing.sources import Source, is_registered, load_source
from pregonero.records.actions import ObjectRef
from pregonero.spanish_lists import alternatives

MOST_NAMED = 3


@require_GET
def start(request: MemberRequest) -> HttpResponse:
    """Show the sources that wait for a publication and, if one is chosen, what it says."""
    now = timezone.now()
    query = StartForm({"source": request.GET.get("fuente", "")})
    source = None if query.has_error("source") else _chosen_source(request, query.cleaned_data["source"])
    context = {
        "source": source,
        "publications": queries.publications_of(source.ref, member=request.member) if source else [],
        "waiting": waiting_for_minute(request.member.entity),
        "key": uuid4(),
        "hour": request.GET.get("hora", ""),
        "may_inform": may(request.member, "news.inform", now=now),
        "informers": _informers(request.member, now),
        "now": now,
    }
    return render(request, "publishing/start.html", context)


@require_POST
def draft(request: MemberRequest) -> HttpResponse:
    """Draft a publication of a source, or find the one that it has, and open its editor. Marks the notice as seen."""
    form, now = StartForm(request.POST), timezone.now()
    if not form.is_valid():
        return redirect("publishing:start")
    source = _chosen_source(request, form.cleaned_data["source"])
    key = form.cleaned_data["key"]
    publication = actions.draft_publication(source=source.ref, key=key, by=request.member, now=now)
    if publication.state == PublicationState.PROGRAMMED:
        messages.info(request, "Ya estaba programada: aquí está.")
        return redirect("reports:expediente", publication.pk)
    if publication.edited_by_id != request.member.pk:
        messages.info(request, f"{publication.edited_by.name} ya la estaba preparando: este es su borrador.")
    return to_editor(publication, hour=form.cleaned_data["hour"])


def _informers(member: Member, now: datetime) -> str:
    """Return the names of those who inform news today, such as "Luis Peña o Lucía Paz"."""
    people = members_with(member.entity, PERMISSIONS["news.inform"].roles, today=timezone.localdate(now))
    return alternatives([person.name for person in people[:MOST_NAMED]])


def _chosen_source(request: MemberRequest, reference: str) -> Source:
    ref = ObjectRef.parse(reference)
    if not is_registered(ref.kind):
        raise NotFound
    return load_source(ref, entity_id=request.member.entity_id)


def to_editor(publication: Publication, hour: str = "") -> HttpResponseRedirect:
    """Redirect to the editor, with the hour that was chosen before."""
    address = reverse("publishing:editor", args=[publication.pk])
    return HttpResponseRedirect(f"{address}?{urlencode({'hora': hour}, safe=':')}" if hour else address)
