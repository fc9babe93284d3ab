"""The job that writes the file of an export."""

from typing import Any

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pregonero.errors import Refused
from pregonero.records.problems import RecordsDamaged
from pregonero.reports.actions.exports import finish_export
from pregonero.reports.export_files import write_file
from pregonero.reports.models import Export, ExportState


@app.task(name="reports.write_export", queue="reading", retry=RetryStrategy(max_attempts=3, exponential_wait=4))
def write_export(*, export_id: int, **_later: Any) -> None:
    """Write the file of an export; after a stop, go on with what is missing."""
    export = Export.objects.select_related("entity").get(pk=export_id)
    if export.state != ExportState.WAITING:
        return
    try:
        write_file(export)
    except Refused as refusal:
        finish_export(export=export, now=timezone.now(), why_not=refusal.message)
    except RecordsDamaged as damage:
        finish_export(export=export, now=timezone.now(), why_not=damage.problem.sentence)
    else:
        finish_export(export=export, now=timezone.now())
