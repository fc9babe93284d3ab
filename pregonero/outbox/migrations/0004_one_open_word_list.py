

import pregonero.networks.base
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('networks', '0002_credential_kind_names'),
        ('outbox', '0003_one_open_change'),
        ('people', '0005_stand_ins'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', pregonero.networks.base.OperationKind['SET_WORD_LIST']), ('state__in', ('PLANNED', 'DUE', 'SENDING', 'UNCERTAIN', 'NEEDS_PERSON'))), fields=('account',), name='delivery_one_open_word_list'),
        ),
    ]
