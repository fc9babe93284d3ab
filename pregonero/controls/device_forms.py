"""Forms of a device review and of what an entity knows as its own. They validate and never save."""

from collections.abc import Sequence
from typing import Any

from django import forms

from pregonero.controls.device_list import DeviceList
from pregonero.controls.device_models import KnownKind

LONGEST_LIST = 50_000
STRANGE, USUAL = "extrano", "usual"


class DeviceListForm(forms.Form):
    """The list of devices of a network's page, and when the person looked at it."""

    text = forms.CharField(
        label="Lista de dispositivos",
        max_length=LONGEST_LIST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Cópiala de la página de la red, o escribe uno en cada línea: dispositivo; lugar; fecha y hora.",
        error_messages={
            "required": "Pega la lista de dispositivos.",
            "max_length": "La lista es demasiado larga: pega solo la parte de los dispositivos.",
        },
    )
    observed_at = forms.DateTimeField(
        label="Cuándo miraste",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Escribe cuándo miraste.", "invalid": "Escribe el día y la hora en que miraste."},
    )


class DecisionForm(forms.Form):
    """What a person decides of each device of a list: a proposed stranger has no decision until somebody makes it."""

    def __init__(self, data: Any, *, listed: DeviceList, proposals: Sequence[str]) -> None:
        super().__init__(data)
        for place, proposal in enumerate(proposals):
            self.fields[f"device_{place}"] = forms.ChoiceField(
                label="Decisión",
                choices=[(USUAL, "Es nuestro"), (STRANGE, "Es extraño")],
                widget=forms.RadioSelect,
                initial=None if proposal else USUAL,
                error_messages={"required": "Decide si es nuestro o es extraño."},
            )
        self.fields["read_rest"] = forms.BooleanField(
            label="Leí esas líneas y no son dispositivos",
            required=bool(listed.unread),
            error_messages={"required": "Confirma que leíste las líneas que no se entendieron."},
        )
        self._count = len(proposals)

    @property
    def decisions(self) -> list[forms.BoundField]:
        """Return the field of each device, in the order of the list."""
        return [self[f"device_{place}"] for place in range(self._count)]

    def strange(self) -> tuple[bool, ...]:
        """Return whether each device is strange; call it on a valid form."""
        return tuple(self.cleaned_data[f"device_{place}"] == STRANGE for place in range(self._count))


class KnownAccessForm(forms.Form):
    """A device, a place or hours that the entity knows as its own."""

    kind = forms.ChoiceField(
        label="Qué es",
        choices=[(kind.value, kind.label.capitalize()) for kind in KnownKind],
        widget=forms.RadioSelect,
        error_messages={"required": "Elige qué es."},
    )
    text = forms.CharField(
        label="Cómo lo muestra la red",
        max_length=120,
        required=False,
        help_text="Un dispositivo: «Windows, Chrome». Un lugar: «Bogotá, Colombia».",
    )
    starts_at = forms.TimeField(
        label="Desde qué hora",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Escribe la hora, por ejemplo 06:00."},
    )
    ends_at = forms.TimeField(
        label="Hasta qué hora",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Escribe la hora, por ejemplo 22:00."},
    )
