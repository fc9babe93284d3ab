"""Forms of news and sources. They validate and never save."""

from collections.abc import Mapping
from typing import Any

from django import forms

from pregonero.newsroom.sources.base import SourceKind

EVERY_MINUTES = 5


class NewsForm(forms.Form):
    """The reference and the note with which the content manager informs a news item."""

    reference = forms.CharField(
        label="Número de la publicación en la sede",
        max_length=80,
        required=False,
        help_text="El número o el acta con que se publicó allí.",
    )
    note = forms.CharField(
        label="Nota para quienes publican",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Urgencia, a quién etiquetar, qué cuidar.",
    )


class LinkForm(NewsForm):
    """A link of the official website that the content manager informs."""

    address = forms.CharField(
        label="Enlace de la noticia",
        max_length=500,
        help_text="Tal como se abre en la sede electrónica.",
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    field_order = ("address", "reference", "note")


class ReasonForm(forms.Form):
    """The reason of an act; the event stores it."""

    reason = forms.CharField(label="Razón", max_length=300, help_text="Queda en el registro.")


class SourceForm(forms.Form):
    """A source of a kind: its name, the address if the kind is polled, and the options of the kind.

    `cleaned_data["options"]` are the options to store.
    """

    name = forms.CharField(label="Nombre", max_length=120, help_text="Como la nombrará el Grupo: «RSS de la sede».")
    address = forms.CharField(
        label="Dirección",
        max_length=500,
        help_text="De la fuente RSS o Atom, o de la página de noticias.",
        error_messages={"required": "Falta la dirección."},
    )
    every_minutes = forms.IntegerField(
        label="Leer cada cuántos minutos", min_value=1, max_value=1440, initial=EVERY_MINUTES, required=False
    )

    def __init__(self, kind: SourceKind, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.kind = kind
        if not kind.is_polled:
            del self.fields["address"], self.fields["every_minutes"]
        self.fields.update(kind.option_fields())

    def clean(self) -> dict[str, Any]:
        """Build the options and check them."""
        data = super().clean() or {}
        data["every_minutes"] = data.get("every_minutes") or EVERY_MINUTES
        data["options"] = self.kind.options_from(data)
        for issue in self.kind.issues_of(data["options"]):
            self.add_error(issue.field, issue.text)
        return data

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """Return the fields that the page always shows."""
        folded = self.kind.folded_fields()
        return [field for field in self if field.name not in folded]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        """Return the fields that the page shows folded."""
        return [self[name] for name in self.kind.folded_fields()]

    @property
    def has_folded_errors(self) -> bool:
        """Return whether a folded field has an error, so that the page unfolds it."""
        return any(field.errors for field in self.folded_fields)
