"""A trained model takes the place of the one before, which keeps its figures and loses its weights (N-7)."""

from datetime import datetime

from django.db import transaction

from pregonero.inbox.models import TrainedModel
from pregonero.inbox.question_queries import recipe
from pregonero.inbox.questions.phrases import shipped_phrases
from pregonero.inbox.questions.trainer import Training
from pregonero.people.models import Entity
from pregonero.records.actions import SYSTEM, record


@transaction.atomic(durable=True)
def save_model(*, entity_id: int, training: Training, now: datetime) -> TrainedModel:
    """Store a model as the latest of its entity, with its figures."""
    entity = Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=entity_id)
    earlier = TrainedModel.objects.filter(entity=entity)
    earlier.filter(weights__isnull=False).update(weights=None)
    trained = TrainedModel.objects.create(
        entity=entity,
        number=earlier.count() + 1,
        weights=training.model.to_bytes(),
        recipe=recipe(),
        shipped=len(shipped_phrases("training")),
        learned=training.learned,
        figures=training.scores.as_dict(),
        at=now,
    )
    thousandths = round(1000 * training.scores.macro_f1)
    record(
        entity_id=entity.pk,
        event_type="question_model.trained",
        actor=SYSTEM,
        ref=trained.ref,
        at=now,
        facts={"number": trained.number, "learned": trained.learned, "macro_f1_thousandths": thousandths},
    )
    return trained
