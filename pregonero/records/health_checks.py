"""The check that the database still refuses changes to sealed records (R-1)."""

from django.db import connection

from pregonero.health.runner import CheckResult

PROTECTED = ("records_event", "records_batch", "records_leaf")
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
        return CheckResult("triggers", ok=False, sentence="Los registros quedaron sin su protección.")
    return CheckResult("triggers", ok=True, sentence="Los registros solo crecen: la base lo exige.")


CHECKS = (check_triggers,)
