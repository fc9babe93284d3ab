"""The form of the calendar: a view, a day and filters, all of them in its address."""

from datetime import date

from django import forms
from django.http import QueryDict

from pregonero.networks.queries import accounts_of
from pregonero.people.models import Member
from pregonero.publishing.calendar_filters import STATE_FILTERS, Filters
from pregonero.publishing.sources import kinds

Choices = list[tuple[str, str]]


class CalendarForm(forms.Form):
    """What the calendar shows; a value that is not valid is ignored."""

    vista = forms.ChoiceField(required=False, choices=[(name, name) for name in ("day", "week", "month", "list")])
    dia = forms.DateField(required=False)
    red = forms.ChoiceField(label="Red", required=False)
    estado = forms.ChoiceField(label="Estado", required=False)
    persona = forms.TypedChoiceField(label="Persona", required=False, coerce=int, empty_value=None)
    tipo = forms.ChoiceField(label="Tipo", required=False)

    def __init__(self, data: QueryDict, *, member: Member) -> None:
        super().__init__(data)
        networks = {account.network: str(account.get_network_display()) for account in accounts_of(member.entity)}
        people = Member.objects.filter(entity_id=member.entity_id).order_by("name", "pk").values_list("pk", "name")
        choices: dict[str, Choices] = {
            "red": [("", "Todas las redes"), *networks.items()],
            "estado": [("", "Todos los estados"), *((key, label) for key, (label, _) in STATE_FILTERS.items())],
            "persona": [("", "Todas las personas"), *((str(pk), name) for pk, name in people)],
            "tipo": [("", "Todos los tipos"), *((kind, str(noun.singular).capitalize()) for kind, noun in kinds())],
        }
        for name, values in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
            field.choices = values
        self.is_valid()

    @property
    def day(self) -> date | None:
        """Return the day that was asked for."""
        return self.cleaned_data.get("dia")

    @property
    def view(self) -> str:
        """Return the name of the view that was asked for, or an empty string."""
        return str(self.cleaned_data.get("vista", ""))

    @property
    def filters(self) -> Filters:
        """Return the filters that were asked for."""
        cleaned = self.cleaned_data
        return Filters(
            network=cleaned.get("red", ""),
            state=cleaned.get("estado", ""),
            person=cleaned.get("persona"),
            kind=cleaned.get("tipo", ""),
        )
