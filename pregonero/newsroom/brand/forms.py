"""Forms of the manual of visual identity. They validate and never save; the password is never shown again."""

from typing import Any

from django import forms

from pregonero.errors import Refused
from pregonero.newsroom.brand.actions import ServerPlan
from pregonero.newsroom.brand.names import DISGUISES
from pregonero.newsroom.brand_models import BrandServer, Protocol
from pregonero.ssrf import open_addresses

USUAL_PORTS = {Protocol.FTP: 21, Protocol.FTPS: 21, Protocol.SFTP: 22}
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
WRONG_DAY = "Escribe una fecha, como 2026-12-01."
LAST_PORT = 65535


class ServerForm(forms.Form):
    """Where the server of the manual is, and who signs in."""

    protocol = forms.ChoiceField(
        label="Cómo se lee",
        choices=Protocol.choices,
        help_text="Por FTP la contraseña viaja sin cifrar: si el servidor ofrece FTPS o SFTP, elígelo.",
        error_messages={"required": "Elige cómo se lee.", "invalid_choice": "Elige cómo se lee."},
    )
    host = forms.CharField(
        label="Servidor",
        max_length=200,
        help_text="Su nombre, como ftp.entidad.gov.co.",
        error_messages={"required": "Escribe el nombre del servidor."},
    )
    port = forms.IntegerField(
        label="Puerto",
        required=False,
        min_value=1,
        max_value=LAST_PORT,
        help_text="Si lo dejas vacío, el de siempre: 21, o 22 por SFTP.",
        error_messages={"invalid": "Escribe un número."},
    )
    username = forms.CharField(
        label="Usuario",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Escribe el usuario."},
    )
    password = forms.CharField(
        label="Contraseña",
        max_length=200,
        required=False,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "spellcheck": "false"}),
        help_text="Se guarda cifrada y no se vuelve a mostrar. Si la dejas vacía, sigue la que hay.",
    )
    folder = forms.CharField(
        label="Carpeta", max_length=300, required=False, help_text="Dónde está el manual, como /marca/2026."
    )

    def clean_host(self) -> str:
        """Refuse an address with its protocol or its folder: they have fields of their own."""
        host = str(self.cleaned_data["host"]).strip().lower()
        if any(char.isspace() or char in "/@\\" or char in DISGUISES for char in host) or not host.isprintable():
            raise forms.ValidationError("Escribe solo el nombre del servidor, sin ftp:// ni carpeta.")
        return host

    def clean(self) -> dict[str, Any]:
        """Fill in the usual port, and refuse control characters and a server in a private network."""
        data = super().clean() or {}
        for name in ("username", "password", "folder"):
            if not str(data.get(name, "")).isprintable():
                self.add_error(name, "Lleva signos que no se ven: escríbelo otra vez.")
        if "protocol" in data and "port" in data:
            data["port"] = data["port"] or USUAL_PORTS[Protocol(data["protocol"])]
        if "host" in data and data.get("port"):
            try:
                open_addresses(data["host"], data["port"])
            except Refused as refusal:
                self.add_error("host", refusal.message)
        return data

    def plan(self) -> ServerPlan:
        """Return the plan, once the form is valid."""
        return ServerPlan(**self.cleaned_data)


def server_form(server: BrandServer | None, data: Any = None) -> ServerForm:
    """Return the form of a connection, filled in with the one that is stored."""
    if server is None:
        return ServerForm(data)
    shown = {name: getattr(server, name) for name in ("protocol", "host", "port", "username", "folder")}
    return ServerForm(data, initial=shown)


class KeyForm(forms.Form):
    """The fingerprint of a server's key or certificate, which somebody compared with the real one."""

    fingerprint = forms.RegexField(
        regex=r"\A(?:SHA256:[A-Za-z0-9+/]{43}|(?:[0-9A-F]{2}:){31}[0-9A-F]{2})\Z",
        max_length=120,
        widget=forms.HiddenInput(),
        error_messages={
            "required": "Falta la huella: prueba la conexión otra vez.",
            "invalid": "Esa no es una huella.",
        },
    )


class ValidityForm(forms.Form):
    """From when and until when a template may be used."""

    valid_from = forms.DateField(label="Vale desde", required=False, widget=DAY, error_messages={"invalid": WRONG_DAY})
    valid_until = forms.DateField(label="Vale hasta", required=False, widget=DAY, error_messages={"invalid": WRONG_DAY})
