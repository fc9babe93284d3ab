"""What happened cannot be changed or removed afterwards, by anyone who uses the system's database role (R-1)."""

from django.db import migrations

TABLES = ("records_event", "records_batch", "records_leaf")

FUNCTION = """
CREATE FUNCTION records_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'records: % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""
TRIGGERS = "".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION records_refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
"""
    for table in TABLES
)
REVERSE = "".join(f"DROP TRIGGER append_only ON {table}; DROP TRIGGER no_truncate ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION + TRIGGERS, REVERSE + "DROP FUNCTION records_refuse_change();")]
