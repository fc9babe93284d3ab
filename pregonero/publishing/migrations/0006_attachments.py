import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('newsroom', '0001_initial'),
        ('people', '0002_cache'),
        ('publishing', '0005_parts'),
    ]

    operations = [
        migrations.AddField(
            model_name='adaptation',
            name='format',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('alt', models.CharField(blank=True, max_length=2000)),
                ('alt_missing_because', models.CharField(blank=True, max_length=300)),
                ('captions_missing_because', models.CharField(blank=True, max_length=300)),
                ('adaptation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='publishing.adaptation')),
                ('alt_missing_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.member')),
                ('captions', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='newsroom.medium')),
                ('captions_missing_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.member')),
                ('medium', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='newsroom.medium')),
                ('thumbnail', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='newsroom.medium')),
            ],
            options={
                'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('adaptation', 'position'), name='attachment_in_its_place'), models.CheckConstraint(condition=models.Q(models.Q(('alt_missing_because', ''), ('alt_missing_by__isnull', True)), models.Q(models.Q(('alt_missing_because', ''), _negated=True), ('alt_missing_by__isnull', False)), _connector='OR'), name='attachment_without_alt_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('captions_missing_because', ''), ('captions_missing_by__isnull', True)), models.Q(models.Q(('captions_missing_because', ''), _negated=True), ('captions_missing_by__isnull', False)), _connector='OR'), name='attachment_without_captions_by_somebody')],
            },
        ),
    ]
