"""The form of the search over publications: what the address of the page keeps. It validates and never saves."""

import re
from typing import Any

from django import forms

from pregonero.networks.registry import network_choices
from pregonero.people.models import Entity
from pregonero.publishing.queries.search import STATES, PublicationFilter, people_with_publications

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
NOT_A_DATE = {"invalid": "Escribe la fecha así: 2026-11-24."}
RELEVANT, NEWEST = "relevantes", "recientes"


class DayInput(forms.DateInput):
    """A date field of the browser. A value that is not a date is not shown again, since the browser would reject it."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """Return the date in ISO format, or None for any other text."""
        text = str(value or "")
        return text if ISO_DATE.fullmatch(text) else None


class PublicationSearchForm(forms.Form):
    """Words and filters. An invalid value does not filter, and has its error beside its field."""

    use_required_attribute = False
    q = forms.CharField(label="Buscar en las publicaciones", required=False, max_length=300)
    estado = forms.ChoiceField(label="Estado", required=False)
    red = forms.ChoiceField(label="Red", required=False)
    persona = forms.TypedChoiceField(label="Persona", required=False, coerce=int, empty_value=None)
    desde = forms.DateField(
        label="Desde",
        required=False,
        widget=DayInput,
        error_messages=NOT_A_DATE,
    )
    hasta = forms.DateField(
        label="Hasta",
        required=False,
        widget=DayInput,
        error_messages=NOT_A_DATE,
    )
    orden = forms.ChoiceField(
        label="Orden", required=False, choices=[(RELEVANT, "Más relevantes"), (NEWEST, "Más recientes")]
    )

    def __init__(self, data: Any, *, entity: Entity) -> None:
        super().__init__(data, auto_id="buscar_%s")
        people = [(str(person.pk), person.name) for person in people_with_publications(entity)]
        states = [(key, state.label) for key, state in STATES.items()]
        self._choose("estado", "Cualquier estado", states)
        self._choose("red", "Todas las redes", network_choices())
        self._choose("persona", "Cualquier persona", people)

    def _choose(self, name: str, any_of_them: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [("", any_of_them), *choices]
        field.error_messages["invalid_choice"] = "Elige una de la lista."

    def clean(self) -> dict[str, Any]:
        """Reject a period that ends before it begins."""
        first, last = self.cleaned_data.get("desde"), self.cleaned_data.get("hasta")
        if first and last and last < first:
            self.add_error("hasta", "El final es anterior al comienzo.")
        return self.cleaned_data

    def wanted(self) -> PublicationFilter:
        """Return what is looked for, without the fields that are not valid."""
        self.full_clean()
        sent = self.cleaned_data
        return PublicationFilter(
            text=(sent.get("q") or "").strip(),
            state=sent.get("estado") or "",
            network=sent.get("red") or "",
            person=sent.get("persona"),
            first=sent.get("desde"),
            last=sent.get("hasta"),
            by_relevance=sent.get("orden") != NEWEST,
        )
