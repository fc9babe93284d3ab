"""Ask for an export, and note how much of it is written."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record
from pregonero.reports.models import Export, ExportKind, ExportState

RIGHTS = {ExportKind.RECORDS: "records.export"}
OF_PUBLICATIONS = "publications.export"


@dataclass(frozen=True)
class ExportRequest:
    """What somebody asks to take away: the kind of file, the days and the account; empty for all of them."""

    kind: ExportKind
    since: date | None = None
    until: date | None = None
    account_id: int | None = None


@transaction.atomic(durable=True)
def ask_export(*, request: ExportRequest, by: Member, now: datetime) -> Export:
    """Ask for a file, which a job writes (R-2)."""
    check_may(by, RIGHTS.get(request.kind, OF_PUBLICATIONS), now=now)
    export = Export.objects.create(
        entity=by.entity,
        kind=request.kind,
        since=request.since,
        until=request.until,
        account_id=request.account_id,
        by=by,
        asked_at=now,
    )
    days = {"since": str(request.since or ""), "until": str(request.until or "")}
    record(
        entity_id=by.entity_id,
        event_type="export.asked",
        actor=by.actor,
        ref=export.ref,
        at=now,
        facts={"kind": request.kind.value, "account": request.account_id, **days},
    )
    app.configure_task("reports.write_export").defer(export_id=export.pk)
    return export


@transaction.atomic(durable=True)
def note_progress(*, export: Export, done: int, total: int, last_id: int = 0, written: int = 0) -> None:
    """Note how far the file of an export is, so that another job goes on from there."""
    export.done, export.total, export.last_id, export.written = done, total, last_id, written
    export.save(update_fields=["done", "total", "last_id", "written"])


@transaction.atomic(durable=True)
def finish_export(*, export: Export, now: datetime, why_not: str = "") -> None:
    """Note that the file of an export is whole, or in `why_not` the reason for which there is none."""
    export.state = ExportState.FAILED if why_not else ExportState.READY
    export.why_not, export.finished_at = why_not[:300], now
    export.save(update_fields=["state", "why_not", "finished_at"])
