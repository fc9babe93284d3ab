"""The page of a person who writes: their history with the entity, and the export and erasure of their data."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from pregonero.errors import UNPROCESSABLE
from pregonero.inbox import person_queries, queries
from pregonero.inbox.actions.contacts import erase_contact
from pregonero.inbox.contact_data import data_of
from pregonero.inbox.forms import EraseForm
from pregonero.inbox.models import Contact
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may, may


def _contact(request: MemberRequest, pk: int, right: str) -> Contact:
    found = queries.get_contact(member=request.member, pk=pk)
    check_may(request.member, right, now=timezone.now())
    return found


@require_GET
def contact_page(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a person's history with the entity on every network, what was promised and what is pending (Q-7)."""
    now, contact = timezone.now(), _contact(request, pk, "inbox.see")
    today, words = timezone.localdate(now), request.GET.get("q", "")[:120]
    context = {
        "contact": contact,
        "history": person_queries.history_of(contact, today=today),
        "words": words,
        "others": person_queries.contacts_like(words, contact=contact),
        "may_work": may(request.member, "inbox.answer", now=now),
        "today": today,
        "may_erase": may(request.member, "contact.erase", now=now),
        "now": now,
    }
    return render(request, "inbox/contact.html", context)


@require_GET
def export(request: MemberRequest, pk: int) -> HttpResponse:
    """Return everything that is kept of a person, as JSON (Ley 1581 de 2012)."""
    contact = _contact(request, pk, "contact.erase")
    headers = {"Content-Disposition": f'attachment; filename="persona-{pk}.json"'}
    return JsonResponse(data_of(contact), headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 1})


@require_http_methods(["GET", "POST"])
def erase(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and erase a person's words and names."""
    contact = _contact(request, pk, "contact.erase")
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        erase_contact(contact=contact, by=request.member, now=timezone.now(), **form.cleaned_data)
        messages.success(request, "Sus datos se borraron. Queda el registro de que se hizo.")
        return redirect(contact)
    status = UNPROCESSABLE if form.errors else None
    return render(request, "inbox/contact_erase.html", {"contact": contact, "form": form}, status=status)
