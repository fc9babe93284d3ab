"""Each leaf keeps its digest, so that a changed event can be named; each batch, how many events its chain holds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    # Nothing was sealed before this migration, so both tables are empty and need no default.
    dependencies = [("records", "0002_append_only")]
    operations = [
        migrations.AddField("leaf", "digest", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("batch", "total", models.PositiveBigIntegerField(default=0), preserve_default=False),
    ]
