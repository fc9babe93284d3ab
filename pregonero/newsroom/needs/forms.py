"""Forms of needs. They validate and never save."""

from dataclasses import fields
from typing import Any

from django import forms

from pregonero.errors import Refused
from pregonero.media.file_fields import FilesField
from pregonero.newsroom.need_models import NeedKind, NeedState
from pregonero.newsroom.needs.actions import AttachedFile, NeedRequest
from pregonero.newsroom.needs.rules import check_files

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
WRONG_DAY = "Escribe una fecha, como 2026-12-01."


class NeedForm(forms.Form):
    """What an area asks to be told to citizens."""

    title = forms.CharField(
        label="Qué quieres contar, en una línea",
        max_length=200,
        error_messages={"required": "Escribe qué quieres contar."},
    )
    kind = forms.ChoiceField(label="Qué es", choices=NeedKind.choices)
    what = forms.CharField(
        label="Cuéntalo con sus datos",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Qué pasa, cuándo, dónde, cuánto, y el enlace si ya está publicado.",
        error_messages={"required": "Escribe los datos: sin ellos no se puede contar."},
    )
    why = forms.CharField(
        label="Por qué le interesa a la gente",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Escribe por qué le interesa a la gente."},
    )
    audience = forms.CharField(
        label="A quién le sirve",
        max_length=200,
        help_text="Por ejemplo: dueños de pequeños hoteles.",
        error_messages={"required": "Escribe a quién le sirve."},
    )
    wanted_on = forms.DateField(
        label="Para qué día",
        required=False,
        widget=DAY,
        help_text="Si da lo mismo, déjalo vacío.",
        error_messages={"invalid": WRONG_DAY},
    )
    area = forms.CharField(
        label="De qué área",
        max_length=120,
        error_messages={"required": "Escribe de qué área."},
    )
    contact_name = forms.CharField(
        label="Con quién hablamos",
        max_length=120,
        error_messages={"required": "Escribe con quién hablamos."},
    )
    contact = forms.CharField(
        label="Su correo o su teléfono",
        max_length=200,
        error_messages={"required": "Escribe un correo o un teléfono."},
    )
    attachments = FilesField(
        label="Archivos", required=False, allow_empty_file=True, help_text="Hasta cinco, de 10 MB cada uno."
    )

    def clean_attachments(self) -> list[Any]:
        """Refuse files that are too many or too large, before their bytes are read."""
        files = [file for file in self.cleaned_data["attachments"] if file]
        try:
            check_files((file.name, file.size) for file in files)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return files

    def request(self) -> NeedRequest:
        """Return what is asked, once the form is valid."""
        data: dict[str, Any] = {field.name: self.cleaned_data[field.name] for field in fields(NeedRequest)}
        return NeedRequest(**data | {"kind": NeedKind(data["kind"])})

    def attached(self) -> list[AttachedFile]:
        """Return the files that come with it, once the form is valid."""
        return [AttachedFile(file.name, file.read()) for file in self.cleaned_data["attachments"]]


class PublicNeedForm(NeedForm):
    """The form of a need on the page without an account, with a field that only programs fill in."""

    website = forms.CharField(
        label="Deja este campo vacío",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean_website(self) -> None:
        """Refuse what a program filled in."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError("Deja vacío ese campo: solo lo llenan los programas que envían basura.")


class DecisionForm(forms.Form):
    """What the Group decides, with the answer that whoever asked reads."""

    state = forms.ChoiceField(
        label="Decisión",
        choices=[
            (NeedState.ACCEPTED.value, "Se cuenta"),
            (NeedState.LATER.value, "Para después"),
            (NeedState.DECLINED.value, "No sale"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Elige qué se decide."},
    )
    answer = forms.CharField(
        label="Respuesta para quien pidió",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Escribe la respuesta: la lee quien pidió."},
    )
    look_again_on = forms.DateField(
        label="Cuándo se vuelve a mirar",
        required=False,
        widget=DAY,
        help_text="Solo para «Para después».",
        error_messages={"invalid": WRONG_DAY},
    )


class NewsAddressForm(forms.Form):
    """The link of the news item that tells a need."""

    address = forms.CharField(
        label="Enlace de la noticia en la sede",
        max_length=500,
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={"required": "Pega el enlace de la noticia."},
    )
