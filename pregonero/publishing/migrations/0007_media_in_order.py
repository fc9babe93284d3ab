from django.db import migrations


def take(apps, schema_editor):
    """Put each adaptation's picture, then its video, in the table of attachments, in that order."""
    attachments = apps.get_model('publishing', 'Attachment')
    for adaptation in apps.get_model('publishing', 'Adaptation').objects.order_by('pk').iterator():
        media = [medium for medium in (adaptation.picture_id, adaptation.video_id) if medium is not None]
        for position, medium in enumerate(media, start=1):
            alt = adaptation.alt if medium == adaptation.picture_id else ''
            attachments.objects.create(adaptation=adaptation, position=position, medium_id=medium, alt=alt)


def give_back(apps, schema_editor):
    """Leave on each adaptation its first picture and its first video."""
    for attachment in apps.get_model('publishing', 'Attachment').objects.order_by('-position').select_related('medium'):
        adaptation = attachment.adaptation
        setattr(adaptation, f'{attachment.medium.kind}_id', attachment.medium_id)
        if attachment.medium.kind == 'picture':
            adaptation.alt = attachment.alt[:1000]
        adaptation.save()


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0006_attachments'),
    ]

    operations = [
        migrations.RunPython(take, give_back),
    ]
