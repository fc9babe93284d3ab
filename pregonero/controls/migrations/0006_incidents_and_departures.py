"""Incidents that a person reports, on any network, and the handover of people who leave."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('controls', '0005_administrators'),
        ('media', '0001_initial'),
        ('networks', '0004_held_accounts'),
        ('people', '0005_stand_ins'),
    ]

    operations = [
        migrations.CreateModel(
            name='Departure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='DepartureStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('label', models.CharField(max_length=300)),
                ('path', models.CharField(max_length=200)),
                ('is_verified', models.BooleanField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='incident',
            name='incident_open_once',
        ),
        migrations.AddField(
            model_name='incident',
            name='medium',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='media.medium'),
        ),
        migrations.AddField(
            model_name='incident',
            name='seen_by',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AlterField(
            model_name='incident',
            name='control',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='controls.control'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('account', 'control'), name='incident_open_once', nulls_distinct=False),
        ),
        migrations.AddField(
            model_name='departure',
            name='closed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.member'),
        ),
        migrations.AddField(
            model_name='departure',
            name='entity',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departures', to='people.entity'),
        ),
        migrations.AddField(
            model_name='departure',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departures', to='people.member'),
        ),
        migrations.AddField(
            model_name='departure',
            name='started_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.member'),
        ),
        migrations.AddField(
            model_name='departurestep',
            name='departure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='controls.departure'),
        ),
        migrations.AddField(
            model_name='departurestep',
            name='done_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.member'),
        ),
        migrations.AddField(
            model_name='departurestep',
            name='medium',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='media.medium'),
        ),
        migrations.AddConstraint(
            model_name='departure',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('member',), name='departure_open_once'),
        ),
        migrations.AddConstraint(
            model_name='departure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='departure_closed_by_somebody'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='departure',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ecefb6ef359e5781d709a711d44f305423ee33c7', operation='DELETE', pgid='pgtrigger_no_delete_3ea21', table='controls_departure', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='departurestep',
            constraint=models.UniqueConstraint(fields=('departure', 'key'), name='departure_step_once'),
        ),
        migrations.AddConstraint(
            model_name='departurestep',
            constraint=models.CheckConstraint(condition=models.Q(('done_at__isnull', False), models.Q(('done_by__isnull', True), ('medium__isnull', True), ('note', '')), _connector='OR'), name='departure_step_done_says_when'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='departurestep',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='933a928f887e4d586a5e7462f8d4bf28ead795f3', operation='DELETE', pgid='pgtrigger_no_delete_e8fda', table='controls_departurestep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='departurestep',
            trigger=pgtrigger.compiler.Trigger(name='done_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."done_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='845f0eef6045bf80f04b5340d83180e62c85575b', operation='UPDATE', pgid='pgtrigger_done_once_f0d3a', table='controls_departurestep', when='BEFORE')),
        ),
    ]
