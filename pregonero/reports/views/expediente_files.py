"""The expediente as files: PDF/A, and the proof of its records."""

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pregonero.people.middleware import MemberRequest
from pregonero.records.outside.actions import make_checkpoint
from pregonero.records.outside.export import selection_lines
from pregonero.records.outside.queries import outside_records
from pregonero.records.tasks import seal_all
from pregonero.reports.expediente_pdf import draw_expediente
from pregonero.reports.queries import expediente_of


@require_GET
def as_pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """Return the expediente as PDF/A."""
    now = timezone.now()
    file = expediente_of(member=request.member, pk=pk, now=now)
    latest = outside_records(request.member.entity_id).latest
    content = draw_expediente(file, checkpoint=latest, by=request.member.name, now=now)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="expediente-{file.publication.number}.pdf"'
    return response


@require_GET
def proof(request: MemberRequest, pk: int) -> StreamingHttpResponse:
    """Return the records of the expediente with the proof of each one, for `check_records.py`."""
    now, entity_id = timezone.now(), request.member.entity_id
    file = expediente_of(member=request.member, pk=pk, now=now)
    seal_all(entity_id=entity_id)
    make_checkpoint(entity_id=entity_id, now=now)
    events = [line.event for line in file.lines]
    lines = selection_lines(entity_id, events, file.publication.ref)
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="prueba-{file.publication.number}.jsonl"'
    return response
