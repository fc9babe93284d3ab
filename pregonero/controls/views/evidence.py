"""A document that is the evidence of a check, shown in the browser as nothing but a PDF."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from pregonero.controls import queries
from pregonero.people.middleware import MemberRequest
from pregonero.people.rules import check_may

# The browser's own viewer is an object with a style of its own; nothing else is loaded, and no script runs.
POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@require_GET
def document(request: MemberRequest, pk: int) -> HttpResponse:
    """Return the document of a piece of evidence, byte for byte."""
    check_may(request.member, "controls.see", now=timezone.now())
    file = queries.get_document(member=request.member, pk=pk)
    name = f"{file.evidence.name.removesuffix('.pdf') or 'documento'}.pdf"
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=False, filename=name) or "inline",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(bytes(file.content), content_type="application/pdf", headers=headers)
