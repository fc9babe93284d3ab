"""Forms of controls. They validate and never save."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils import timezone

from pregonero.controls.actions.register import ControlText
from pregonero.controls.cadence import Cadence
from pregonero.controls.catalog import EVERY_NETWORK, GMAIL
from pregonero.controls.states import Consequence, ControlKind, Result, Sighting, StepKind
from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.networks.registry import network_choices
from pregonero.people.models import Entity, Member
from pregonero.people.roles import Role

AREA = forms.Textarea(attrs={"rows": 3})


def beginning_high(choices: type[TextChoices]) -> list[tuple[str, str]]:
    """Return choices as a list shows them: their labels are written for the middle of a sentence."""
    return [(choice.value, f"{choice.label[0].upper()}{choice.label[1:]}") for choice in choices]


class CheckForm(forms.Form):
    """What a person saw of a control on an account."""

    result = forms.ChoiceField(
        label="¿Qué viste?",
        choices=beginning_high(Result),
        widget=forms.RadioSelect,
        error_messages={"required": "Elige qué viste."},
    )
    note = forms.CharField(
        label="Nota",
        max_length=500,
        required=False,
        widget=AREA,
        help_text="Necesaria si no se cumple o no se puede verificar.",
    )
    observed_at = forms.DateTimeField(
        label="Cuándo miraste",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Escribe cuándo miraste.", "invalid": "Escribe el día y la hora en que miraste."},
    )
    capture = forms.FileField(label="Captura o documento", required=False, help_text="JPEG, PNG o PDF.")
    written = forms.CharField(
        label="O la evidencia escrita", max_length=20_000, required=False, widget=AREA, strip=False
    )


class IncidentForm(forms.Form):
    """What somebody saw that puts an account at risk: on which account, what, when, and who saw it."""

    account = forms.ModelChoiceField(
        label="¿En qué cuenta?", queryset=Account.objects.none(), error_messages={"required": "Elige la cuenta."}
    )
    sighting = forms.ChoiceField(
        label="¿Qué pasó?",
        choices=Sighting.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Elige qué pasó."},
    )
    detail = forms.CharField(
        label="¿Qué viste?",
        max_length=500,
        widget=AREA,
        help_text="Lo que muestra la red: dispositivo, lugar, hora, texto.",
        error_messages={"required": "Escribe qué viste."},
    )
    seen_at = forms.DateTimeField(
        label="¿Cuándo se vio?",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Escribe cuándo se vio.", "invalid": "Escribe el día y la hora en que se vio."},
    )
    seen_by = forms.CharField(
        label="¿Quién lo vio?",
        max_length=120,
        required=False,
        help_text="Si no fuiste tú: su nombre o «un ciudadano».",
    )
    capture = forms.FileField(label="Captura", required=False, help_text="JPEG o PNG.")

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts_of(entity)  # type: ignore[attr-defined]


class ExceptionForm(forms.Form):
    """Why a control is not met on purpose, what compensates it, and until when."""

    reason = forms.CharField(
        label="Por qué no se cumple", max_length=500, widget=AREA, error_messages={"required": "Escribe por qué."}
    )
    compensation = forms.CharField(
        label="Qué lo compensa",
        max_length=500,
        widget=AREA,
        error_messages={"required": "Escribe qué se hace mientras tanto."},
    )
    ends_on = forms.DateField(
        label="Hasta cuándo",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Escribe hasta cuándo.", "invalid": "Escribe la fecha."},
    )


class ProofForm(forms.Form):
    """The proof of a step."""

    note = forms.CharField(label="Cómo se hizo", max_length=500, required=False, widget=AREA)
    capture = forms.FileField(label="Captura", required=False, help_text="JPEG o PNG.")


class StepForm(ProofForm):
    """A step of an incident and its proof."""

    kind = forms.ChoiceField(choices=StepKind.choices, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why something is decided."""

    reason = forms.CharField(
        label="Por qué", max_length=300, widget=AREA, error_messages={"required": "Escribe por qué."}
    )


class MeasureForm(ReasonForm):
    """Whether a measure that a network offers is adopted, and why."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=12)
    is_adopted = forms.TypedChoiceField(
        label="Decisión",
        choices=[("si", "Se adopta"), ("no", "No se adopta")],
        coerce=lambda value: value == "si",
        widget=forms.RadioSelect,
        error_messages={"required": "Elige la decisión."},
    )


class ControlForm(ReasonForm):
    """What a control says from now on, and why it changes."""

    field_order = (
        *("code", "network", "title", "statement", "purpose", "kind", "cadence", "duty"),
        *("criterion", "evidence", "consequence", "screen", "advice", "reason"),
    )

    title = forms.CharField(label="Nombre", max_length=120)
    statement = forms.CharField(label="Qué dice el control", max_length=2_000, widget=AREA)
    purpose = forms.CharField(label="Para qué", max_length=300)
    kind = forms.ChoiceField(label="Cómo se revisa", choices=beginning_high(ControlKind))
    cadence = forms.ChoiceField(label="Cada cuánto", choices=beginning_high(Cadence))
    duty = forms.ChoiceField(label="Quién lo revisa", choices=Role.choices)
    criterion = forms.CharField(
        label="Cuándo se cumple", max_length=500, widget=AREA, help_text="Se escribe antes de revisar."
    )
    evidence = forms.CharField(label="Qué sirve de evidencia", max_length=300)
    consequence = forms.ChoiceField(label="Si no se cumple", choices=beginning_high(Consequence))
    screen = forms.CharField(label="Dónde se mira en la red", max_length=200, required=False)
    advice = forms.CharField(
        label="Asesoría de la Oficina de Sistemas",
        max_length=300,
        required=False,
        help_text="Fecha, persona y documento en que se apoya.",
    )

    def text(self) -> ControlText:
        """Return what the control says; call it on a valid form."""
        return ControlText(**{field.name: self.cleaned_data[field.name] for field in fields(ControlText)})


class NewControlForm(ControlForm):
    """A control of the entity's own: its code, the network that it is for, and what it says."""

    kind = forms.ChoiceField(label="Cómo se revisa", choices=beginning_high(ControlKind)[1:3])
    code = forms.RegexField(
        label="Código",
        regex=r"^[A-Za-z]{1,6}-[0-9]{1,3}$",
        max_length=12,
        help_text="Letras, guion y número: MC-1.",
        error_messages={"required": "Escribe el código.", "invalid": "Escríbelo como MC-1."},
    )
    network = forms.ChoiceField(
        label="Para qué cuentas",
        choices=[(EVERY_NETWORK, "Todas"), *network_choices(), (GMAIL, "El Gmail de YouTube")],
        required=False,
    )


class PlanForm(forms.Form):
    """Who solves a finding, how and until when."""

    owner = forms.ModelChoiceField(
        label="Quién lo resuelve", queryset=Member.objects.none(), error_messages={"required": "Elige quién."}
    )
    plan = forms.CharField(label="Cómo", max_length=500, widget=AREA, error_messages={"required": "Escribe cómo."})
    until = forms.DateField(
        label="Hasta cuándo",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Escribe hasta cuándo.", "invalid": "Escribe la fecha."},
    )

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Member.objects.filter(entity=entity).order_by("name")  # type: ignore[attr-defined]


class AdministratorForm(forms.Form):
    """Who an administrator of an account is."""

    member = forms.ModelChoiceField(label="Quién es", queryset=Member.objects.none(), required=False)
    is_own_system_user = forms.BooleanField(label="Es el usuario de sistema de la entidad", required=False)

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = Member.objects.filter(entity=entity).order_by("name")  # type: ignore[attr-defined]


def initial_check(now: datetime) -> dict[str, Any]:
    """Return the initial values of a check that is made now."""
    return {"observed_at": timezone.localtime(now).replace(second=0, microsecond=0, tzinfo=None)}
