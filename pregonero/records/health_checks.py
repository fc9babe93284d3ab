"""The check that the database still refuses changes to sealed records (R-1)."""

from django.db import connection

from pregonero.health.runner import Area, CheckResult, Level

PROTECTED = (
    "records_event",
    "records_batch",
    "records_leaf",
    "records_checkpoint",
    "records_timetoken",
    "records_checkpointsending",
)
TRIGGERS = ("append_only", "no_truncate")


def check_triggers(entity_id: int | None) -> CheckResult:
    """Check that the append-only triggers exist on every protected table and are enabled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname = ANY(%s) AND tgenabled <> 'D'"
            " AND tgrelid = ANY(%s::regclass[])",
            [list(TRIGGERS), list(PROTECTED)],
        )
        (enabled,) = cursor.fetchone()
    if enabled < len(PROTECTED) * len(TRIGGERS):
        sentence, remedy = (
            "Los registros quedaron sin su protección.",
            "Ejecuta «pregonero migrate» y «pregonero verify».",
        )
        return CheckResult("triggers", Area.SECURITY, Level.ERROR, sentence, remedy)
    return CheckResult("triggers", Area.SECURITY, Level.GOOD, "Nadie puede borrar registros.")


CHECKS = (check_triggers,)
