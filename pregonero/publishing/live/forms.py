"""Forms of live events. They validate and never save."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.people.models import Entity, Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.publishing.live.actions import LivePlan
from pregonero.publishing.live.live_models import Broadcast, LiveEvent
from pregonero.publishing.live.origins import offered_origins
from pregonero.publishing.models import ZONE
from pregonero.records.actions import ObjectRef

MINUTE = "%Y-%m-%dT%H:%M"
AREA = forms.Textarea(attrs={"rows": 3})


def minute_field(label: str, required: str) -> forms.DateTimeField:
    """Return the field of a past minute that a person states."""
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE),
        error_messages={"required": required, "invalid": "Escribe el día y la hora."},
    )


class LiveForm(forms.Form):
    """The plan of a live event."""

    title = forms.CharField(
        label="Qué se transmite", max_length=200, error_messages={"required": "Escribe qué se transmite."}
    )
    source = forms.ChoiceField(
        label="De dónde sale",
        help_text="La necesidad, la campaña o la noticia por la que se hace.",
        error_messages={"required": "Elige de dónde sale.", "invalid_choice": "Eso ya no está: elige otra vez."},
    )
    place = forms.CharField(label="Dónde es", max_length=200, error_messages={"required": "Escribe dónde es."})
    day = forms.DateField(
        label="Día",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Elige el día.", "invalid": "Elige un día del calendario."},
    )
    hour = forms.TimeField(
        label="Hora",
        input_formats=("%H:%M", "%H:%M:%S", "%H.%M", "%H%M"),
        widget=forms.TimeInput(
            attrs={"inputmode": "numeric", "maxlength": 5, "autocomplete": "off", "placeholder": "14:30"},
            format="%H:%M",
        ),
        error_messages={"required": "Escribe la hora, como 14:30.", "invalid": "Escríbela como 14:30."},
    )
    responsible = forms.ModelChoiceField(
        label="Quién responde por ella",
        queryset=Member.objects.none(),
        error_messages={"required": "Elige quién responde.", "invalid_choice": "Elige a alguien del Grupo."},
    )
    accounts = forms.ModelMultipleChoiceField(
        label="En qué cuentas",
        queryset=Account.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Elige al menos una cuenta.",
            "invalid_choice": "Una de esas cuentas ya no está.",
            "invalid_pk_value": "Una de esas cuentas ya no está.",
        },
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)

    def __init__(
        self, data: QueryDict | None, *, entity: Entity, origin: ObjectRef | None, now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        today = timezone.localdate(now)
        carrying = [member.pk for member in members_with(entity, NETWORKS_PEOPLE | GROUP_HEADS, today=today)]
        people = Member.objects.filter(pk__in=carrying).order_by("name", "pk")
        self.fields["responsible"].queryset = people  # type: ignore[attr-defined]
        self.fields["accounts"].queryset = accounts_of(entity)  # type: ignore[attr-defined]
        self.fields["source"].choices = _source_choices(entity, origin, today)  # type: ignore[attr-defined]

    def plan(self) -> LivePlan:
        """Return the plan, once the form is valid."""
        data = self.cleaned_data
        day: date = data["day"]
        hour: time = data["hour"]
        return LivePlan(
            title=data["title"],
            place=data["place"],
            starts_at=datetime.combine(day, hour.replace(second=0, microsecond=0), tzinfo=ZoneInfo(ZONE)),
            responsible=data["responsible"],
            accounts=list(data["accounts"]),
            source=ObjectRef.parse(data["source"]),
        )


def _source_choices(entity: Entity, origin: ObjectRef | None, today: date) -> list[Any]:
    """Return what the form offers: what the address asked for, or what the event has, comes first."""
    groups: list[Any] = offered_origins(entity, today=today)
    first = [(origin.reference, origin.label)] if origin else [("", "Elige una")]
    return [*first, *groups]


def initial_plan(event: LiveEvent, broadcasts: Iterable[Broadcast]) -> dict[str, Any]:
    """Return the plan of an event as the form shows it."""
    starts_at = timezone.localtime(event.starts_at)
    return {
        "title": event.title,
        "place": event.place,
        "source": event.source_ref.reference,
        "day": starts_at.date(),
        "hour": f"{starts_at:%H:%M}",
        "responsible": event.responsible_id,
        "accounts": [one.account_id for one in broadcasts],
        "revision": event.revision,
    }


class CheckForm(forms.Form):
    """What a person saw of an item of the pre-flight list."""

    is_met = forms.TypedChoiceField(
        label="¿Está?",
        choices=[("si", "Sí"), ("no", "No")],
        coerce=lambda value: value == "si",
        widget=forms.RadioSelect,
        error_messages={"required": "Elige si está o no."},
    )
    seen = forms.CharField(
        label="Qué viste",
        max_length=500,
        widget=AREA,
        help_text="Lo que muestra la pantalla; o por qué no está.",
        error_messages={"required": "Escribe qué viste."},
    )
    observed_at = minute_field("Cuándo miraste", "Escribe cuándo miraste.")
    capture = forms.FileField(label="Captura", required=False, help_text="JPEG o PNG.")


class AddressesForm(forms.Form):
    """The address of the broadcast on each account that has none yet."""

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, Any] | None" = None,
        *,
        broadcasts: Sequence[Broadcast],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, files, **kwargs)
        self.by_field = {f"address-{one.account_id}": one for one in broadcasts if not one.address}
        for name, broadcast in self.by_field.items():
            self.fields[name] = forms.CharField(
                label=f"Dirección en {broadcast.account}",
                max_length=500,
                required=False,
                widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off"}),
            )

    def addresses(self) -> dict[int, str]:
        """Return what was written, by the id of the account."""
        return {one.account_id: self.cleaned_data[name] for name, one in self.by_field.items()}

    @property
    def address_fields(self) -> list[forms.BoundField]:
        """Return the fields of the addresses, to draw them."""
        return [self[name] for name in self.by_field]


class GoLiveForm(AddressesForm):
    """The minute since which an event is on the air, and its addresses."""

    began_at = minute_field("Desde qué minuto", "Escribe desde qué minuto.")


class EndForm(forms.Form):
    """The minute at which an event ended."""

    ended_at = minute_field("A qué hora terminó", "Escribe a qué hora terminó.")


class IncidentForm(forms.Form):
    """What went wrong, what was done, and when it happened."""

    what = forms.CharField(
        label="Qué pasó", max_length=500, widget=AREA, error_messages={"required": "Escribe qué pasó."}
    )
    done = forms.CharField(label="Qué se hizo", max_length=500, required=False, widget=AREA)
    happened_at = minute_field("Cuándo pasó", "Escribe cuándo pasó.")


def stated_now(name: str, now: datetime) -> dict[str, str]:
    """Return the initial value of a stated minute: this one."""
    return {name: f"{timezone.localtime(now):{MINUTE}}"}
