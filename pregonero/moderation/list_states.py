"""The life of a version of a word list: tried on the past, in shadow, in force, stopped, undone."""

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
SECOND_PERSON_SHARE, SECOND_PERSON_CRITICISM = 0.01, 0.20
"""Shares, of what was written and of what it would hold, from which a second person puts a version in force (N-4)."""

NEW_FOR = timedelta(days=7)
"""A version this new has a brake."""
BRAKE_WINDOW = timedelta(hours=1)
BRAKE_SHARE, BRAKE_TIMES, BRAKE_LEAST = 0.05, 3, 10
"""It stops when, within the window, it holds this share, or so many times its share of the past; never before so many
comments."""
