"""Forms of what leaves: exports, and where the checkpoints of the records go. They validate and never save."""

from typing import Any

from django import forms

from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.people.models import Entity
from pregonero.reports.actions.exports import ExportRequest
from pregonero.reports.models import ExportKind

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ExportForm(forms.Form):
    """Which publications to take away, and in which format."""

    kind = forms.ChoiceField(
        label="Formato",
        choices=[("CSV", "CSV"), ("XLSX", "XLSX (hoja de cálculo)"), ("JSON", "JSON")],
        error_messages={"required": "Elige el formato."},
    )
    since = forms.DateField(label="Desde", required=False, widget=DATE)
    until = forms.DateField(label="Hasta", required=False, widget=DATE)
    account = forms.ModelChoiceField(
        label="Cuenta", queryset=Account.objects.none(), required=False, empty_label="Todas"
    )

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts_of(entity)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that the days are in order."""
        given = self.cleaned_data
        if given.get("since") and given.get("until") and given["since"] > given["until"]:
            self.add_error("until", "Va después del primer día.")
        return given

    def request(self) -> ExportRequest:
        """Return what was asked."""
        given = self.cleaned_data
        account = given["account"]
        return ExportRequest(ExportKind(given["kind"]), given["since"], given["until"], account.pk if account else None)


class RecipientForm(forms.Form):
    """An address outside the entity's systems that receives the checkpoints."""

    email = forms.EmailField(
        label="Correo",
        max_length=254,
        help_text="De otra oficina o de otra entidad: quien lo reciba podrá probar que nada se cambió después.",
        error_messages={
            "required": "Escribe el correo.",
            "invalid": "Escribe un correo completo: nombre@entidad.gov.co.",
        },
    )


class AuthorityForm(forms.Form):
    """An authority that stamps the checkpoints with the time."""

    name = forms.CharField(label="Autoridad", max_length=120, error_messages={"required": "Escribe cómo se llama."})
    address = forms.URLField(
        label="Dirección del servicio",
        max_length=200,
        assume_scheme="https",
        error_messages={"required": "Escribe su dirección.", "invalid": "Escribe una dirección completa: https://…"},
    )
    certificate = forms.CharField(
        label="Certificado raíz",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="En PEM. Solo se guardan estampas que lleven a este certificado.",
        error_messages={"required": "Pega el certificado."},
    )
