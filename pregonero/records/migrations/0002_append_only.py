"""What happened cannot be changed or removed afterwards, by anyone who uses the system's database role (R-1).

Plain triggers, enabled ALWAYS: they also fire in a session that replays a replica's changes, and no setting of a
session turns them off. An event's text can be erased (N-7), never changed.
"""

from django.db import migrations

APPEND_ONLY = ("records_event", "records_batch", "records_leaf")
TEXTS = "records_eventtext"

FUNCTION = """
CREATE FUNCTION records_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'records: % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""


def _trigger(table: str, name: str, events: str, level: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {events} ON {table} FOR EACH {level} EXECUTE FUNCTION records_refuse_change();\n"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};\n"
    )


TRIGGERS = [
    *((table, "append_only", "UPDATE OR DELETE", "ROW") for table in APPEND_ONLY),
    (TEXTS, "no_change", "UPDATE", "ROW"),
    *((table, "no_truncate", "TRUNCATE", "STATEMENT") for table in (*APPEND_ONLY, TEXTS)),
]
FORWARD = FUNCTION + "".join(_trigger(*trigger) for trigger in TRIGGERS)
REVERSE = "".join(f"DROP TRIGGER {name} ON {table};" for table, name, *_ in TRIGGERS)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, REVERSE + "DROP FUNCTION records_refuse_change();")]
