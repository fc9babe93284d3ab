"""The life of a version of a word list: tried on the past, in shadow, in force, stopped, undone."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models


class ListState(models.TextChoices):
    """Where a version is. Only one in force acts on what people write."""

    WRITTEN = "WRITTEN", "en prueba con lo pasado"
    SHADOW = "SHADOW", "en sombra: mira y no toca"
    ASKED = "ASKED", "espera a una segunda persona"
    IN_FORCE = "IN_FORCE", "en vigor"
    STOPPED = "STOPPED", "detenida"
    REPLACED = "REPLACED", "reemplazada"
    UNDONE = "UNDONE", "deshecha"
    DISCARDED = "DISCARDED", "descartada"


TRANSITIONS = (
    (ListState.WRITTEN, ListState.SHADOW),
    (ListState.WRITTEN, ListState.DISCARDED),
    (ListState.SHADOW, ListState.ASKED),
    (ListState.SHADOW, ListState.IN_FORCE),
    (ListState.SHADOW, ListState.DISCARDED),
    (ListState.SHADOW, ListState.REPLACED),
    (ListState.ASKED, ListState.IN_FORCE),
    (ListState.ASKED, ListState.SHADOW),
    (ListState.ASKED, ListState.DISCARDED),
    (ListState.ASKED, ListState.REPLACED),
    (ListState.IN_FORCE, ListState.STOPPED),
    (ListState.IN_FORCE, ListState.REPLACED),
    (ListState.IN_FORCE, ListState.UNDONE),
    (ListState.STOPPED, ListState.SHADOW),
    (ListState.STOPPED, ListState.UNDONE),
    (ListState.REPLACED, ListState.UNDONE),
)

WATCHING = (ListState.SHADOW, ListState.ASKED, ListState.IN_FORCE)
"""States in which a version is compared with everything that arrives."""
ACTED = (ListState.IN_FORCE, ListState.STOPPED, ListState.REPLACED)
"""States in which a version may have held something."""
KIND = "word_list"

LOOK_BACK = timedelta(days=90)
"""How far back a version is tried before anything else."""
MOST_EXAMPLES = 50
BRAKE_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Limits:
    """From where a second person puts a version in force (N-4), and when a new one stops by itself.

    Shares are percents: of what was written, and of what a version would hold. Within the window, a version that is
    `new_days` old at most stops when it holds `brake_share`, or `brake_times` its share of the past; never before
    `brake_least` comments.
    """

    second_person_share: int = 1
    second_person_criticism: int = 20
    new_days: int = 7
    brake_share: int = 5
    brake_times: int = 3
    brake_least: int = 10
