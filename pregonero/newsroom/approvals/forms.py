"""Forms of approvals. They validate and never save."""

from typing import Any

from django import forms

from pregonero.errors import Refused

AREA = forms.Textarea(attrs={"rows": 3})


class PlacedForm(forms.Form):
    """A form that shares its page with others: `place` begins the ids of its fields, which must not repeat."""

    place = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.place}_%s"} | kwargs)


class SeenForm(forms.Form):
    """The version that the person saw, and its digest: what was changed meanwhile is not approved."""

    version = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    digest = forms.RegexField(r"\A[0-9a-f]{64}\Z")

    def check(self) -> None:
        """Raise `Refused` for a form that no page of ours sends."""
        if not self.is_valid():
            raise Refused("Abre la pieza otra vez: la página llegó incompleta.")


class ApproveForm(SeenForm):
    """Approve a version, with a note if there is something to say."""

    note = forms.CharField(label="Nota", max_length=500, required=False, widget=AREA)


class SendBackForm(PlacedForm):
    """What must change in a version."""

    place = "devolver"
    version = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    note = forms.CharField(
        label="Qué hay que cambiar",
        max_length=1000,
        widget=AREA,
        error_messages={"required": "Escribe qué hay que cambiar: lo lee quien la hizo."},
    )


class SendForm(PlacedForm):
    """What the publishers read with a piece."""

    place = "enviar"
    note = forms.CharField(
        label="Nota para quienes publican",
        max_length=500,
        required=False,
        widget=AREA,
        help_text="Por ejemplo, con qué noticia va o desde cuándo se puede usar.",
    )


class UrgentForm(PlacedForm):
    """Why a version cannot wait for an adviser or the coordinator."""

    place = "urgente"
    version = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Por qué no puede esperar",
        max_length=300,
        widget=AREA,
        error_messages={"required": "Escribe por qué no puede esperar a la asesoría ni a la coordinación."},
    )


class GuestForm(PlacedForm):
    """Who is invited to see a piece."""

    place = "invitar"
    name = forms.CharField(
        label="A quién invitas",
        max_length=160,
        help_text="Ve solo esta versión, durante 7 días, sin usuario. Puede dejar notas o decir que está de acuerdo.",
        error_messages={"required": "Escribe a quién invitas."},
    )


class GuestAnswerForm(forms.Form):
    """What a guest writes about a piece."""

    text = forms.CharField(
        label="Tu nota",
        max_length=1000,
        widget=AREA,
        error_messages={"required": "Escribe la nota."},
    )
