"""Checks of the reading of what people write: who is behind, and how it arrives (Q-1)."""

from django.urls import reverse
from django.utils import timezone

from pregonero.health.runner import Area, CheckResult, Detail, Level
from pregonero.inbox.reading_state import POLLING_ONLY, late_readings, polling_losses
from pregonero.people.models import Entity


def check_reading(entity_id: int | None) -> CheckResult:
    """Check that what people write is read on time."""
    entities = Entity.objects.order_by("pk")
    if entity_id is not None:
        entities = entities.filter(pk=entity_id)
    now = timezone.now()
    late = [reading for entity in entities for reading in late_readings(entity, now=now)]
    if not late:
        return CheckResult("reading", Area.ACCOUNTS, Level.GOOD, "Lo que la gente escribe se lee a tiempo.")
    details = tuple(Detail(str(one.stream.account), one.sentence, reverse("inbox:list")) for one in late)
    sentence = "Una lista de una cuenta está atrasada: puede faltar lo que la gente escribió."
    if len(late) > 1:
        sentence = f"{len(late)} listas de cuentas están atrasadas: puede faltar lo que la gente escribió."
    return CheckResult("reading", Area.ACCOUNTS, Level.REVIEW, sentence, "Mira por qué en Conversación.", details)


def check_notices(entity_id: int | None) -> CheckResult:
    """Say whether the networks can send notices, and what is lost when they cannot; polling works without them."""
    losses = polling_losses()
    if not losses:
        return CheckResult("notices", Area.ACCOUNTS, Level.GOOD, "Las redes pueden avisar a esta dirección.")
    details = tuple(Detail(loss) for loss in losses)
    return CheckResult("notices", Area.ACCOUNTS, Level.GOOD, POLLING_ONLY, details=details)


CHECKS = (check_reading, check_notices)
