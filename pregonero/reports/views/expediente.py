"""The expediente of a publication, which refreshes while the publication is being sent."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import may
from pregonero.reports.queries import expediente_of


@require_GET
@vary_on_headers("HX-Request")
def expediente(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the expediente. For htmx, which polls while something may change, return only the changing part."""
    now = timezone.now()
    file = expediente_of(member=request.member, pk=pk, now=now)
    context = {
        "file": file,
        "is_live": file.is_moving or file.is_being_sealed(now),
        "now": now,
        "key": uuid4(),
        "printed": bool(request.GET.get("impresa")),
        "printed_by": request.member,
        "may_see_inbox": may(request.member, "inbox.see", now=now),
    }
    template = "reports/expediente.html"
    return render(request, f"{template}#moving" if request.htmx else template, context)
