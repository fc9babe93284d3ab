"""The one table of a delivery's states: the database trigger, the rules, the diagram and a test come from it.

It is delivery.md's figure, with one state more (decision 0003): a delivery whose hour passed is EXPIRED, since nobody
cancelled it and no network refused it; and with the late yes of an attempt, which is a fact whatever the row says by
then (decision 0009).
"""

from django.db import models


class DeliveryState(models.TextChoices):
    """Where a delivery is."""

    PLANNED = "PLANNED", "programada"
    DUE = "DUE", "en su hora"
    SENDING = "SENDING", "enviando"
    UNCERTAIN = "UNCERTAIN", "por confirmar"
    NEEDS_PERSON = "NEEDS_PERSON", "espera una decisión"
    PUBLISHED = "PUBLISHED", "publicada"
    REJECTED = "REJECTED", "rechazada"
    CANCELLED = "CANCELLED", "cancelada"
    EXPIRED = "EXPIRED", "pasó su hora"
    WITHDRAWN = "WITHDRAWN", "retirada"
    RECTIFIED = "RECTIFIED", "rectificada"


S = DeliveryState

TRANSITIONS: tuple[tuple[DeliveryState, DeliveryState, str], ...] = (
    (S.PLANNED, S.DUE, "llega su minuto"),
    (S.PLANNED, S.CANCELLED, "una persona, una directriz o un incidente"),
    (S.PLANNED, S.REJECTED, "la red no acepta lo preparado"),
    (S.PLANNED, S.EXPIRED, "pasó su hora"),
    (S.DUE, S.PLANNED, "una persona la mueve a más tarde"),
    (S.DUE, S.SENDING, "un trabajador la toma y deja su intento"),
    (S.DUE, S.CANCELLED, "una persona, una directriz o un incidente"),
    (S.DUE, S.REJECTED, "la red no acepta lo preparado"),
    (S.DUE, S.EXPIRED, "pasó su hora"),
    (S.SENDING, S.PUBLISHED, "la red la publicó"),
    (S.SENDING, S.REJECTED, "la red dijo que no, definitivamente"),
    (S.SENDING, S.DUE, "la red dijo que ahora no, y no tomó nada"),
    (S.SENDING, S.UNCERTAIN, "no se sabe si la tomó"),
    (S.UNCERTAIN, S.PUBLISHED, "la red la tiene"),
    (S.UNCERTAIN, S.DUE, "la red no la tiene"),
    (S.UNCERTAIN, S.NEEDS_PERSON, "no hay cómo saberlo"),
    (S.NEEDS_PERSON, S.PUBLISHED, "una persona la reconoció"),
    (S.NEEDS_PERSON, S.DUE, "una persona dijo que no salió"),
    (S.REJECTED, S.PLANNED, "una persona la corrige y reprograma"),
    (S.EXPIRED, S.PLANNED, "una persona la reprograma"),
    (S.CANCELLED, S.PLANNED, "una persona la reprograma"),
    (S.PLANNED, S.PUBLISHED, "llegó tarde el sí de un intento"),
    (S.DUE, S.PUBLISHED, "llegó tarde el sí de un intento"),
    (S.REJECTED, S.PUBLISHED, "llegó tarde el sí de un intento"),
    (S.EXPIRED, S.PUBLISHED, "llegó tarde el sí de un intento"),
    (S.CANCELLED, S.PUBLISHED, "llegó tarde el sí de un intento"),
    (S.PUBLISHED, S.WITHDRAWN, "una persona, con su razón"),
    (S.PUBLISHED, S.RECTIFIED, "una persona, con su razón"),
)  # fmt: skip

PAIRS = [(before.value, after.value) for before, after, _ in TRANSITIONS]

WAITING = (S.PLANNED, S.DUE)
"""Not out yet: it may still be edited, moved or cancelled."""

IN_FLIGHT = (S.SENDING, S.UNCERTAIN)
"""Being sent or found out: nobody may touch it."""

STOPPED = (S.REJECTED, S.EXPIRED, S.CANCELLED)
"""Certainly not out: a person may plan it again."""

UNFINISHED = (*WAITING, *IN_FLIGHT, S.NEEDS_PERSON)
"""Its outcome is not known yet."""

REMOVED = "removed"
"""The reason's code of a cancelled delivery whose part is of the publication no more: nobody counts it."""

PUBLIC = (S.PUBLISHED, S.WITHDRAWN, S.RECTIFIED)
"""It went out."""

TINTS = {
    **dict.fromkeys(PUBLIC, "ok"),
    **dict.fromkeys(IN_FLIGHT, "wait"),
    **dict.fromkeys(STOPPED, "bad"),
    S.DUE: "wait",
    S.CANCELLED: "hold",
    S.NEEDS_PERSON: "bad",
}
"""The colour of each state in the interface; a planned delivery has none."""

NOT_PUBLIC = tuple(state for state in S if state not in PUBLIC)


def diagram() -> str:
    """Return the table as a Mermaid diagram, for docs/estados-de-una-entrega.md."""
    names = {state: state.label.replace(" ", "_") for state in DeliveryState}
    lines = [f"    {names[before]} --> {names[after]}: {why}" for before, after, why in TRANSITIONS]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {names[S.PLANNED]}", *lines]) + "\n"
