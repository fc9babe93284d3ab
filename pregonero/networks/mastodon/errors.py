"""What the refusals of a Mastodon server mean to a delivery: they have no codes, only statuses and a sentence."""

import time
from datetime import datetime

from pregonero.networks.base import Permanent, Transient, Unauthorized
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable

REFUSED = "422"
TOO_MANY = 429

TABLE = {
    "401": ErrorMeaning(
        Unauthorized, "Mastodon ya no acepta la autorización de esta cuenta: hay que conectarla otra vez."
    ),
    "403": ErrorMeaning(
        Permanent, "Mastodon no permite esta publicación: la cuenta o la aplicación no tienen permiso."
    ),
    "404": ErrorMeaning(Permanent, "El servidor de Mastodon ya no tiene lo que se le pide."),
    "413": ErrorMeaning(Permanent, "El archivo es demasiado pesado para este servidor de Mastodon."),
    REFUSED: ErrorMeaning(Permanent, "Mastodon no aceptó el contenido de la publicación."),
    "429": ErrorMeaning(Transient, "Mastodon pide esperar: se alcanzó su límite de llamadas.", 300.0),
}


def _keys(refusal: HttpError) -> tuple[str, ...]:
    """Return nothing: the sentence of a refusal is in the language of each server."""
    return ()


def _wait(refusal: HttpError) -> float | None:
    """Return the seconds until the instant at which the server's window starts again."""
    after, reset = refusal.headers.get("retry-after", ""), refusal.headers.get("x-ratelimit-reset", "")
    if after.isdigit():
        return float(after)
    if refusal.status != TOO_MANY or not reset:
        return None
    try:
        opens = datetime.fromisoformat(reset).timestamp()
    except ValueError:
        return None  # a server of another make writes it in another way: the table's own wait is used
    # The instant is compared with this machine's clock: a second more forgives small differences.
    return max(1.0, opens - time.time() + 1)


ERRORS = ErrorTable("Mastodon", TABLE, _keys, _wait)
