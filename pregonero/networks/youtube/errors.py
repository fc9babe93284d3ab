"""What YouTube's refusals mean to a delivery."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pregonero.networks.base import Permanent, QuotaExhausted, Transient, Unauthorized, Unknown
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable

PACIFIC = ZoneInfo("America/Los_Angeles")
DAILY = ("quotaExceeded", "dailyLimitExceeded")
MINUTE, HOUR = 60.0, 3600.0

_RECONNECT = ErrorMeaning(
    Unauthorized, "YouTube ya no acepta la autorización de este canal: hay que conectarlo otra vez."
)
_QUOTA = ErrorMeaning(
    QuotaExhausted, "Se agotó la cuota diaria de YouTube: vuelve a medianoche, hora del Pacífico.", HOUR
)
_SLOWER = ErrorMeaning(Transient, "YouTube pide esperar: van demasiadas llamadas seguidas.", MINUTE)
_THEIRS = ErrorMeaning(Unknown, "YouTube respondió con un error suyo, de paso.", MINUTE)

TABLE = {
    "401": _RECONNECT,
    "authError": _RECONNECT,
    "invalid_grant": _RECONNECT,
    "quotaExceeded": _QUOTA,
    "dailyLimitExceeded": _QUOTA,
    "uploadLimitExceeded": ErrorMeaning(
        QuotaExhausted, "El canal llegó al número de videos que YouTube deja subir en un día.", 6 * HOUR
    ),
    "rateLimitExceeded": _SLOWER,
    "userRateLimitExceeded": _SLOWER,
    "backendError": _THEIRS,
    "internalError": _THEIRS,
    "invalidTitle": ErrorMeaning(Permanent, "YouTube no aceptó el título del video."),
    "invalidDescription": ErrorMeaning(Permanent, "YouTube no aceptó la descripción del video."),
    "invalidTags": ErrorMeaning(Permanent, "YouTube no aceptó las palabras clave del video."),
    "invalidCategoryId": ErrorMeaning(Permanent, "YouTube no aceptó la categoría del video."),
    "invalidVideoMetadata": ErrorMeaning(Permanent, "YouTube no aceptó los datos del video."),
    "mediaBodyRequired": ErrorMeaning(Permanent, "YouTube no recibió un video que pueda leer."),
    "invalidFilename": ErrorMeaning(Permanent, "YouTube no aceptó el archivo del video."),
    "videoNotFound": ErrorMeaning(Permanent, "El video ya no está en YouTube: alguien lo borró."),
    "invalidImage": ErrorMeaning(Permanent, "YouTube no aceptó la miniatura: debe ser JPG o PNG."),
    "uploadRateLimitExceeded": ErrorMeaning(
        Transient, "YouTube pide esperar: van demasiadas miniaturas seguidas.", HOUR
    ),
    "contentRequired": ErrorMeaning(Permanent, "YouTube no recibió subtítulos que pueda leer."),
    "invalidMetadata": ErrorMeaning(Permanent, "YouTube no aceptó los datos de los subtítulos."),
    "youtubeSignupRequired": ErrorMeaning(Permanent, "La cuenta autorizada no tiene un canal de YouTube."),
    "insufficientPermissions": ErrorMeaning(Permanent, "La autorización dada no alcanza para publicar en YouTube."),
    "accessNotConfigured": ErrorMeaning(Permanent, "La aplicación no tiene activada la API de YouTube."),
    "forbidden": ErrorMeaning(Permanent, "YouTube no permite hacer esto con este canal."),
    "forbiddenPrivacySetting": ErrorMeaning(Permanent, "YouTube no deja hacer público este video."),
}


def _keys(refusal: HttpError) -> tuple[str, ...]:
    """Return the reason, which Google gives in a list; from its token address, the error is a word alone."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    error = body.get("error")
    if isinstance(error, str):
        return (error,)
    reasons = error.get("errors") if isinstance(error, dict) else None
    return tuple(str(entry["reason"]) for entry in reasons or [] if isinstance(entry, dict) and "reason" in entry)


def _wait(refusal: HttpError) -> float | None:
    """Return the seconds until the quota comes back, at midnight of the Pacific; else what `retry-after` says."""
    if any(key in DAILY for key in _keys(refusal)):
        return until_midnight(datetime.now(PACIFIC))
    after = refusal.headers.get("retry-after", "")
    return float(after) if after.isdigit() else None


def until_midnight(now: datetime) -> float:
    """Return the seconds until the day changes where `now` is, also on the days of 23 or 25 hours."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
    return tomorrow.timestamp() - now.timestamp()


ERRORS = ErrorTable("YouTube", TABLE, _keys, _wait)
