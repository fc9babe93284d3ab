"""The form that signs the close of a day. It validates and never saves."""

from typing import Any

from django import forms

from pregonero.moderation.actions.daily_close import WrittenClose

MOST = 2_000_000_000


class CloseForm(forms.Form):
    """What the API does not deliver, as the person reads it at the network, and why a day is closed as it is."""

    difference = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST)
    in_ads = forms.IntegerField(label="Comentarios en anuncios", required=False, min_value=0, max_value=MOST)
    shares = forms.IntegerField(label="Veces que se compartió", required=False, min_value=0, max_value=MOST)
    filtered = forms.IntegerField(label="Filtrados por la red", required=False, min_value=0, max_value=MOST)
    reason = forms.CharField(
        label="Por qué se cierra con diferencia",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Lo que falta queda nombrado en el cierre, uno por uno.",
    )

    def __init__(self, *args: Any, adds_up: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if adds_up:
            del self.fields["reason"]

    @property
    def written(self) -> WrittenClose:
        """Return what a valid form says."""
        return WrittenClose(**self.cleaned_data)
