"""A document that is the evidence of a check, shown in the browser as nothing but a PDF."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pregonero.controls import queries
from pregonero.media.safe_response import pdf_headers
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may


@require_GET
def document(request: MemberRequest, pk: int) -> HttpResponse:
    """Return the document of a piece of evidence, byte for byte."""
    check_may(request.member, "controls.see", now=timezone.now())
    file = queries.get_document(member=request.member, pk=pk)
    return HttpResponse(bytes(file.content), content_type="application/pdf", headers=pdf_headers(file.evidence.name))
