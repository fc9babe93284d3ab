"""The register of controls as rows, as a spreadsheet and as JSON, to be read outside the system (R-2)."""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from xlsxwriter import Workbook

from pregonero.controls import queries
from pregonero.controls.models import Check
from pregonero.people.models import Entity

STANDING_COLUMNS = ("control", "nombre", "cuenta", "estado", "vence", "última revisión")
COLUMNS = ("control", "cuenta", "resultado", "nota", "quién", "observado", "recibido", "versión", "evidencia sha256")


def check_rows(entity: Entity) -> Iterator[dict[str, str]]:
    """Yield every check of an entity with the digests of its evidence, the oldest first."""
    checks = Check.objects.filter(control__entity=entity).select_related("control", "account", "version", "by")
    for check in checks.prefetch_related("evidence").order_by("observed_at", "pk").iterator(chunk_size=500):
        values = (
            check.control.code,
            str(check.account),
            check.get_result_display(),
            check.note,
            check.by.name if check.by else "Pregonero",
            timezone.localtime(check.observed_at).isoformat(),
            timezone.localtime(check.received_at).isoformat(),
            str(check.version.number),
            " ".join(sorted(piece.sha256 for piece in check.evidence.all())),
        )
        yield dict(zip(COLUMNS, map(_not_a_formula, values), strict=True))


def _not_a_formula(value: str) -> str:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def register_as_sheets(entity: Entity, *, now: datetime) -> bytes:
    """Return a spreadsheet with the standing of each control today, and every check; its cells are text, no formula."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        _sheet(book, "Hoy", STANDING_COLUMNS, _standing_rows(entity, now))
        _sheet(book, "Revisiones", COLUMNS, (tuple(row.values()) for row in check_rows(entity)))
    return file.getvalue()


def _sheet(book: Workbook, name: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
    for line, row in enumerate(rows, start=1):
        sheet.write_row(line, 0, row)


def _standing_rows(entity: Entity, now: datetime) -> Iterator[tuple[str, ...]]:
    for row in queries.matrix(entity, day=timezone.localdate(now)):
        for cell in row.cells:
            seen_at = timezone.localtime(cell.last.observed_at).isoformat() if cell.last else ""
            standing = (cell.standing.state.word, cell.standing.due_on.isoformat(), seen_at)
            yield (row.control.code, _not_a_formula(row.version.title), str(cell.account), *standing)


def register_as_data(entity: Entity, *, now: datetime) -> dict[str, Any]:
    """Return the register as JSON: each control with what it says, and its standing on each account."""
    day = timezone.localdate(now)
    return {
        "entidad": entity.name,
        "día": day.isoformat(),
        "controles": [
            {
                "código": row.control.code,
                "origen": row.control.get_origin_display(),
                "nombre": row.version.title,
                "dice": row.version.statement,
                "para qué": row.version.purpose,
                "se revisa": row.version.get_kind_display(),
                "cada cuánto": row.version.get_cadence_display(),
                "quién": row.version.get_duty_display(),
                "se cumple cuando": row.version.criterion,
                "evidencia": row.version.evidence,
                "si no se cumple": row.version.get_consequence_display(),
                "asesoría": row.version.advice,
                "versión": row.version.number,
                "cuentas": [
                    {
                        "cuenta": str(cell.account),
                        "estado": cell.standing.state.word,
                        "vence": cell.standing.due_on.isoformat(),
                        "última revisión": cell.last.observed_at.isoformat() if cell.last else None,
                    }
                    for cell in row.cells
                ],
            }
            for row in queries.matrix(entity, day=day)
        ],
    }
