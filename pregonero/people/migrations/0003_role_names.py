"""The roles of people are named by what they do, not by who does it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_cache'),
    ]

    operations = [
        migrations.AlterField(
            model_name='member',
            name='roles',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('CONTENT_MANAGER', 'Gestión de contenidos'), ('COMMUNITY_MANAGER', 'Community manager'), ('DIGITAL_STRATEGIST', 'Estratega digital'), ('ADVISER', 'Asesoría de comunicaciones'), ('COORDINATOR', 'Coordinación'), ('CITIZEN_RELATIONS', 'Grupo de Relación con el Ciudadano'), ('SYSTEMS_OFFICE', 'Oficina de Sistemas de Información'), ('AUDITOR', 'Control interno')], max_length=20), size=None),
        ),
    ]
