"""What people write of sources and news. Forms validate, and never save."""

from typing import Any

from django import forms

from pregonero.newsroom.models import SourceKind
from pregonero.newsroom.reading.selectors import FIELDS, PRESETS, issues_of

REFERENCE = "Número o acta de «Publicación de contenidos en la sede electrónica»."
OWN = ""
EVERY_MINUTES = 5  # unless somebody says otherwise
PRESET_LABELS = [("mincit", "Ministerio de Comercio (tarjetas GOV.CO)"), (OWN, "Otros, escritos abajo")]


class NewsForm(forms.Form):
    """What the content manager says when informing a news item."""

    reference = forms.CharField(
        label="Referencia del procedimiento vecino", max_length=80, required=False, help_text=REFERENCE
    )
    note = forms.CharField(
        label="Nota para las redes",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lo que deben saber al publicarla: urgencia, a quién etiquetar, qué cuidar.",
    )


class LinkForm(NewsForm):
    """A link of the official website, informed by hand."""

    address = forms.CharField(
        label="Enlace de la noticia",
        max_length=500,
        help_text="Tal como se abre en la sede electrónica.",
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    field_order = ("address", "reference", "note")


class ReasonForm(forms.Form):
    """Why something is done; it stays in the records."""

    reason = forms.CharField(label="Por qué", max_length=300, help_text="Queda en el registro.")


class SourceForm(forms.Form):
    """A source of news; a listing also says how its parts are found."""

    kind = forms.ChoiceField(choices=SourceKind.choices, widget=forms.HiddenInput)
    name = forms.CharField(label="Nombre", max_length=120, help_text="Como la nombrará el Grupo: «RSS de la sede».")
    address = forms.CharField(
        label="Dirección",
        max_length=500,
        required=False,
        help_text="De la fuente RSS o Atom, o de la página de noticias.",
    )
    every_minutes = forms.IntegerField(
        label="Leer cada cuántos minutos", min_value=1, max_value=1440, initial=EVERY_MINUTES, required=False
    )
    preset = forms.ChoiceField(label="Selectores de la página", choices=PRESET_LABELS, required=False, initial="mincit")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, words in FIELDS.items():
            label = words[0].upper() + words[1:]
            self.fields[f"selector_{name}"] = forms.CharField(label=label, max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Put the selectors together, and say what is missing for the chosen kind."""
        data = super().clean() or {}
        kind = data.get("kind")
        if kind in {SourceKind.FEED, SourceKind.LISTING} and not data.get("address"):
            self.add_error("address", "Falta la dirección.")
        data["every_minutes"] = data.get("every_minutes") or EVERY_MINUTES
        own = {name: data.get(f"selector_{name}", "") for name in FIELDS}
        data["selectors"] = dict(PRESETS.get(data.get("preset") or OWN, own)) if kind == SourceKind.LISTING else {}
        if kind == SourceKind.LISTING:
            for issue in issues_of(data["selectors"]):
                self.add_error("preset", issue.text)
        return data

    @property
    def selector_fields(self) -> list[forms.BoundField]:
        """Return the fields of a listing's own selectors."""
        return [self[f"selector_{name}"] for name in FIELDS]
