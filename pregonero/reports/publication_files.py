"""What was published, by days and account, as CSV, XLSX and JSON (R-2). No cell is a formula for a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone
from xlsxwriter import Workbook

from pregonero.outbox.models import PUBLIC_KINDS, Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.publishing.models import Publication
from pregonero.reports.actions.exports import note_progress
from pregonero.reports.models import Export

PAGE = 1_000
COLUMNS = (
    "expediente", "título", "red", "cuenta", "estado", "programada", "publicada", "texto", "dirección en la red",
    "motivo del estado", "fuente", "tema", "por qué se publica", "preparada por",
)  # fmt: skip
LONGEST_CELL = 32_767  # characters, in a spreadsheet
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n")
Row = tuple[str, ...]


def not_a_formula(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, also behind spaces, with the apostrophe that says so."""
    return f"'{value}" if value.lstrip(" \u00a0\ufeff").startswith(FORMULA_MARKS) else value


def write_csv(export: Export, path: Path) -> None:
    """Write the rows that are missing in a CSV file, a page at a time; each page is on disk before it is noted."""
    if not export.written:
        _append(export, path, "\ufeff" + _as_csv([COLUMNS]))
    for last_id, rows in _pages(export):
        _append(export, path, _as_csv([tuple(map(not_a_formula, row)) for row in rows]), len(rows), last_id)


def write_json(export: Export, path: Path) -> None:
    """Write the rows that are missing in a JSON list. Its values are as they are: nothing here is a cell."""
    if not export.written:
        _append(export, path, "[\n")
    for last_id, rows in _pages(export):
        separator = ",\n" if export.done else ""
        objects = [json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) for row in rows]
        _append(export, path, separator + ",\n".join(objects), len(rows), last_id)
    _append(export, path, "\n]\n")


def write_xlsx(export: Export, path: Path) -> None:
    """Write a spreadsheet from its beginning: its file is closed as a whole. Each row leaves the memory at once."""
    export.last_id = export.done = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Publicaciones")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
        line = 0
        for _, rows in _pages(export):
            for row in rows:
                line += 1
                for column, value in enumerate(row):
                    sheet.write_string(line, column, not_a_formula(value)[:LONGEST_CELL])
            note_progress(export=export, done=line, total=export.total)


def deliveries_of_export(export: Export) -> QuerySet[Delivery]:
    """Return what an export holds: each publication on each account, in the order in which they were made."""
    rows = Delivery.objects.filter(entity_id=export.entity_id, subject_kind="publication", kind__in=PUBLIC_KINDS)
    if export.account_id:
        rows = rows.filter(account_id=export.account_id)
    if export.since:
        rows = rows.filter(due_at__gte=timezone.make_aware(datetime.combine(export.since, time())))
    if export.until:
        rows = rows.filter(due_at__lt=timezone.make_aware(datetime.combine(export.until + timedelta(days=1), time())))
    return rows.select_related("account").order_by("pk")


def _pages(export: Export) -> Iterator[tuple[int, list[Row]]]:
    """Yield the rows after the last one that is written, with the id of the last one of each page."""
    deliveries = deliveries_of_export(export)
    export.total = deliveries.count()
    while page := list(deliveries.filter(pk__gt=export.last_id)[:PAGE]):
        ids = {delivery.subject_id for delivery in page}
        publications = Publication.objects.select_related("created_by").in_bulk(ids)
        yield page[-1].pk, [_row(delivery, publications[delivery.subject_id]) for delivery in page]
        export.last_id = page[-1].pk


def _row(delivery: Delivery, publication: Publication) -> Row:
    return (
        publication.number,
        publication.title,
        delivery.account.get_network_display(),
        delivery.account.handle,
        DeliveryState(delivery.state).label,
        timezone.localtime(delivery.due_at).isoformat(timespec="seconds"),
        timezone.localtime(delivery.published_at).isoformat(timespec="seconds") if delivery.published_at else "",
        str(delivery.payload.get("text", "")),
        delivery.url,
        delivery.reason,
        publication.source_name,
        publication.theme,
        publication.why,
        publication.created_by.name,
    )


def _as_csv(rows: list[Row]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _append(export: Export, path: Path, text: str, rows: int = 0, last_id: int = 0) -> None:
    """Write after the bytes that are known to be good: what a stopped job left half-written is overwritten."""
    content = text.encode()
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(export.written)
        file.seek(export.written)
        file.write(content)
    note_progress(
        export=export,
        done=export.done + rows,
        total=export.total,
        last_id=last_id or export.last_id,
        written=export.written + len(content),
    )
