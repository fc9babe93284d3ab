from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0007_media_in_order'),
    ]

    operations = [
        migrations.RemoveField(model_name='adaptation', name='alt'),
        migrations.RemoveField(model_name='adaptation', name='picture'),
        migrations.RemoveField(model_name='adaptation', name='video'),
    ]
