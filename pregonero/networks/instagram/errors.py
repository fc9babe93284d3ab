"""What Instagram's refusals mean to a delivery: the Graph's common codes, and its own subcodes of publishing."""

from pregonero.networks.base import Permanent, PreparedExpired, QuotaExhausted, Transient, Unknown
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable
from pregonero.networks.facebook.errors import HOUR, MINUTE, common_table, keys, wait

NOT_READY, EXPIRED, MISSING, NOT_FOUND = "2207027", "2207020", "2207006", "2207008"
_AGAIN = ErrorMeaning(Transient, "Instagram no pudo preparar el archivo; se prepara otra vez.", MINUTE)
_EXPIRED = ErrorMeaning(PreparedExpired, "Lo preparado en Instagram venció; se prepara otra vez.", 1.0)

TABLE = common_table("Instagram") | {
    "2207001": ErrorMeaning(Unknown, "Instagram respondió con un error suyo, de paso.", MINUTE),
    "2207003": ErrorMeaning(Transient, "Instagram tardó demasiado en bajar el archivo.", MINUTE),
    "2207004": ErrorMeaning(Permanent, "La imagen es demasiado pesada para Instagram."),
    "2207005": ErrorMeaning(Permanent, "Instagram no recibe ese formato de imagen: debe ser JPG."),
    MISSING: _EXPIRED,
    NOT_FOUND: _EXPIRED,
    "2207009": ErrorMeaning(Permanent, "Instagram no admite la proporción de la imagen."),
    "2207010": ErrorMeaning(Permanent, "El texto es demasiado largo para Instagram."),
    EXPIRED: _EXPIRED,
    "2207023": ErrorMeaning(Permanent, "Instagram no conoce ese tipo de publicación."),
    "2207026": ErrorMeaning(Permanent, "Instagram no recibe ese formato de video."),
    NOT_READY: ErrorMeaning(Transient, "Instagram todavía está procesando el archivo.", 10.0),
    "2207028": ErrorMeaning(Permanent, "Instagram no aceptó el carrusel: debe tener entre 2 y 10 archivos."),
    "2207032": _AGAIN,
    "2207040": ErrorMeaning(Permanent, "El texto menciona a demasiadas cuentas para Instagram."),
    "2207042": ErrorMeaning(
        QuotaExhausted, "Se alcanzó el número de publicaciones por día que permite Instagram.", HOUR
    ),
    "2207050": ErrorMeaning(
        Permanent, "Instagram restringió la cuenta: alguien debe entrar a la aplicación y atenderlo."
    ),
    "2207051": ErrorMeaning(Permanent, "Instagram tomó la publicación por correo no deseado: alguien debe revisarlo."),
    "2207052": ErrorMeaning(Permanent, "Instagram no pudo bajar el archivo de nuestra dirección pública."),
    "2207053": _AGAIN,
    "9007": ErrorMeaning(Transient, "Instagram todavía está procesando el archivo.", 10.0),
    "36000": ErrorMeaning(Permanent, "La imagen es demasiado pesada para Instagram."),
    "36001": ErrorMeaning(Permanent, "Instagram no recibe ese formato de imagen: debe ser JPG."),
    "36003": ErrorMeaning(Permanent, "Instagram no admite la proporción de la imagen."),
    "36004": ErrorMeaning(Permanent, "El texto es demasiado largo para Instagram."),
}


def _keys(refusal: HttpError) -> tuple[str, ...]:
    """Return the subcode, which in publishing says more than the code, between the exact pair and the code alone."""
    found = keys(refusal)
    return (found[0], found[0].partition("/")[2], found[-1])


ERRORS = ErrorTable("Instagram", TABLE, _keys, wait)
