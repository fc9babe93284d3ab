"""What moderation may decide, for which reasons, and where a comment and an operation are."""

from django.db import models


class Category(models.TextChoices):
    """Why a comment may be hidden. The list is closed, also in the database: criticism is none of them (N-4)."""

    INSULT = "INSULT", "insultos o groserías"
    THREAT = "THREAT", "amenazas o llamados a la violencia"
    HATE = "HATE", "discriminación u odio"
    PERSONAL_DATA = "PERSONAL_DATA", "datos personales de otra persona"
    SCAM = "SCAM", "estafa, spam o publicidad"
    SEXUAL = "SEXUAL", "contenido sexual explícito"
    MINORS = "MINORS", "contenido que daña a niños y adolescentes"
    IMPERSONATION = "IMPERSONATION", "suplantación de la entidad o de otra persona"


class Criterion(models.TextChoices):
    """The four criteria of T-475 of 2024: whether an entity may moderate a place of its own."""

    PUBLIC_ACCOUNT = "PUBLIC_ACCOUNT", "La cuenta es pública y oficial de la entidad"
    MADE_TO_INTERACT = "MADE_TO_INTERACT", "La cuenta se creó para conversar con la ciudadanía"
    NEUTRAL_PURPOSE = "NEUTRAL_PURPOSE", "La restricción busca un fin legítimo y es neutral frente a las opiniones"
    FORESEEN_PROCESS = "FORESEEN_PROCESS", "El proceso está previsto en estas reglas: causa, decisión y revisión"


class Verb(models.TextChoices):
    """What a decision does with a comment. Nothing is deleted and nobody is blocked."""

    KEEP = "KEEP", "dejar visible"
    HOLD = "HOLD", "retener"
    HIDE = "HIDE", "ocultar"
    RESTORE = "RESTORE", "volver a mostrar"


RESTRICTS = (Verb.HOLD, Verb.HIDE)
"""Decisions that need a category and cite a community rule."""


class Visibility(models.TextChoices):
    """What the latest decision says of a comment. A held one waits for a person, out of sight meanwhile."""

    VISIBLE = "VISIBLE", "visible"
    HELD = "HELD", "retenido"
    HIDDEN = "HIDDEN", "oculto"


VISIBILITY_OF = {
    Verb.KEEP: Visibility.VISIBLE,
    Verb.RESTORE: Visibility.VISIBLE,
    Verb.HOLD: Visibility.HELD,
    Verb.HIDE: Visibility.HIDDEN,
}


class Effect(models.TextChoices):
    """What became of a decision at the network."""

    NONE = "NONE", "sin cambio en la red"  # the network shows it so already
    SENDING = "SENDING", "en camino a la red"
    DONE = "DONE", "hecho en la red"
    FAILED = "FAILED", "la red no lo aceptó"
    BY_HAND = "BY_HAND", "lo hace una persona en la red"
    SUPERSEDED = "SUPERSEDED", "la reemplazó otra decisión"


class RestrictionKind(models.TextChoices):
    """What an account may have done to a person, and no account of the entity may do (ALL-1)."""

    BLOCK = "BLOCK", "bloqueo"
    MUTE = "MUTE", "silencio"


class ReviewOutcome(models.TextChoices):
    """What another person decided about the hiding of a comment."""

    RESTORED = "RESTORED", "volvió a mostrarse"
    KEPT = "KEPT", "sigue oculto"
