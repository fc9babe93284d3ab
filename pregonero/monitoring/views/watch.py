"""Pages of the watch list: what is followed and how each source is, following another, and leaving one (T-1)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pregonero.errors import UNPROCESSABLE, Conflict, Refused
from pregonero.monitoring import queries
from pregonero.monitoring.actions import watch
from pregonero.monitoring.forms import OpmlForm, WatchForm
from pregonero.monitoring.models import WatchedRole
from pregonero.monitoring.opml import write_opml
from pregonero.monitoring.starting_list import starting_list
from pregonero.newsroom.reading.errors import Malformed
from pregonero.newsroom.sources.base import PolledSourceKind
from pregonero.newsroom.sources.registry import KINDS
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may

POLLED = [kind for kind in KINDS.values() if isinstance(kind, PolledSourceKind)]
ROLE_LABELS = {WatchedRole.MEDIUM: "Medios", WatchedRole.SECTOR: "Sector", WatchedRole.GUILD: "Gremios"}


@require_GET
def sources(request: MemberRequest) -> HttpResponse:
    """Show what is followed: those with a problem first, each with what happened."""
    member, now = request.member, timezone.now()
    check_may(member, "topic.see", now=now)
    counts, role = queries.role_counts(member.entity), request.GET.get("de", "")
    role = role if role in counts else ""
    context = {
        "tabs": [("", "Todas", sum(counts.values()), not role)]
        + [(key.value, text, counts[key], key == role) for key, text in ROLE_LABELS.items()],
        "role": role,
        "sources": queries.sources_with_state(member.entity, role=role),
        "may_manage": may(member, "watch.manage", now=now),
        "now": now,
    }
    return render(request, "monitoring/sources.html", context)


@require_http_methods(["GET", "POST"])
def watch_source(request: MemberRequest) -> HttpResponse:
    """Follow another source."""
    member, now = request.member, timezone.now()
    check_may(member, "watch.manage", now=now)
    chosen = request.POST.get("kind") or request.GET.get("clase", "")
    kind = next((one for one in POLLED if one.code == chosen), POLLED[0])
    form = WatchForm(kind, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            source = watch.watch_source(watched=form.watched(), by=member, now=now)
        except (Malformed, Conflict) as refusal:
            form.add_error("address", refusal.message)
        else:
            messages.success(request, f"«{source}» se lee desde ahora.")
            return redirect("monitoring:sources")
    context = {"form": form, "kind": kind, "kinds": POLLED}
    return render(request, "monitoring/watch_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_POST
def confirm_source(request: MemberRequest, pk: int) -> HttpResponse:
    """Confirm a source of the starting list."""
    source = queries.get_source(member=request.member, pk=pk)
    watch.confirm_source(source=source, by=request.member, now=timezone.now())
    messages.success(request, f"«{source}» quedó confirmada.")
    return redirect("monitoring:sources")


@require_http_methods(["GET", "POST"])
def retire_source(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask once more, and stop following a source."""
    member, now = request.member, timezone.now()
    source = queries.get_source(member=member, pk=pk)
    check_may(member, "watch.manage", now=now)
    if request.method == "GET":
        return render(request, "monitoring/retire.html", {"source": source})
    watch.retire_source(source=source, by=member, now=now)
    messages.success(request, f"«{source}» ya no se sigue. Lo que trajo se conserva.")
    return redirect("monitoring:sources")


@require_GET
def export_opml(request: MemberRequest) -> HttpResponse:
    """Download the feeds that are followed as OPML."""
    member, now = request.member, timezone.now()
    check_may(member, "topic.see", now=now)
    content = write_opml(queries.sources_with_state(member.entity))
    headers = {"Content-Disposition": f'attachment; filename="fuentes-{member.entity.slug}.opml"'}
    return HttpResponse(content, content_type="text/x-opml; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
def import_opml(request: MemberRequest) -> HttpResponse:
    """Follow the feeds of an OPML file."""
    member, now = request.member, timezone.now()
    check_may(member, "watch.manage", now=now)
    form = OpmlForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = watch.watch_several(several=form.sources(), by=member, now=now)
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            messages.success(request, f"Se siguen {len(added)} fuentes más; las que ya estaban siguen igual.")
            return redirect("monitoring:sources")
    return render(request, "monitoring/opml_form.html", {"form": form}, status=UNPROCESSABLE if form.errors else None)


@require_POST
def follow_starting_list(request: MemberRequest) -> HttpResponse:
    """Follow the starting list for Colombia, to be confirmed one by one."""
    member, now = request.member, timezone.now()
    added = watch.watch_several(several=list(starting_list()), by=member, now=now)
    messages.success(request, f"Se siguen {len(added)} fuentes más. Confírmalas, o deja de seguir las que no sirvan.")
    return redirect("monitoring:sources")
