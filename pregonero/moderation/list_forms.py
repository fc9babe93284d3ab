"""Forms of word lists. They validate and never save."""

from django import forms
from django.core.files import File

from pregonero.errors import Refused
from pregonero.moderation.list_files import ListTerm, read_list
from pregonero.moderation.list_states import Limits
from pregonero.moderation.table_decoder import LARGEST


class ListForm(forms.Form):
    """The terms of a new version, written or in a file, and why it changes."""

    terms = forms.CharField(
        label="Términos",
        required=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text="Uno por línea: término, categoría, si busca dentro de otras palabras (sí o no) y una nota.",
    )
    file = forms.FileField(
        label="O un archivo CSV",
        required=False,
        allow_empty_file=True,
        help_text="Si lo subes, reemplaza lo escrito arriba.",
    )
    reason = forms.CharField(
        label="Por qué cambia", max_length=300, error_messages={"required": "Escribe por qué cambia."}
    )

    def clean(self) -> dict[str, object]:
        """Read the terms of the file, or else those written; `list_terms` has them."""
        cleaned = super().clean() or {}
        file: File[bytes] | None = cleaned.get("file")
        field = "file" if file else "terms"
        data = file.read(LARGEST + 1) if file else str(cleaned.get("terms", "")).encode()
        try:
            self.list_terms: list[ListTerm] = read_list(data)
        except Refused as refusal:
            for problem in refusal.message.splitlines():
                self.add_error(field, problem)
        return cleaned


class StepForm(forms.Form):
    """Why a version goes on in its life."""

    reason = forms.CharField(label="Por qué", max_length=300, error_messages={"required": "Escribe por qué."})


class ReviewForm(forms.Form):
    """The signature of a monthly review: a note, and the digest of the text that was shown."""

    note = forms.CharField(
        label="Nota", max_length=300, required=False, help_text="Por ejemplo, lo que decidiste no llevar todavía."
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    pasted = forms.BooleanField(
        label="Ya pegué el texto en YouTube Studio y lo guardé allá",
        error_messages={"required": "Primero pega el texto en YouTube Studio."},
    )


class LimitsForm(forms.Form):
    """The limits of the word lists, and why they change."""

    second_person_share = forms.IntegerField(
        label="La firma otra persona si retendría más de este % de lo escrito", min_value=0, max_value=100
    )
    second_person_criticism = forms.IntegerField(
        label="O si más de este % de lo que retendría es crítica", min_value=0, max_value=100
    )
    new_days = forms.IntegerField(label="Días en vigor con freno", min_value=1, max_value=90)
    brake_share = forms.IntegerField(
        label="El freno la detiene si en una hora retiene más de este %", min_value=1, max_value=100
    )
    brake_times = forms.IntegerField(label="O tantas veces lo que retenía antes", min_value=1, max_value=100)
    brake_least = forms.IntegerField(label="Desde cuántos comentarios", min_value=1, max_value=1_000)
    reason = forms.CharField(
        label="Por qué cambian", max_length=300, error_messages={"required": "Escribe por qué cambian."}
    )

    @property
    def limits(self) -> Limits:
        """Return the limits of a valid form."""
        return Limits(**{name: value for name, value in self.cleaned_data.items() if name != "reason"})
