"""The form of a hashtag of the list. It validates and never saves."""

import unicodedata
from typing import Any

from django import forms

from pregonero.publishing.hashtag_models import HashtagTie
from pregonero.publishing.hashtags.actions import HashtagPlan
from pregonero.publishing.hashtags.recognition import NAME

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HashtagForm(forms.Form):
    """A hashtag, what it is tied to, and its days."""

    name = forms.CharField(
        label="Hashtag", max_length=100, error_messages={"required": "Escribe el hashtag, como #ColombiaExporta."}
    )
    tie = forms.ChoiceField(label="Va con un", choices=HashtagTie.choices)
    tied_to = forms.CharField(
        label="Cuál", max_length=80, error_messages={"required": "Di con qué tema, tendencia o evento va."}
    )
    starts_on = forms.DateField(label="Se sugiere desde", required=False, widget=DAY)
    ends_on = forms.DateField(label="hasta", required=False, widget=DAY, help_text="Sin fechas, siempre.")

    def clean_name(self) -> str:
        """Return it with its sign."""
        written = unicodedata.normalize("NFC", self.cleaned_data["name"].strip())
        name = f"#{written.lstrip('#')}"
        if not NAME.fullmatch(name):
            raise forms.ValidationError(f"«{written}» no sirve de hashtag: solo letras y números, y primero una letra.")
        return name

    def clean(self) -> dict[str, Any]:
        """Require the days to be in order."""
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "Termina antes de empezar: corrige las fechas.")
        return cleaned

    def plan(self) -> HashtagPlan:
        """Return the hashtag, once the form is valid."""
        return HashtagPlan(**self.cleaned_data | {"tie": HashtagTie(self.cleaned_data["tie"])})
