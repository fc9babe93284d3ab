"""Pages of the synergies that arrive: the list, registering one, and one with what was defined (S-1)."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, NotAllowed, NotFound, Refused, WrongState
from pregonero.newsroom.campaigns.queries import campaigns_of
from pregonero.people.middleware import MemberRequest
from pregonero.people.models import Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.people.rules import check_may, may
from pregonero.synergies import queries
from pregonero.synergies.actions.synergies import define_synergy, register_synergy
from pregonero.synergies.forms import DefinitionForm, SynergyForm
from pregonero.synergies.intake import open_files
from pregonero.synergies.models import Synergy, SynergyState
from pregonero.synergies.rules import NEXT_STATES

PAGE_SIZE, WORDS_LIMIT, MOST_CAMPAIGNS = 50, 200, 50
# The tabs: the name in the address, the states, and the name on the screen.
TABS = (
    ("por-definir", (SynergyState.RECEIVED,), "Por definir"),
    ("con-apoyo", (SynergyState.SUPPORTED,), "Con apoyo"),
    ("despues", (SynergyState.LATER,), "Para después"),
    ("sin-apoyo", (SynergyState.DECLINED,), "Sin apoyo"),
    ("todas", tuple(SynergyState), "Todas"),
)


@require_GET
def synergies(request: MemberRequest) -> HttpResponse:
    """Show the synergies of one tab, the last received first; a search without a tab looks in all of them."""
    member, now = request.member, timezone.now()
    check_may(member, "synergy.see", now=now)
    words = request.GET.get("q", "").replace("\0", "").strip()[:WORDS_LIMIT]
    asked = request.GET.get("estado") or ("todas" if words else "")
    slug, states, label = next((tab for tab in TABS if tab[0] == asked), TABS[0])
    counts = queries.synergy_counts(member.entity)
    found = queries.synergies_of(member.entity, states, words=words)
    context = {
        "tabs": [(name, text, sum(counts[state] for state in kept), name == slug) for name, kept, text in TABS],
        "slug": slug,
        "label": label,
        "words": words,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("pagina")),
        "may_register": may(member, "synergy.register", now=now),
        "now": now,
    }
    return render(request, "synergies/synergies.html", context)


@require_http_methods(["GET", "POST"])
def register(request: MemberRequest) -> HttpResponse:
    """Register a synergy that arrived."""
    member, now = request.member, timezone.now()
    check_may(member, "synergy.register", now=now)
    campaigns = list(campaigns_of(member.entity)[:MOST_CAMPAIGNS])
    form = SynergyForm(request.POST or None, request.FILES or None, campaigns=campaigns, now=now)
    if form.is_valid():
        try:
            synergy = register_synergy(
                received=form.received(), texts=form.suggested(), files=open_files(form.unpacked), by=member, now=now
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Sinergia registrada: ahora se define con la asesoría o la coordinación.")
            return redirect(synergy)
    status = UNPROCESSABLE if form.errors else None
    return render(request, "synergies/synergy_form.html", {"form": form}, status=status)


@require_GET
def synergy_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a synergy: what arrived, what was defined, and its publications."""
    check_may(request.member, "synergy.see", now=timezone.now())
    return _synergy_page(request, queries.get_synergy(member=request.member, pk=pk))


def _synergy_page(request: MemberRequest, synergy: Synergy, form: DefinitionForm | None = None) -> HttpResponse:
    member, now = request.member, timezone.now()
    may_define = may(member, "synergy.define", now=now)
    context = {
        "synergy": synergy,
        "texts": queries.texts_of(synergy),
        "files": queries.files_of(synergy),
        "definitions": queries.definitions_of(synergy),
        "publications": queries.publications_of(synergy),
        "form": form or (_definition_form(synergy, member, now) if may_define else None),
        "may_compose": may(member, "publication.compose", now=now),
        "now": now,
    }
    return render(request, "synergies/synergy.html", context, status=UNPROCESSABLE if form else None)


def _definition_form(synergy: Synergy, member: Member, now: datetime, data: object = None) -> DefinitionForm:
    today = timezone.localdate(now)
    return DefinitionForm(
        data,  # type: ignore[arg-type]
        states=NEXT_STATES[SynergyState(synergy.state)],
        networks_people=members_with(member.entity, NETWORKS_PEOPLE, today=today),
        heads=members_with(member.entity, GROUP_HEADS, today=today),
        member=member,
    )


@require_POST
def define(request: MemberRequest, pk: int) -> HttpResponse:
    """Define a synergy."""
    member, now = request.member, timezone.now()
    synergy = queries.get_synergy(member=member, pk=pk)
    check_may(member, "synergy.define", now=now)
    form = _definition_form(synergy, member, now, request.POST)
    if form.is_valid():
        try:
            made = define_synergy(synergy=synergy, definition=form.definition(), by=member, now=now)
        except (NotAllowed, NotFound, WrongState):
            raise
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Definido: {made.get_state_display()}.")
            return redirect(synergy)
    return _synergy_page(request, synergy, form)


@require_GET
def synergy_file(request: MemberRequest, pk: int) -> HttpResponse:
    """Download a file that came with a synergy. It is never shown in the browser, whatever it is."""
    check_may(request.member, "synergy.see", now=timezone.now())
    file = queries.get_file(member=request.member, pk=pk)
    disposition = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    return HttpResponse(
        bytes(file.content),
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"},
    )
