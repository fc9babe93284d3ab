"""Documents as evidence: their bytes, and which content each kind of evidence has."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('controls', '0006_incidents_and_departures'),
        ('media', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='EvidenceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='evidence',
            name='evidence_has_content',
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('body', ''), ('kind', 'CAPTURE'), ('medium__isnull', False)), models.Q(('body', ''), ('kind', 'DOCUMENT'), ('medium__isnull', True)), models.Q(('kind__in', ['ANSWER', 'NOTE']), ('medium__isnull', True), models.Q(('body', ''), _negated=True)), _connector='OR'), name='evidence_has_content'),
        ),
        migrations.AddField(
            model_name='evidencefile',
            name='evidence',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='file', to='controls.evidence'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencefile',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ea5b6a446e8c3e5299e85b5b5bd68657db517126', operation='UPDATE', pgid='pgtrigger_no_update_5458e', table='controls_evidencefile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencefile',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ae6135debd624a956a06932e412fc82f4d30d810', operation='DELETE', pgid='pgtrigger_no_delete_e3e52', table='controls_evidencefile', when='BEFORE')),
        ),
    ]
