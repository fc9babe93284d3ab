"""Rows of the table of addresses: the records that leave, and the exports."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from pregonero.people.roles import GROUP_HEADS, Role
from pregonero.records.models import Recipient, TimeAuthority
from pregonero.records.outside.actions import make_checkpoint
from pregonero.records.tasks import seal_all
from pregonero.reports.export_files import path_of
from pregonero.reports.models import Export, ExportState
from tests.attack.conftest import Stage
from tests.attack.row import FOUND, INVALID, MANAGE, OK, Row, of

SEERS = GROUP_HEADS | {Role.SYSTEMS_OFFICE, Role.AUDITOR}


def _checkpoint(stage: Stage) -> list[Any]:
    seal_all(entity_id=stage.entity.pk)
    made = make_checkpoint(entity_id=stage.entity.pk, now=timezone.now())
    assert made is not None
    return [made.pk]


def _recipient(stage: Stage) -> list[Any]:
    given = {"entity_id": stage.entity.pk, "email": "archivo@ejemplo.gov.co"}
    return [Recipient.objects.get_or_create(**given, defaults={"named_at": timezone.now()})[0].pk]


def _authority(stage: Stage) -> list[Any]:
    given = {"entity_id": stage.entity.pk, "address": "https://hora.ejemplo.gov.co/"}
    return [TimeAuthority.objects.get_or_create(**given, defaults={"name": "Hora", "named_at": timezone.now()})[0].pk]


def ready_export(kind: str) -> Callable[[Stage], list[Any]]:
    """Return the arguments of an export whose file is there."""

    def make(stage: Stage) -> list[Any]:
        now = timezone.now()
        export = Export.objects.create(
            entity=stage.entity,
            kind=kind,
            state=ExportState.READY,
            by=stage.people[Role.COORDINATOR],
            asked_at=now,
            finished_at=now,
        )
        path_of(export).parent.mkdir(exist_ok=True)
        path_of(export).write_text("listo")
        return [export.pk]

    return make


NAMED = {"email": "otro@ejemplo.gov.co"}
RECORDS_ROWS = (
    Row("reports:expediente_pdf", arguments=of("programmed")),
    Row("reports:expediente_proof", arguments=of("programmed")),
    Row("reports:exports", outside=OK, both=True),
    Row("reports:exports", "POST", data=lambda _: {"kind": "CSV"}, status=FOUND, outside=FOUND, both=True),
    Row("reports:export_file", arguments=ready_export("CSV")),
    Row("reports:records", roles=SEERS, outside=OK),
    Row("reports:checkpoint", "POST", roles=SEERS, status=FOUND, outside=FOUND),
    Row("reports:export_records", "POST", roles=SEERS, status=FOUND, outside=FOUND),
    Row("reports:checkpoint_note", arguments=_checkpoint, roles=SEERS),
    Row("reports:checker", roles=SEERS, outside=OK),
    Row("reports:recipient", roles=MANAGE, outside=OK, both=True),
    Row("reports:recipient", "POST", data=lambda _: NAMED, roles=MANAGE, status=FOUND, outside=FOUND, both=True),
    Row("reports:end_recipient", "POST", _recipient, roles=MANAGE, status=FOUND),
    Row("reports:authority", roles=MANAGE, outside=OK, both=True),
    Row("reports:authority", "POST", data=lambda _: {"name": "Hora"}, roles=MANAGE, status=INVALID, outside=INVALID,
        both=True),
    Row("reports:end_authority", "POST", _authority, roles=MANAGE, status=FOUND),
)  # fmt: skip
