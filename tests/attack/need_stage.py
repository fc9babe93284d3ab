"""A need of the entity that is attacked, with a file."""

from django.utils import timezone

from pregonero.newsroom.need_models import Need
from pregonero.newsroom.needs.actions import AttachedFile, ask_need
from tests.attack.conftest import Stage
from tests.newsroom.needs import asked


def need_of(stage: Stage) -> Need:
    """Return the need of the stage's entity; the first call asks for it."""
    entity = stage.draft.entity
    found = Need.objects.filter(entity=entity).first()
    files = [AttachedFile("nota.txt", b"Hola")]
    return found or ask_need(entity=entity, request=asked(), files=files, by=None, now=timezone.now())
