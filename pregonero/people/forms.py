"""The forms of signing in, of choosing a membership, of members and of stand-ins."""

from collections.abc import Sequence
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from pregonero.people.models import Employment, Member
from pregonero.people.roles import WITH_STAND_IN, Role


class SignInForm(LoginForm):  # type: ignore[misc]
    """The password sign-in form. Its error is beside the address and does not say which field is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Correo institucional"
        self.fields["password"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """Check the password, and put its error beside the address."""
        try:
            super().clean()
        except ValidationError as error:
            self.add_error("login", error)
            self.fields["login"].widget.attrs["autofocus"] = True
        return dict(self.cleaned_data)


class EntityForm(forms.Form):
    """The choice among the entities that the person belongs to."""

    entity = forms.TypedChoiceField(coerce=int)

    def __init__(self, data: QueryDict | None, *, memberships: Sequence[Member]) -> None:
        super().__init__(data)
        choices = [(member.entity_id, member.entity.name) for member in memberships]
        self.fields["entity"].choices = choices  # type: ignore[attr-defined]


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Elige el día.", "invalid": "Escribe una fecha, como 2026-12-01."},
    )


class MemberForm(forms.Form):
    """Who a member is and what they do."""

    name = forms.CharField(
        label="Nombre", max_length=120, error_messages={"required": "Escribe el nombre de la persona."}
    )
    roles = forms.MultipleChoiceField(
        label="Qué hace",
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Marca al menos un rol."},
    )
    employment = forms.ChoiceField(label="Vinculación", choices=Employment.choices)
    ends_on = _day("Último día", required=False, help_text="Obligatorio para contratistas.")
    in_group = forms.BooleanField(label="Es del Grupo Comunicaciones", required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the last day of a contract."""
        data = super().clean() or {}
        is_contractor = data.get("employment") == Employment.CONTRACTOR
        if is_contractor and not data.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", "Escribe hasta cuándo va el contrato.")
        return data


class NewMemberForm(MemberForm):
    """A new member, who signs in with an e-mail address."""

    email = forms.EmailField(
        label="Correo institucional",
        error_messages={"required": "Escribe el correo.", "invalid": "Escribe un correo completo."},
    )
    field_order = ("name", "email", "roles", "employment", "ends_on", "in_group")


class StandInForm(forms.Form):
    """Who covers an absence, of which role, and between which days."""

    member = forms.TypedChoiceField(
        label="Quién", coerce=int, error_messages={"required": "Elige a una persona.", "invalid_choice": "Elige a una."}
    )
    role = forms.ChoiceField(label="En qué rol", error_messages={"required": "Elige el rol."})
    starts_on = _day("Desde")
    ends_on = _day("Hasta", help_text="Ese día incluido.")
    reason = forms.CharField(
        label="Por qué", max_length=300, required=False, help_text="Vacaciones, comisión, licencia."
    )

    def __init__(self, *args: Any, absent: Member, people: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(member.pk, f"{member}, {member.role_labels}") for member in people if member.pk != absent.pk]
        self.fields["member"].choices = [("", "Elige"), *others]  # type: ignore[attr-defined]
        roles = [(role.value, role.label) for role in Role if role in WITH_STAND_IN and role in absent.roles]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
