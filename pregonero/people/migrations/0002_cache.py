"""The table of Django's cache, as `createcachetable` makes it: it holds the limits of sign-in for all processes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE pregonero_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX pregonero_cache_expires ON pregonero_cache (expires);
            """,
            "DROP TABLE pregonero_cache",
        )
    ]
