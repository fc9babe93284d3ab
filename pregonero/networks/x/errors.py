"""What X's refusals mean to a delivery."""

import time
from collections.abc import Iterator, Mapping

from pregonero.networks.base import Permanent, PreparedExpired, QuotaExhausted, Transient, Unauthorized
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable

DUPLICATE = "duplicate"
GONE = "media_gone"
TOO_MANY = 429
# X counts posts by quarters of an hour, and by days of the user and of the application.
WINDOWS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")
# What X has no type for is known by its words.
WORDS = {DUPLICATE: "duplicate content", GONE: "media ids are invalid"}
HOUR, QUARTER = 3600.0, 900.0

TABLE = {
    "401": ErrorMeaning(Unauthorized, "X ya no acepta la autorización de esta cuenta: hay que conectarla otra vez."),
    "402": ErrorMeaning(QuotaExhausted, "Se agotó el saldo para usar X: alguien debe recargarlo.", HOUR),
    "usage-capped": ErrorMeaning(
        QuotaExhausted, "Se llegó al tope de gasto fijado en X: alguien debe subirlo o recargar.", HOUR
    ),
    "429": ErrorMeaning(Transient, "X pide esperar: se alcanzó su límite de llamadas.", QUARTER),
    "420": ErrorMeaning(Transient, "X pide esperar: se alcanzó su límite de llamadas.", QUARTER),
    DUPLICATE: ErrorMeaning(Permanent, "X no acepta dos veces el mismo texto, y ya hay una publicación con este."),
    GONE: ErrorMeaning(PreparedExpired, "X ya no tiene los archivos que se habían subido; se suben otra vez.", 1.0),
    "client-forbidden": ErrorMeaning(Permanent, "La aplicación no tiene permiso para publicar en X."),
    "403": ErrorMeaning(Permanent, "X no permite esta publicación."),
    "400": ErrorMeaning(Permanent, "X no aceptó el contenido de la publicación."),
}


def _keys(refusal: HttpError) -> tuple[str, ...]:
    """Return X's own words for a refusal: what has no type of its own, and the end of the problem's `type`."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    kind = str(body.get("type") or "").rpartition("/")[2]
    said = f"{body.get('detail')} {body.get('errors')}".lower()
    own = [code for code, words in WORDS.items() if words in said]
    return (*own, kind)


def _wait(refusal: HttpError) -> float | None:
    """Return the seconds that X asks to wait: its `retry-after`, or the instant at which the window starts again."""
    after = refusal.headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    resets = [int(reset) for reset in _resets(refusal.headers) if reset.isdigit()]
    # The instant is compared with this machine's clock: a second more forgives small differences.
    return max(1.0, max(resets) - time.time() + 1) if refusal.status == TOO_MANY and resets else None


def _resets(headers: Mapping[str, str]) -> Iterator[str]:
    """Give the instants at which the windows that are used up start again; the short one when none says that it is."""
    spent = [window for window in WINDOWS if headers.get(f"{window}-remaining") == "0"]
    for window in spent or WINDOWS[:1]:
        yield headers.get(f"{window}-reset", "")


ERRORS = ErrorTable("X", TABLE, _keys, _wait)
