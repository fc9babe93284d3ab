"""The exports that a person asked for."""

from datetime import datetime

from pregonero.errors import NotFound
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.reports.actions.exports import OF_PUBLICATIONS, RIGHTS
from pregonero.reports.models import Export, ExportKind, ExportState

LAST = 20


def exports_of(member: Member, kind: ExportKind | None = None) -> list[Export]:
    """Return the last exports of this person: those of the records, or those of publications."""
    rows = Export.objects.filter(by=member, entity_id=member.entity_id)
    rows = rows.filter(kind=kind) if kind else rows.exclude(kind=ExportKind.RECORDS)
    return list(rows.order_by("-asked_at", "-pk")[:LAST])


def get_ready_export(*, member: Member, pk: int, now: datetime) -> Export:
    """Return an export of the member's entity whose file is whole. Raises `NotFound` and `NotAllowed`."""
    export = Export.objects.filter(entity_id=member.entity_id, pk=pk, state=ExportState.READY).first()
    if export is None:
        raise NotFound("Ese archivo no está, o todavía se está haciendo.")
    check_may(member, RIGHTS.get(ExportKind(export.kind), OF_PUBLICATIONS), now=now)
    return export
