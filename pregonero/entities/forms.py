"""The form of the entity's name and arms. It validates and never saves."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from pregonero.people.models import Entity

ARMS_TYPES = ".png,.jpg,.jpeg,.webp"


class EntityForm(forms.Form):
    """The names of an entity, its initials, and its arms with their alternative text."""

    name = forms.CharField(
        label="Nombre completo", max_length=160, error_messages={"required": "Escribe el nombre de la entidad."}
    )
    short_name = forms.CharField(
        label="Nombre corto",
        max_length=60,
        help_text="El que cabe en un menú y en el asunto de un correo: «MinComercio».",
        error_messages={"required": "Escribe el nombre corto."},
    )
    initials = forms.RegexField(
        r"^\w{1,4}$",
        label="Iniciales",
        help_text="De una a cuatro letras. Se ven cuando no hay escudo.",
        error_messages={
            "required": "Escribe las iniciales.",
            "invalid": "Escribe de una a cuatro letras, sin espacios ni puntos.",
        },
    )
    arms = forms.FileField(
        label="Escudo",
        required=False,
        help_text="PNG, JPEG o WebP de hasta 5 MB, mejor con el fondo transparente. Solo el escudo, sin el nombre.",
        widget=forms.FileInput(attrs={"accept": ARMS_TYPES}),
        error_messages={"empty": "El archivo está vacío.", "invalid": "Elige el archivo otra vez."},
    )
    arms_alt = forms.CharField(
        label="Qué es el escudo",
        max_length=200,
        required=False,
        help_text="Para quien no lo ve: «Escudo de la entidad».",
    )
    without_arms = forms.BooleanField(label="Quitar el escudo y mostrar las iniciales", required=False)

    def __init__(self, request: HttpRequest, *, entity: Entity) -> None:
        names = ("name", "short_name", "initials", "arms_alt")
        is_sent = request.method == "POST"
        super().__init__(
            data=request.POST if is_sent else None,
            files=request.FILES if is_sent else None,
            initial={name: getattr(entity, name) for name in names},
        )
        self.has_arms = bool(entity.arms_sha256)
        if not self.has_arms:
            del self.fields["without_arms"]

    @property
    def upload(self) -> "UploadedFile[bytes] | None":
        """Return the file of the new arms, or None when they stay as they are."""
        file: UploadedFile[bytes] | None = self.cleaned_data["arms"]
        return file

    def clean_initials(self) -> str:
        """Write the initials in capitals."""
        return str(self.cleaned_data["initials"]).upper()

    def clean(self) -> dict[str, Any]:
        """Check that arms that will be shown have an alternative text, and that others have none."""
        data = super().clean() or {}
        new, is_removed = data.get("arms"), bool(data.get("without_arms"))
        if new and is_removed:
            self.add_error("arms", "Elige una cosa: un escudo nuevo o quitarlo.")
        if is_removed or not (new or self.has_arms):
            data["arms_alt"] = ""
        elif not data.get("arms_alt"):
            self.add_error("arms_alt", "Escribe qué es el escudo, para quien no lo ve.")
        if new and self.errors:
            self.add_error("arms", "Elige el archivo otra vez: el navegador no lo guarda.")
        return data
