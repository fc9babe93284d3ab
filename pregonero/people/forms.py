"""The forms of signing in and of choosing one of the person's memberships."""

from collections.abc import Sequence
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from pregonero.people.models import Member


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
