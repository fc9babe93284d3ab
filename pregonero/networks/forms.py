"""Forms of accounts. They validate and never save; secrets are never shown again."""

from typing import Any

from django import forms
from django.http import QueryDict

from pregonero.errors import Refused
from pregonero.networks.live import LiveAccess
from pregonero.networks.models import Account
from pregonero.networks.registry import connector, network_choices
from pregonero.networks.server_urls import check_server, server_address
from pregonero.people.models import Member


def _secret_input() -> forms.PasswordInput:
    # Never filled in: neither with the stored secret, nor by the browser with the person's own password.
    return forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "spellcheck": "false"})


class AccountForm(forms.Form):
    """The register's data of an account."""

    handle = forms.CharField(
        label="Usuario",
        max_length=80,
        help_text="Como aparece en la red, sin la arroba.",
        error_messages={"required": "Escribe el usuario de la cuenta."},
    )
    display_name = forms.CharField(
        label="Nombre público", max_length=120, error_messages={"required": "Escribe el nombre que se ve en la red."}
    )
    purpose = forms.CharField(
        label="Para qué es",
        max_length=200,
        help_text="Por ejemplo: «Cuenta institucional», «Turismo».",
        error_messages={"required": "Escribe para qué la usa la entidad."},
    )
    root_mailbox = forms.EmailField(
        label="Correo raíz",
        required=False,
        help_text="El correo con el que se creó y se recupera la cuenta.",
        error_messages={"invalid": "Escribe un correo completo, como redes@entidad.gov.co."},
    )

    def clean_handle(self) -> str:
        """Remove the at sign."""
        handle = str(self.cleaned_data["handle"]).strip().removeprefix("@")
        if not handle or any(char.isspace() for char in handle):
            raise forms.ValidationError("Escribe el usuario sin espacios.")
        return handle


class NewAccountForm(AccountForm):
    """A new account: also its network, and its server on an open network."""

    network = forms.ChoiceField(
        label="Red",
        choices=network_choices,
        error_messages={"required": "Elige la red.", "invalid_choice": "Elige la red."},
    )
    server = forms.CharField(
        label="Servidor",
        max_length=200,
        required=False,
        help_text="Solo en Mastodon y Bluesky, si no es el principal: https://social.ejemplo.org",
    )
    field_order = ("network", "handle", "display_name", "purpose", "root_mailbox", "server")

    def clean(self) -> dict[str, Any]:
        """Check the server: only on open networks, with a public address and https."""
        data = super().clean() or {}
        written = str(data.get("server", "")).strip()
        if not written:
            data["server"] = ""
        elif "network" in data and not connector(data["network"]).capabilities.has_many_servers:
            self.add_error("server", "Esta red no tiene servidores propios: déjalo en blanco.")
        else:
            try:
                data["server"] = server_address(written)
                check_server(data["server"])
            except Refused as refusal:
                self.add_error("server", refusal.message)
        return data


class ReasonForm(forms.Form):
    """The reason of an action, for the records."""

    reason = forms.CharField(
        label="Por qué",
        max_length=300,
        help_text="Queda en el registro.",
        error_messages={"required": "Escribe la razón: queda en el registro."},
    )


class LinkForm(forms.Form):
    """The reason why an account's links are published as first comments; empty when they are not."""

    reason = forms.CharField(
        label="Por qué el enlace va como primer comentario",
        max_length=300,
        required=False,
        help_text="Si lo dejas vacío, el enlace va con el texto. Vale para lo que se programe o edite desde ahora.",
    )


def link_form_of(account: Account) -> LinkForm | None:
    """Return the form for the placement of an account's links, or None on networks without first comments."""
    takes_comments = connector(account.network).capabilities.takes_comments
    return LinkForm(initial={"reason": account.link_as_comment_reason}) if takes_comments else None


class AdministratorForm(forms.Form):
    """An administrator of an account: a person of the entity, or a name."""

    member = forms.ModelChoiceField(
        label="Persona de la entidad", queryset=Member.objects.none(), required=False, empty_label="Otra, por su nombre"
    )
    name = forms.CharField(label="Nombre, si no está en la lista", max_length=120, required=False)
    since = forms.DateField(
        label="Desde",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Elige desde qué día.", "invalid": "Elige un día del calendario."},
    )

    def __init__(self, data: QueryDict | None, *, account: Account, **options: Any) -> None:
        super().__init__(data, **options)
        members = Member.objects.filter(entity_id=account.entity_id).order_by("name", "pk")
        self.fields["member"].queryset = members  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Require a person or a name."""
        data = super().clean() or {}
        if not data.get("member") and not data.get("name"):
            self.add_error("name", "Elige una persona de la lista, o escribe su nombre.")
        return data


class UntilForm(forms.Form):
    """The last day of an administrator."""

    until = forms.DateField(
        label="Hasta",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Elige hasta qué día.", "invalid": "Elige un día del calendario."},
    )


class ApplicationForm(forms.Form):
    """The entity's application at a network."""

    client_id = forms.CharField(
        label="Identificador de la aplicación",
        max_length=200,
        error_messages={"required": "Escribe el identificador que dio la red."},
    )
    secret = forms.CharField(label="Secreto de la aplicación", max_length=500, required=False, widget=_secret_input())

    live_token = forms.CharField(
        label="Ficha propia de la aplicación (Bearer Token)",
        max_length=500,
        required=False,
        widget=_secret_input(),
        help_text="Con ella llega al momento lo que la gente escribe, sin una dirección pública. Sin ella se consulta "
        "cada dos minutos.",
    )
    live_backfill_minutes = forms.IntegerField(
        label="Minutos que la red reenvía al reconectar",
        required=False,
        min_value=0,
        max_value=5,
        help_text="Solo con acceso Enterprise; si no, deja 0.",
    )

    def __init__(
        self, data: QueryDict | None, *, is_saved: bool, has_live_stream: bool, initial: dict[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        if not has_live_stream:
            del self.fields["live_token"], self.fields["live_backfill_minutes"]
        self.fields["secret"].required = not is_saved
        self.fields["secret"].error_messages["required"] = "Escribe el secreto que dio la red."
        if is_saved:
            self.fields["secret"].help_text = "Hay uno guardado, que no se muestra. Déjalo en blanco para conservarlo."

    @property
    def live(self) -> LiveAccess | None:
        """Return what the persistent stream needs, or None for a network that offers none."""
        if "live_token" not in self.fields:
            return None
        return LiveAccess(self.cleaned_data["live_token"], self.cleaned_data["live_backfill_minutes"] or 0)


class PasswordForm(forms.Form):
    """An app password."""

    password = forms.CharField(
        label="Contraseña de aplicación",
        max_length=100,
        widget=_secret_input(),
        help_text="La que la red creó para Pregonero, como xxxx-xxxx-xxxx-xxxx. No es la de la cuenta.",
        error_messages={"required": "Escribe la contraseña de aplicación."},
    )
