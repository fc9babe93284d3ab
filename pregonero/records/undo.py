"""The rules of every undo.

An undo is an action of its own, recorded with its person. Only the person who did the original action may undo it,
within `WINDOW` (and a grace that pages do not mention), and only while nobody has acted on the same object since.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from pregonero.errors import Conflict, WrongState
from pregonero.records.actions import SYSTEM, ObjectRef
from pregonero.records.models import Event

WINDOW = timedelta(seconds=10)  # how long a page offers it
GRACE = timedelta(seconds=5)  # the page takes some time to come, and the press to arrive


def check_in_time(at: datetime, *, now: datetime, instead: str) -> None:
    """Raise `WrongState` if an action done at `at` is too old to be undone; `instead` says what can still be done."""
    if now - at > WINDOW + GRACE:
        raise WrongState(f"Solo se deshace en los primeros {WINDOW.seconds} segundos, y ya pasaron. {instead}".strip())


def check_nobody_acted_since(event_id: int, refs: Iterable[ObjectRef], *, entity_id: int) -> None:
    """Raise `Conflict`, naming who did what, if a person acted on one of these objects after an event.

    The caller holds the locks that every act on them takes, so that none is missed.
    """
    references = [ref.reference for ref in refs]
    later = Event.objects.filter(entity_id=entity_id, ref__in=references, pk__gt=event_id)
    act = later.exclude(actor__kind=SYSTEM.kind).order_by("pk").first()
    if act is not None:
        at = timezone.localtime(act.at)
        raise Conflict(
            f"No se deshizo: {act.actor['name']} hizo otro cambio a las {at:%H:%M:%S} ({act.type_label.lower()})."
        )
