"""The forms of an act on behalf."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from pregonero.people.models import Member, Office, ProofKind
from pregonero.people.on_behalf.actions import MOST_BYTES, OutsideAct, Proof
from pregonero.records.actions import ObjectRef


class ActForm(forms.Form):
    """What somebody outside the Group did, when, and what proves it."""

    what = forms.CharField(
        label="Qué decidió o pidió",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Escribe qué decidió o pidió la persona."},
    )
    office = forms.ChoiceField(label="De dónde es", choices=Office.choices)
    person = forms.TypedChoiceField(
        label="Quién, si entra a Pregonero",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Le llega el aviso para que lo confirme.",
    )
    person_name = forms.CharField(label="Quién, si no entra", max_length=120, required=False)
    day = forms.DateField(
        label="Qué día",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Elige el día.", "invalid": "Escribe una fecha, como 2026-12-01."},
    )
    hour = forms.TimeField(
        label="A qué hora",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "Escribe la hora.", "invalid": "Escribe una hora, como 14:30."},
    )
    proof_kind = forms.ChoiceField(label="Qué lo prueba", choices=ProofKind.choices)
    proof = forms.CharField(
        label="Cuál", max_length=300, required=False, help_text="Quién llamó y a quién, el asunto, o el número."
    )
    file = forms.FileField(label="Archivo", required=False, help_text="Hasta 10 MB.")

    def __init__(self, *args: Any, people: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {member.pk: member for member in people}
        choices = [("", "Nadie de la lista"), *((member.pk, str(member)) for member in people)]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """Refuse a file that is too large, before its bytes are read."""
        file = self.cleaned_data["file"]
        if file is not None and file.size > MOST_BYTES:
            raise forms.ValidationError("El archivo pesa más de 10 MB.")
        return file

    def act_about(self, subject: ObjectRef) -> OutsideAct:
        """Return the act that the form describes."""
        data, file = self.cleaned_data, self.cleaned_data["file"]
        day, hour = data["day"], data["hour"]
        return OutsideAct(
            subject=subject,
            what=data["what"],
            office=Office(data["office"]),
            person_name=data["person_name"],
            acted_at=timezone.make_aware(datetime.combine(day, time(hour.hour, hour.minute))),
            proof=Proof(
                ProofKind(data["proof_kind"]),
                data["proof"],
                file.name if file else "",
                file.read() if file else b"",
            ),
            person=self.people.get(data["person"]),
        )


class DisputeForm(forms.Form):
    """Why the person does not recognise an act."""

    reason = forms.CharField(
        label="Qué no es así", max_length=300, error_messages={"required": "Escribe qué no es así."}
    )
