"""An entity has arms, or shows its initials."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_role_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='entity',
            name='arms_alt',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AddField(
            model_name='entity',
            name='arms_sha256',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddConstraint(
            model_name='entity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('arms_alt', ''), ('arms_sha256', '')), models.Q(('arms_sha256__regex', '^[0-9a-f]{64}$'), models.Q(('arms_alt', ''), _negated=True)), _connector='OR'), name='entity_arms_have_alt'),
        ),
    ]
