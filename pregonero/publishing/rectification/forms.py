"""Forms of rectifications. They validate and never save."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.publishing.live.forms import AREA, minute_field
from pregonero.publishing.rectification.actions import Request
from pregonero.publishing.rectification.rectification_models import RequestWay, Ruling
from pregonero.records.actions import ObjectRef

WHOLE = "todo"


class RequestForm(forms.Form):
    """A request that arrived by mail, letter, call or in person; that of a message brings its own words."""

    way = forms.ChoiceField(
        label="Por dónde la pidieron",
        choices=[(way.value, way.label.capitalize()) for way in RequestWay if way != RequestWay.MESSAGE],
        error_messages={"required": "Elige por dónde.", "invalid_choice": "Elige una de la lista."},
    )
    asked_by = forms.CharField(
        label="Quién la pide", max_length=200, error_messages={"required": "Escribe quién la pide."}
    )
    asked_at = minute_field("Cuándo la pidió", "Escribe cuándo la pidió.")
    text = forms.CharField(
        label="Qué pide",
        max_length=5000,
        widget=AREA,
        error_messages={"required": "Escribe qué pide que se rectifique."},
    )
    part = forms.ChoiceField(label="Qué se rectifica", required=False)
    due_on = forms.DateField(
        label="Hasta qué día se decide",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Déjalo vacío para el término de la ley.",
        error_messages={"invalid": "Elige un día del calendario."},
    )
    term_basis = forms.CharField(label="Qué norma o qué juez fija ese día", max_length=200, required=False)

    def __init__(self, data: QueryDict | None, *, parts: Iterable[int], is_message: bool, now: datetime) -> None:
        super().__init__(data, initial={"asked_at": timezone.localtime(now), "part": WHOLE})
        choices = [(WHOLE, "Toda la publicación"), *((str(part), f"La parte {part + 1} del hilo") for part in parts)]
        self.fields["part"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            del self.fields["part"]
        for name in ("way", "asked_by", "asked_at", "text") if is_message else ():
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Ask for the norm of a day that is not the law's."""
        data = super().clean() or {}
        if data.get("due_on") and not data.get("term_basis", "").strip():
            self.add_error("term_basis", "Escribe qué fija ese día.")
        return data

    def request(self, origin: ObjectRef | None = None, at: datetime | None = None) -> Request:
        """Return what the form says, with the message that it comes from and when that was written."""
        data = self.cleaned_data
        part = data.get("part") or WHOLE
        return Request(
            way=RequestWay.MESSAGE if origin else RequestWay(data["way"]),
            asked_at=at or data["asked_at"],
            asked_by=data.get("asked_by", ""),
            text=data.get("text", ""),
            origin=origin,
            part=None if part == WHOLE else int(part),
            due_on=data["due_on"],
            term_basis=data["term_basis"].strip() if data["due_on"] else "",
        )


class RulingForm(forms.Form):
    """What is decided about a request, and why."""

    ruling = forms.ChoiceField(
        label="Qué se decide",
        choices=[(one.value, one.label.capitalize()) for one in Ruling],
        widget=forms.RadioSelect,
        error_messages={"required": "Elige si se rectifica.", "invalid_choice": "Elige si se rectifica."},
    )
    reason = forms.CharField(
        label="Por qué", max_length=500, widget=AREA, error_messages={"required": "Escribe por qué."}
    )
    correction = forms.CharField(
        label="Qué dice la rectificación",
        max_length=2000,
        required=False,
        widget=AREA,
        help_text="Solo si se rectifica. Es el primer texto: en el editor se ajusta a cada red.",
    )
    pinned = forms.ModelMultipleChoiceField(
        label="Dónde estaba fijada la original",
        queryset=Account.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "Una de esas cuentas ya no está.",
            "invalid_pk_value": "Una de esas cuentas ya no está.",
        },
    )

    def __init__(self, data: QueryDict | None = None, *, accounts: Iterable[Account]) -> None:
        super().__init__(data)
        ids = [account.pk for account in accounts]
        self.fields["pinned"].queryset = Account.objects.filter(pk__in=ids).order_by("pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the text of a rectification."""
        data = super().clean() or {}
        if data.get("ruling") == Ruling.YES and not data.get("correction", "").strip():
            self.add_error("correction", "Escribe qué dice la rectificación.")
        return data
