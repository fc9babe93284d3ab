"""What the refusals of a Bluesky server mean to a delivery."""

import time

from pregonero.networks.base import Permanent, PreparedExpired, Transient, Unauthorized
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable

TAKEN = "InvalidSwap"
MISSING = "RecordNotFound"
LOST = "BlobNotFound"
TOO_MANY = 429
_RECONNECT = ErrorMeaning(
    Unauthorized, "Bluesky ya no acepta la autorización de esta cuenta: hay que conectarla otra vez."
)

TABLE = {
    "ExpiredToken": _RECONNECT,
    "InvalidToken": _RECONNECT,
    "AuthMissing": _RECONNECT,
    "AuthenticationRequired": _RECONNECT,
    "AuthFactorTokenRequired": ErrorMeaning(
        Unauthorized, "Bluesky pide un segundo factor: conecta la cuenta con una contraseña de aplicación."
    ),
    "AccountTakedown": ErrorMeaning(Permanent, "Bluesky suspendió esta cuenta: alguien debe atenderlo."),
    "AccountDeactivated": ErrorMeaning(Permanent, "La cuenta está desactivada en Bluesky: alguien debe atenderlo."),
    LOST: ErrorMeaning(PreparedExpired, "Bluesky ya no tiene el archivo que se había subido; se sube otra vez.", 1.0),
    "BlobTooLarge": ErrorMeaning(
        Permanent, "El archivo es demasiado pesado para el servidor de Bluesky de esta cuenta."
    ),
    "PayloadTooLarge": ErrorMeaning(
        Permanent, "El archivo es demasiado pesado para el servidor de Bluesky de esta cuenta."
    ),
    "InvalidMimeType": ErrorMeaning(Permanent, "Bluesky no recibe ese formato de archivo."),
    TAKEN: ErrorMeaning(Permanent, "En Bluesky ya hay algo bajo la clave de esta publicación."),
    MISSING: ErrorMeaning(Permanent, "Bluesky no tiene nada bajo la clave de esta publicación."),
    "RateLimitExceeded": ErrorMeaning(Transient, "Bluesky pide esperar: se alcanzó su límite de llamadas.", 300.0),
    "400": ErrorMeaning(Permanent, "Bluesky no aceptó el contenido de la publicación."),
}


def _keys(refusal: HttpError) -> tuple[str, ...]:
    """Return the server's own name for a refusal."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    return (str(body.get("error") or ""),)


def _wait(refusal: HttpError) -> float | None:
    """Return the seconds that the server asks to wait: its `retry-after`, or the instant its window starts again."""
    after, reset = refusal.headers.get("retry-after", ""), refusal.headers.get("ratelimit-reset", "")
    if after.isdigit():
        return float(after)
    # The instant is compared with this machine's clock: a second more forgives small differences.
    return max(1.0, int(reset) - time.time() + 1) if refusal.status == TOO_MANY and reset.isdigit() else None


ERRORS = ErrorTable("Bluesky", TABLE, _keys, _wait)
