"""The files of exports, in the data folder: written a part at a time, whatever their size."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from pregonero.records.outside.export import export_lines, grouped
from pregonero.records.outside.queries import outside_records
from pregonero.reports.actions.exports import note_progress
from pregonero.reports.models import Export, ExportKind
from pregonero.reports.publication_files import write_csv, write_json, write_xlsx


def path_of(export: Export) -> Path:
    """Return the path of an export's file."""
    return Path(settings.DATA_DIR) / "exports" / f"{export.pk}.part"


def write_file(export: Export) -> None:
    """Write the file of an export."""
    path = path_of(export)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    WRITERS[ExportKind(export.kind)](export, path)


def _write_records(export: Export, path: Path) -> None:
    """Write the records from the beginning: their lines depend on each other, and they take seconds."""
    latest = outside_records(export.entity_id).latest
    total, done = latest.size if latest else 0, 0
    with path.open("wb") as file:
        for part in grouped(export_lines(export.entity_id), 20_000):
            file.write(part)
            done += part.count(b"\n")
            note_progress(export=export, done=min(done, total), total=total)


WRITERS: dict[ExportKind, Callable[[Export, Path], None]] = {
    ExportKind.RECORDS: _write_records,
    ExportKind.CSV: write_csv,
    ExportKind.XLSX: write_xlsx,
    ExportKind.JSON: write_json,
}
