"""Forms of conversations. They validate and never save."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst

from pregonero.errors import Refused
from pregonero.inbox.petition_clock import TERMS, PetitionKind, Step, StepKind
from pregonero.inbox.petition_models import Priority
from pregonero.inbox.petitions import FEATURES
from pregonero.inbox.rules import LinksRefused, ThreadChanged
from pregonero.inbox.states import STEP_CHOICES, Question

STEPS = [(value, capfirst(label)) for value, label in STEP_CHOICES if value != "RECEIVED"]
QUESTIONS = [(value, capfirst(label)) for value, label in Question.choices]
SNOOZE_HOUR, NOON = time(8), time(12)


class SortForm(forms.Form):
    """What a conversation asks for, and the reason of a correction."""

    question = forms.ChoiceField(
        label="¿Qué pide?",
        choices=QUESTIONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Elige qué pide."},
    )
    reason = forms.CharField(
        label="Por qué", max_length=300, required=False, help_text="Necesaria solo si corriges lo que ya se decidió."
    )


class LinkedTextForm(forms.Form):
    """A form whose text may have links. A link that fails its check can be accepted here, with a reason (D-4)."""

    refuses_links = False
    is_for_an_older_state = False
    link_reason = forms.CharField(
        label="Por qué respondes por el enlace",
        max_length=300,
        required=False,
        help_text="Queda en el registro con tu nombre.",
    )

    def refuse(self, field: str, refusal: Refused) -> None:
        """Show a refusal at a field, and store whether it is about links or about a conversation that changed."""
        self.refuses_links = isinstance(refusal, LinksRefused)
        self.is_for_an_older_state = isinstance(refusal, ThreadChanged)
        self.add_error(field, refusal.message)


class AnswerForm(LinkedTextForm):
    """An answer: its text, the key that makes a second send harmless, and the revision that its author saw."""

    text = forms.CharField(
        label="Tu respuesta",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Escribe la respuesta."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    opened = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    source = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    is_private = forms.BooleanField(
        label="Responder en privado",
        required=False,
        help_text="Le llega como mensaje, y solo se puede una vez por comentario.",
    )


class DraftForm(forms.Form):
    """What a person is writing. An empty text deletes the draft."""

    text = forms.CharField(max_length=10_000, required=False, strip=False)


class RedirectForm(LinkedTextForm):
    """The confirmation that a person is sent to PQRSD."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class CloseForm(forms.Form):
    """Why a conversation needs no answer."""

    reason = forms.CharField(
        label="Por qué no necesita respuesta", max_length=300, error_messages={"required": "Escribe por qué."}
    )


class ByHandForm(forms.Form):
    """The address of an answer that a person wrote at the network."""

    address = forms.URLField(
        label="Dirección de tu respuesta",
        max_length=500,
        assume_scheme="https",
        error_messages={"required": "Pega la dirección.", "invalid": "Pega la dirección completa, con https://."},
    )


class ByHandMessageForm(forms.Form):
    """The confirmation that a person sent a private message at the network: it has no address, and is read there."""


class EraseForm(forms.Form):
    """Why a person's data are erased."""

    reason = forms.CharField(
        label="Por qué se borran",
        max_length=300,
        help_text="Por ejemplo, el número de su solicitud.",
        error_messages={"required": "Escribe por qué."},
    )


class NoteForm(forms.Form):
    """An internal note."""

    text = forms.CharField(
        label="Nota interna",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Solo la ve el equipo.",
        error_messages={"required": "Escribe la nota."},
    )
    is_reserved = forms.BooleanField(
        label="Reservada: solo para quien asesora o coordina", required=False, help_text="Para lo de un periodista."
    )


class PressDeadlineForm(forms.Form):
    """The deadline of a press question."""

    day = forms.DateField(
        label="Día del cierre",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Elige un día.", "invalid": "Escribe una fecha, como 2026-12-01."},
    )
    hour = forms.TimeField(
        label="Hora",
        widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"required": "Elige una hora.", "invalid": "Escribe una hora, como 16:30."},
    )

    @property
    def due_at(self) -> datetime:
        """Return the moment in Bogotá."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"]))


class SnoozeForm(forms.Form):
    """The day until which a conversation is set aside."""

    day = forms.DateField(
        label="Hasta el día",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Elige un día.", "invalid": "Escribe una fecha, como 2026-12-01."},
    )

    @property
    def until(self) -> datetime:
        """Return the moment at which it comes back: the morning of that day in Bogotá."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], SNOOZE_HOUR))


class LabelsForm(forms.Form):
    """The labels of a conversation, separated by commas."""

    names = forms.CharField(
        label="Etiquetas", max_length=400, required=False, help_text="Separadas por comas. Solo las ve el equipo."
    )

    @property
    def chosen(self) -> list[str]:
        """Return the labels that were written."""
        return [name for name in self.cleaned_data["names"].split(",") if name.strip()]


class SavedAnswerForm(LinkedTextForm):
    """A saved answer: its name in the list, and its text with variables in braces."""

    name = forms.CharField(label="Nombre", max_length=80, error_messages={"required": "Escribe un nombre corto."})
    text = forms.CharField(
        label="Texto",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Escribe el texto."},
    )


class PqrsdForm(LinkedTextForm):
    """The parameters of PQRSD."""

    address = forms.URLField(
        label="Dirección de PQRSD",
        max_length=500,
        assume_scheme="https",
        error_messages={"required": "Falta la dirección.", "invalid": "Escribe una dirección completa, con https://."},
    )
    text = forms.CharField(
        label="Lo que se le dice a la persona",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La dirección va después de este texto.",
        error_messages={"required": "Escribe lo que se le dice."},
    )
    email = forms.EmailField(
        label="Correo que recibe las peticiones",
        required=False,
        help_text="Cada petición llega con su paquete. Sin correo, se baja de su página.",
        error_messages={"invalid": "Escribe un correo completo."},
    )
    reason = forms.CharField(label="Por qué cambia", max_length=300, error_messages={"required": "Escribe por qué."})


class PetitionForm(forms.Form):
    """What the networks' people write of a petition: its kind, its features, and the contact that was given."""

    kind = forms.ChoiceField(
        label="Clase de petición", choices=[(kind.value, TERMS[kind].label) for kind in PetitionKind], initial="GENERAL"
    )
    features = forms.MultipleChoiceField(
        label="Rasgos que tiene (T-230 de 2020)",
        choices=list(FEATURES.items()),
        required=False,
        help_text="Propuestos según el mensaje: corrígelos. Lo que no tiene también queda en el registro.",
        widget=forms.CheckboxSelectMultiple,
    )
    priority = forms.ChoiceField(
        label="¿Va primero? (art. 20)", choices=[("", "No"), *Priority.choices], required=False
    )
    contact_given = forms.CharField(
        label="Contacto que dejó", max_length=200, required=False, help_text="Correo o teléfono, si lo escribió."
    )


class PromiseForm(forms.Form):
    """What was promised to a person, and by which day."""

    text = forms.CharField(
        label="Qué se le prometió", max_length=300, error_messages={"required": "Escribe qué se le prometió."}
    )
    due_on = forms.DateField(
        label="Para cuándo",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Elige el día.", "invalid": "Escribe una fecha, como 2026-12-01."},
    )


class JoinForm(forms.Form):
    """The other contact that is the same person, and how somebody knows it."""

    other = forms.IntegerField(min_value=1, max_value=2**62)
    reason = forms.CharField(max_length=300)


class NumberForm(forms.Form):
    """The number that PQRSD gave a petition."""

    number = forms.CharField(
        label="Número de radicado", max_length=60, error_messages={"required": "Escribe el número de radicado."}
    )


class StepForm(forms.Form):
    """Something that happened to a petition."""

    kind = forms.ChoiceField(label="Qué pasó", choices=STEPS)
    day = forms.DateField(
        label="Qué día",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Elige el día.", "invalid": "Escribe una fecha, como 2026-12-01."},
    )
    until = forms.DateField(
        label="Hasta cuándo se amplía",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Solo si se amplió el plazo.",
        error_messages={"invalid": "Escribe una fecha, como 2026-12-01."},
    )
    note = forms.CharField(label="Nota", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """Require a date for an extension, and drop it for any other step."""
        data = super().clean() or {}
        is_extension = data.get("kind") == StepKind.EXTENDED
        if is_extension and not data.get("until") and "until" not in self.errors:
            self.add_error("until", "Escribe hasta qué fecha se amplía.")
        data["until"] = data.get("until") if is_extension else None
        return data

    def step_at(self, now: datetime) -> Step:
        """Return the step, at noon of its day in Bogotá, or now when it is today."""
        day = self.cleaned_data["day"]
        at = now if day == timezone.localdate(now) else timezone.make_aware(datetime.combine(day, NOON))
        return Step(StepKind(self.cleaned_data["kind"]), at, self.cleaned_data["until"])
