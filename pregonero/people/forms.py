"""The form in which a person chooses one of their memberships."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from pregonero.people.models import Member


class EntityForm(forms.Form):
    """The choice among the entities that the person belongs to."""

    entity = forms.TypedChoiceField(coerce=int)

    def __init__(self, data: QueryDict | None, *, memberships: Sequence[Member]) -> None:
        super().__init__(data)
        choices = [(member.entity_id, member.entity.name) for member in memberships]
        self.fields["entity"].choices = choices  # type: ignore[attr-defined]
