"""Who may use a template and when, and whether a server is complete enough to be read."""

from datetime import date

from pregonero.errors import Refused, WrongState
from pregonero.newsroom.brand_models import BrandFile, BrandServer, Protocol, TemplateValidity
from pregonero.people.rules import as_question


class TemplateExpired(Refused):
    """The validity of the template is over, or has not begun (Law 2345 of 2023)."""

    code = "template_expired"


def check_in_use(server: BrandServer) -> None:
    """Raise unless the server is connected."""
    if server.disconnected_at is not None:
        raise WrongState("El manual está desconectado: guarda otra vez la conexión.")


def check_usable(file: BrandFile, validity: TemplateValidity | None, *, today: date) -> None:
    """Raise `TemplateExpired` unless the template may be used on this day."""
    if not file.is_template or validity is None:
        return
    if validity.valid_until is not None and validity.valid_until < today:
        raise TemplateExpired(
            f"«{file}» venció el {validity.valid_until:%d/%m/%Y} y la Ley 2345 de 2023 no deja usarla. "
            "Usa la vigente, o pídesela a quien lleva el manual."
        )
    if validity.valid_from is not None and validity.valid_from > today:
        raise TemplateExpired(
            f"«{file}» empieza a valer el {validity.valid_from:%d/%m/%Y}: hasta ese día se usa la anterior."
        )


is_usable = as_question(check_usable)


def why_not_usable(file: BrandFile, validity: TemplateValidity | None, *, today: date) -> str:
    """Return the sentence of `check_usable`, empty when the template may be used."""
    try:
        check_usable(file, validity, today=today)
    except TemplateExpired as refusal:
        return refusal.message
    return ""


def needs_confirmed_key(server: BrandServer) -> bool:
    """Return whether the server is only read once somebody has confirmed its key."""
    return server.protocol == Protocol.SFTP and not server.server_key
