"""The page Publicaciones: the search over everything that the entity published or is preparing (M-1)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from pregonero.errors import NotFound
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import may
from pregonero.publishing.queries.publication_list import other_words, rows_of
from pregonero.publishing.queries.search import find_by_number, find_publications
from pregonero.publishing.search_form import PublicationSearchForm

PAGE_SIZE = 25


@require_GET
def publications(request: MemberRequest) -> HttpResponse:
    """Show the publications that match, by pages. A number goes to its expediente."""
    entity = request.member.entity
    form = PublicationSearchForm(request.GET, entity=entity)
    wanted = form.wanted()
    if (numbered := find_by_number(entity, wanted.text)) is not None:
        return redirect("reports:expediente", pk=numbered.pk)
    page = Paginator(find_publications(entity, wanted), PAGE_SIZE).get_page(request.GET.get("pagina"))
    rows = rows_of(list(page.object_list), wanted.text)
    now = timezone.now()
    context = {
        "form": form,
        "wanted": wanted,
        "page": page,
        "rows": rows,
        "also": other_words(rows, wanted.text),
        "may_cancel": may(request.member, "publication.stop", now=now) and any(row.can_be_cancelled for row in rows),
        "may_move": may(request.member, "publication.program", now=now),
        "now": now,
    }
    return render(request, "publishing/publications.html", context)


@require_GET
def numbered(request: MemberRequest, number: str) -> HttpResponse:
    """Redirect the address of a number to its expediente."""
    publication = find_by_number(request.member.entity, number)
    if publication is None:
        raise NotFound(f"No hay una publicación con el número {number}.")
    return redirect("reports:expediente", pk=publication.pk)
