"""The register of accounts whole (M-3): states, tests, administrators, applications, and what a connection needs."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import pregonero.networks.sealing

NETWORKS = [
    ("x", "X"), ("facebook", "Facebook"), ("instagram", "Instagram"), ("youtube", "YouTube"), ("bluesky", "Bluesky"),
    ("mastodon", "Mastodon"),
]
Q = models.Q


def _tell_since_when(apps, schema_editor):
    Credential = apps.get_model("networks", "Credential")
    Credential.objects.filter(connected_at__isnull=True).update(connected_at=models.F("updated_at"))


class Migration(migrations.Migration):
    dependencies = [("networks", "0004_budgets"), ("people", "0002_cache")]

    operations = [
        migrations.AddField("account", "retired_at", models.DateTimeField(null=True)),
        migrations.AddField("account", "tested_at", models.DateTimeField(null=True)),
        migrations.AddField("account", "test_passed", models.BooleanField(null=True)),
        migrations.AddField("account", "test_said", models.CharField(blank=True, max_length=300)),
        migrations.AddField("account", "waits_for_connection", models.BooleanField(default=False)),
        migrations.AlterField("account", "remote_id", models.CharField(blank=True, max_length=80)),
        migrations.AlterField(
            "account", "state",
            models.CharField(
                choices=[("ACTIVE", "activa"), ("PAUSED", "en pausa"), ("RETIRED", "retirada")], default="ACTIVE",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint("account", "account_once"),
        migrations.RemoveConstraint("account", "account_pause_has_reason"),
        migrations.AddConstraint(
            "account",
            models.UniqueConstraint(
                fields=["entity", "network", "server", "remote_id"], condition=~Q(remote_id=""), name="account_once"
            ),
        ),
        migrations.AddConstraint(
            "account",
            models.UniqueConstraint(
                "entity", "network", "server", django.db.models.functions.text.Lower("handle"),
                condition=~Q(state="RETIRED"), name="account_handle_once",
            ),
        ),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=(~Q(state="PAUSED") & Q(paused_reason="")) | (Q(state="PAUSED") & ~Q(paused_reason="")),
                name="account_pause_has_reason",
            ),
        ),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=Q(waits_for_connection=False) | Q(state="PAUSED"), name="account_waits_in_pause"
            ),
        ),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=Q(state="RETIRED", retired_at__isnull=False)
                | (~Q(state="RETIRED") & Q(retired_at__isnull=True)),
                name="account_retired_since",
            ),
        ),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(
                condition=Q(tested_at__isnull=True, test_passed__isnull=True)
                | Q(tested_at__isnull=False, test_passed__isnull=False),
                name="account_test_whole",
            ),
        ),
        migrations.RenameField("credential", "sealed_token", "sealed"),
        migrations.AlterField("credential", "sealed", pregonero.networks.sealing.SealedField()),
        migrations.AddField(
            "credential", "kind",
            models.CharField(
                choices=[
                    ("CONSENT", "autorización dada en la red"), ("PASSWORD", "contraseña de aplicación"),
                    ("TOKEN", "ficha entregada"),
                ],
                default="TOKEN", max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "credential", "state",
            models.CharField(
                choices=[("GOOD", "conectada"), ("LOST", "hay que conectarla otra vez")], default="GOOD", max_length=10
            ),
        ),
        migrations.AddField(
            "credential", "scopes",
            django.contrib.postgres.fields.ArrayField(models.CharField(max_length=120), default=list, size=None),
        ),
        migrations.AddField("credential", "generation", models.PositiveIntegerField(default=1)),
        migrations.AddField(
            "credential", "connected_by", models.CharField(default="", max_length=120), preserve_default=False
        ),
        migrations.AddField("credential", "connected_at", models.DateTimeField(null=True)),
        migrations.RunPython(_tell_since_when, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("credential", "connected_at", models.DateTimeField()),
        migrations.AddField("credential", "renew_at", models.DateTimeField(null=True)),
        migrations.AddField("credential", "renewing_until", models.DateTimeField(null=True)),
        migrations.AddField("credential", "problem", models.CharField(blank=True, max_length=300)),
        migrations.AddField("credential", "problem_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "credential",
            models.CheckConstraint(
                condition=Q(problem="", problem_at__isnull=True) | (~Q(problem="") & Q(problem_at__isnull=False)),
                name="credential_problem_whole",
            ),
        ),
        migrations.AddConstraint(
            "credential",
            models.CheckConstraint(
                condition=Q(state="GOOD") | (Q(renew_at__isnull=True) & ~Q(problem="")), name="credential_lost_says_why"
            ),
        ),
        migrations.AddIndex(
            "credential",
            models.Index(condition=Q(renew_at__isnull=False), fields=["renew_at"], name="credential_to_renew"),
        ),
        migrations.CreateModel(
            name="Administrator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="administrators", to="networks.account")),
                ("member", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.member")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="administrator_ends_after"
                    ),
                    models.UniqueConstraint(
                        models.F("account"), django.db.models.functions.text.Lower("name"),
                        condition=Q(until__isnull=True), name="administrator_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("network", models.CharField(choices=NETWORKS, max_length=20)),
                ("server", models.URLField(blank=True)),
                ("client_id", models.CharField(max_length=200)),
                ("sealed_secret", pregonero.networks.sealing.SealedField()),
                ("updated_at", models.DateTimeField()),
                ("entity", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.entity")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "network", "server"), name="application_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Authorization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state_digest", models.CharField(max_length=64, unique=True)),
                ("session_digest", models.CharField(max_length=64)),
                ("sealed_verifier", pregonero.networks.sealing.SealedField()),
                ("started_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="networks.account")),
                ("member", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.member")),
            ],
        ),
    ]
