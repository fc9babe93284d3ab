"""The kinds of a control, the results of a check, and the state of a control on an account."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models


class ControlKind(models.TextChoices):
    """How a control is checked. The kind follows from what each network's API tells."""

    AUTO = "AUTO", "lo revisa el sistema en la red"
    EVIDENCE = "EVIDENCE", "lo revisa una persona y deja evidencia"
    ATTEST = "ATTEST", "lo declara una persona"
    RULE = "RULE", "el sistema lo hace cumplir"


class Consequence(models.TextChoices):
    """What a control that is not met leads to."""

    FINDING = "FINDING", "un hallazgo"
    SESSION = "SESSION", "un incidente que retiene la cuenta"
    PROTECTION = "PROTECTION", "un incidente hasta que vuelva a estar activa"
    BLOCKED = "BLOCKED", "un incidente hasta que no haya nadie bloqueado"
    OPEN_DAY = "OPEN_DAY", "el día queda abierto para la coordinación"


class Result(models.TextChoices):
    """What a check found."""

    MET = "MET", "se cumple"
    NOT_MET = "NOT_MET", "no se cumple"
    UNVERIFIABLE = "UNVERIFIABLE", "no verificable hoy"


class EvidenceKind(models.TextChoices):
    """What kind of evidence a check has."""

    CAPTURE = "CAPTURE", "captura"
    DOCUMENT = "DOCUMENT", "documento"
    ANSWER = "ANSWER", "respuesta de la red"
    NOTE = "NOTE", "nota"


class ControlState(StrEnum):
    """The state of a control on an account on a day; the first that applies."""

    INCIDENT = "incident"
    FAILED = "failed"
    EXCEPTED = "excepted"
    OVERDUE = "overdue"
    DUE = "due"
    UNVERIFIABLE = "unverifiable"
    MET = "met"

    @property
    def tint(self) -> str:
        """Return the name of the colour that components give to this state."""
        return _STATES[self].tint

    @property
    def word(self) -> str:
        """Return the state in Spanish."""
        return _STATES[self].word


@dataclass(frozen=True)
class _Shown:
    tint: str
    word: str


_STATES = {
    ControlState.INCIDENT: _Shown("bad", "incidente abierto"),
    ControlState.FAILED: _Shown("bad", "no se cumple"),
    ControlState.EXCEPTED: _Shown("hold", "con excepción"),
    ControlState.OVERDUE: _Shown("bad", "vencido"),
    ControlState.DUE: _Shown("wait", "por revisar"),
    ControlState.UNVERIFIABLE: _Shown("info", "no verificable hoy"),
    ControlState.MET: _Shown("ok", "se cumple"),
}


class IncidentKind(models.TextChoices):
    """What happened to an account; the values are those of the consequences that open an incident."""

    SESSION = "SESSION", "sesión o credencial en manos de un extraño"
    PROTECTION = "PROTECTION", "protección de la cuenta apagada"
    BLOCKED = "BLOCKED", "alguien está bloqueado"


class Sighting(models.TextChoices):
    """What somebody saw that tells that an account may not be safe, as they report it."""

    SESSION = "SESSION", "Una sesión o un dispositivo que nadie reconoce"
    POST = "POST", "Una publicación o un mensaje que no hicimos"
    PASSWORD = "PASSWORD", "La contraseña la pudo ver alguien que no debía"
    DEVICE = "DEVICE", "Se perdió o robaron un equipo con la sesión abierta"
    OTHER = "OTHER", "Otra cosa que pone en riesgo la cuenta"


class StepKind(models.TextChoices):
    """A step of an incident, in order; each names what a person did or the system saw."""

    SESSION_ENDED = "SESSION_ENDED", "sesión cerrada"
    CREDENTIAL_CHANGED = "CREDENTIAL_CHANGED", "credencial cambiada en la red"
    AUTHORIZED = "AUTHORIZED", "cuenta autorizada otra vez aquí"
    RESUMED = "RESUMED", "publicaciones reanudadas"
    TURNED_ON = "TURNED_ON", "protección activa otra vez"
    UNBLOCKED = "UNBLOCKED", "nadie bloqueado"
    CLOSED = "CLOSED", "cerrado"


STEPS = {
    IncidentKind.SESSION: (
        StepKind.SESSION_ENDED,
        StepKind.CREDENTIAL_CHANGED,
        StepKind.AUTHORIZED,
        StepKind.RESUMED,
        StepKind.CLOSED,
    ),
    IncidentKind.PROTECTION: (StepKind.TURNED_ON, StepKind.CLOSED),
    IncidentKind.BLOCKED: (StepKind.UNBLOCKED, StepKind.CLOSED),
}
"""The steps of each kind of incident, in order."""
ENDS_EXPOSURE = (StepKind.CREDENTIAL_CHANGED, StepKind.TURNED_ON, StepKind.UNBLOCKED)
"""The step with which the account is no longer exposed."""
