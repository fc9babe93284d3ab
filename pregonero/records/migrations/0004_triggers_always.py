"""The refusals hold in every session, also one that replays a replica's changes; words can be erased, never changed."""

from django.db import migrations

TABLES = ("records_event", "records_batch", "records_leaf")
TRIGGERS = ("append_only", "no_truncate")

ALWAYS = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};" for table in TABLES for name in TRIGGERS)
WORDING = """
CREATE TRIGGER no_change BEFORE UPDATE ON records_wording FOR EACH ROW EXECUTE FUNCTION records_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON records_wording
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
ALTER TABLE records_wording ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE records_wording ENABLE ALWAYS TRIGGER no_truncate;
"""
REVERSE = "".join(f"ALTER TABLE {table} ENABLE TRIGGER {name};" for table in TABLES for name in TRIGGERS) + (
    "DROP TRIGGER no_change ON records_wording; DROP TRIGGER no_truncate ON records_wording;"
)


class Migration(migrations.Migration):
    dependencies = [("records", "0003_digests_and_totals")]
    operations = [migrations.RunSQL(ALWAYS + WORDING, REVERSE)]
