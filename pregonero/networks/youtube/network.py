"""YouTube as data: what it accepts, its endpoints, the meanings of its errors, its quotas, and its sign-in.

Each value carries the date on which it was read and the page that states it (docs/networks/youtube.md).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from pregonero.http_client import retry_after_seconds
from pregonero.networks.base import (
    Capabilities,
    Limit,
    OperationKind,
    Permanent,
    QuotaExhausted,
    Resolution,
    Transient,
    Unauthorized,
    Unknown,
)
from pregonero.networks.client import Endpoint, HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable
from pregonero.networks.oauth import OAuthConfig, Scope
from pregonero.networks.post_validation import Kinds
from pregonero.networks.rate_limits.policy import (
    CallCost,
    LimitScope,
    PostClass,
    QuotaRule,
    RateLimitPolicy,
    SuspensionRule,
    Unit,
    Window,
)

READ_ON = date(2026, 11, 24)
VIDEOS = "https://developers.google.com/youtube/v3/docs/videos"
INSERT = "https://developers.google.com/youtube/v3/docs/videos/insert"
UPLOADS = "https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol"
QUOTAS = "https://developers.google.com/youtube/v3/determine_quota_cost"
THUMBNAILS = "https://developers.google.com/youtube/v3/docs/thumbnails/set"
CAPTIONS = "https://developers.google.com/youtube/v3/docs/captions/insert"
OWN_CHOICE = "decisión propia: docs/networks/youtube.md"
PACIFIC = ZoneInfo("America/Los_Angeles")
MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds

API_ADDRESS = "https://www.googleapis.com"
CONSENT_ADDRESS = "https://accounts.google.com"
TOKEN_ADDRESS = "https://oauth2.googleapis.com"  # noqa: S105  an address
WATCH_ADDRESSES = {  # the public site of each API address; for any other, the site has the same address as the API
    API_ADDRESS: "https://www.youtube.com",
    "https://youtube.googleapis.com": "https://www.youtube.com",
}
UPLOAD_HOSTS = ".googleapis.com"

CATEGORY = "25"  # News & Politics
LANGUAGE = "es"

CAPABILITIES = Capabilities(
    name="youtube",
    label="YouTube",
    badge="YT",
    operations={
        OperationKind.POST: Resolution.REPEAT,
        OperationKind.REPLY: Resolution.RECONCILE,
        OperationKind.HOLD_FOR_REVIEW: Resolution.REPEAT,
        OperationKind.UNHIDE: Resolution.REPEAT,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "title": Limit(100, READ_ON, VIDEOS),
        "text": Limit(5_000, READ_ON, VIDEOS),  # bytes of the description
        "pictures": Limit(0, READ_ON, VIDEOS),
        "videos": Limit(1, READ_ON, VIDEOS),
        "video_bytes": Limit(256_000_000_000, READ_ON, INSERT),
        "video_max_ms": Limit(12 * 3_600_000, READ_ON, INSERT),
        "chunk_bytes": Limit(8 * 1024 * 1024, READ_ON, UPLOADS),
        "session_life_seconds": Limit(7 * 86_400, READ_ON, UPLOADS),
        "thumbnail_bytes": Limit(50_000_000, READ_ON, THUMBNAILS),
        "captions_bytes": Limit(100_000_000, READ_ON, CAPTIONS),
        "uploads_per_day": Limit(100, READ_ON, QUOTAS),
        "units_per_day": Limit(10_000, READ_ON, QUOTAS),
        "upload_patience_seconds": Limit(40, READ_ON, OWN_CHOICE),
        "threads_read": Limit(100, READ_ON, OWN_CHOICE),
        "chat_seconds": Limit(15, READ_ON, OWN_CHOICE),  # 1,200 units an hour of the day's 10,000
        "reply": Limit(10_000, READ_ON, OWN_CHOICE),
    },
    needs="video",
    takes_title=True,
    takes_pictures=False,
    prepares_ahead_seconds=24 * 3600,
    sdk=("googleapiclient.discovery",),
)

KINDS = Kinds(
    pictures={},
    videos={"video/mp4": "MP4", "video/quicktime": "MOV", "video/webm": "WEBM", "video/x-msvideo": "AVI"},
    takes_hdr=True,  # "Upload HDR videos", support.google.com/youtube/answer/7126552
)

# The only deletion is of a video of ours that is still private: its `privacyStatus` is read first.
ENDPOINTS = (
    Endpoint("POST", "/subscribe", "pedir al centro de avisos de Google los de los videos del canal"),
    Endpoint("POST", "/upload/youtube/v3/videos", "abrir la subida del video, privado (invisible)"),
    Endpoint(
        "POST", "/resumable/upload/youtube/v3/videos", "lo mismo, en la otra dirección que da el documento de Google"
    ),
    Endpoint("PUT", "/upload/youtube/v3/videos", "subir un trozo, o preguntar hasta dónde llegó"),
    Endpoint("PUT", "/resumable/upload/youtube/v3/videos", "lo mismo, en la otra dirección"),
    Endpoint("POST", "/upload/youtube/v3/thumbnails/set", "poner la miniatura del video nuestro (invisible)"),
    Endpoint("POST", "/upload/youtube/v3/captions", "poner los subtítulos del video nuestro (invisible)"),
    Endpoint("GET", "/youtube/v3/videos", "leer el estado del video y de qué canal es"),
    Endpoint("PUT", "/youtube/v3/videos", "publicar: privacyStatus=public; retirar lo nuestro: privacyStatus=private"),
    Endpoint("DELETE", "/youtube/v3/videos", "retirar el video nuestro que no llegó a ser público"),
    Endpoint("GET", "/youtube/v3/channels", "saber qué canal abre la autorización"),
    Endpoint("GET", "/youtube/v3/commentThreads", "leer los comentarios del canal"),
    Endpoint("GET", "/youtube/v3/comments", "leer las respuestas de un comentario"),
    Endpoint("GET", "/youtube/v3/liveBroadcasts", "saber si el canal está en vivo"),
    Endpoint("GET", "/youtube/v3/liveChat/messages", "leer el chat de la transmisión: nada se borra ahí"),
    Endpoint("POST", "/youtube/v3/comments", "responder un comentario"),
    Endpoint(
        "POST",
        "/youtube/v3/comments/setModerationStatus",
        "retener un comentario para revisión, o publicarlo: se deshace",
    ),
    Endpoint("POST", "/token", "cambiar el código o la ficha de renovación por una autorización"),
    Endpoint("POST", "/revoke", "devolver una autorización"),
)

DAILY_QUOTA_REASONS = ("quotaExceeded", "dailyLimitExceeded")
_RECONNECT = ErrorMeaning(
    Unauthorized, "YouTube ya no acepta la autorización de este canal: hay que conectarlo otra vez."
)
_QUOTA = ErrorMeaning(
    QuotaExhausted, "Se agotó la cuota diaria de YouTube: vuelve a medianoche, hora del Pacífico.", HOUR
)
_SLOWER = ErrorMeaning(Transient, "YouTube pide esperar: van demasiadas llamadas seguidas.", MINUTE)
_BAD_KEYS = ErrorMeaning(
    Permanent,
    "Google no reconoce las llaves de la aplicación: la Oficina de Sistemas debe revisar el identificador y el secreto "
    "con que se conectó el canal.",
)
_NOT_ENABLED = ErrorMeaning(
    Permanent,
    "La aplicación no tiene activada la API de YouTube: la Oficina de Sistemas debe activarla en la consola de Google.",
)
_MORE_PERMISSIONS = ErrorMeaning(
    Permanent,
    "La autorización dada no alcanza para publicar en YouTube: hay que conectar otra vez el canal y dar todos los "
    "permisos que se piden.",
)
_SERVER_ERROR = ErrorMeaning(Unknown, "YouTube respondió con un error suyo, de paso.", MINUTE)

MEANINGS = {
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
    "backendError": _SERVER_ERROR,
    "internalError": _SERVER_ERROR,
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
    "insufficientPermissions": _MORE_PERMISSIONS,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _MORE_PERMISSIONS,
    "accessNotConfigured": _NOT_ENABLED,
    "SERVICE_DISABLED": _NOT_ENABLED,
    "keyInvalid": _BAD_KEYS,
    "keyExpired": _BAD_KEYS,
    "API_KEY_INVALID": _BAD_KEYS,
    "invalid_client": _BAD_KEYS,
    "deleted_client": _BAD_KEYS,
    "forbidden": ErrorMeaning(Permanent, "YouTube no permite hacer esto con este canal."),
    "forbiddenPrivacySetting": ErrorMeaning(Permanent, "YouTube no deja hacer público este video."),
}


def _error_keys(refusal: HttpError) -> tuple[str, ...]:
    """Return the reasons in the error's list; the OAuth address answers with a single word instead."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    error = body.get("error")
    if isinstance(error, str):
        return (error,)
    if not isinstance(error, dict):
        return ()
    return (*_reasons(error.get("errors")), *_reasons(error.get("details")), *_from_status(refusal, error))


def _reasons(entries: Any) -> Iterator[str]:
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and "reason" in entry:
            yield str(entry["reason"])


def _from_status(refusal: HttpError, error: dict[str, Any]) -> Iterator[str]:
    """Yield the reason of an error that has only Google's own status, without `errors`.

    `RESOURCE_EXHAUSTED` is a spent quota: of the day with 403 or when it names a quota per day, and otherwise of the
    minute.
    """
    if error.get("status") == "RESOURCE_EXHAUSTED":
        is_of_day = refusal.status == HTTPStatus.FORBIDDEN or "PerDay" in str(error.get("details"))
        yield "quotaExceeded" if is_of_day else "rateLimitExceeded"


def _retry_after(refusal: HttpError) -> float | None:
    """Return the seconds until the daily quota restarts (midnight in Pacific time), or the `retry-after` header."""
    if any(key in DAILY_QUOTA_REASONS for key in _error_keys(refusal)):
        return seconds_until_midnight(datetime.now(PACIFIC))
    return retry_after_seconds(refusal.headers)


def seconds_until_midnight(now: datetime) -> float:
    """Return the seconds until midnight in the time zone of `now`, also on days of 23 or 25 hours."""
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
    return midnight.timestamp() - now.timestamp()


ERRORS = ErrorTable("YouTube", MEANINGS, _error_keys, _retry_after)

AUTH = OAuthConfig(
    label="YouTube",
    consent_path="/o/oauth2/v2/auth",
    token_path="/token",  # noqa: S106  a path
    revoke_path="/revoke",
    revokes_all=True,
    scopes=(
        # The smallest permission that can make a private video public.
        Scope("https://www.googleapis.com/auth/youtube.force-ssl", "subir videos y publicarlos, con sus subtítulos"),
    ),
    endpoints=ENDPOINTS,
    # Google gives a refresh token only for offline access and a new consent.
    consent_params={"access_type": "offline", "prompt": "consent"},
    ended_codes=frozenset({"invalid_grant", "invalid_token"}),
    read_on=date(2026, 11, 26),
    source="https://developers.google.com/identity/protocols/oauth2/web-server",
)

# Google reports nothing in its headers: we count the calls ourselves. Uploads have a quota of their own.
PACIFIC_DAY = Window(DAY, "day", "America/Los_Angeles")
_INSERT = CallCost("insert", "Subidas de video", {"inserts": 1})
_UPDATE = CallCost("change", "Cambios en un video", {"units": 50})

RATE_LIMITS = RateLimitPolicy(
    quotas=(
        QuotaRule("units", "Unidades por día", LimitScope.APP, Unit.UNITS, PACIFIC_DAY, Limit(10_000, READ_ON, QUOTAS)),
        QuotaRule("inserts", "Subidas por día", LimitScope.APP, Unit.CALLS, PACIFIC_DAY, Limit(100, READ_ON, QUOTAS)),
    ),
    post_costs={PostClass.POST: {"units": 50}},
    prepare_amounts={"inserts": 1},
    call_costs={
        "POST /upload/youtube/v3/videos": _INSERT,
        "POST /resumable/upload/youtube/v3/videos": _INSERT,
        "GET /youtube/v3/videos": CallCost("list", "Lecturas de un video", {"units": 1}),
        "GET /youtube/v3/commentThreads": CallCost("comments", "Lecturas de comentarios", {"units": 1}),
        "GET /youtube/v3/comments": CallCost("comments", "Lecturas de comentarios", {"units": 1}),
        "GET /youtube/v3/liveBroadcasts": CallCost("live", "Transmisiones en vivo", {"units": 1}),
        "GET /youtube/v3/liveChat/messages": CallCost("chat", "Lecturas del chat en vivo", {"units": 5}),
        "DELETE /youtube/v3/videos": _UPDATE,
        "POST /upload/youtube/v3/captions": CallCost("captions", "Subtítulos", {"units": 400}),
        "POST /resumable/upload/youtube/v3/captions": CallCost("captions", "Subtítulos", {"units": 400}),
        "POST /upload/youtube/v3/thumbnails/set": CallCost("thumbnail", "Miniaturas", {"units": 50}),
        "POST /resumable/upload/youtube/v3/thumbnails/set": CallCost("thumbnail", "Miniaturas", {"units": 50}),
    },
    suspensions={
        "quotaExceeded": SuspensionRule(LimitScope.APP, notifies=True),
        "dailyLimitExceeded": SuspensionRule(LimitScope.APP, notifies=True),
        "uploadLimitExceeded": SuspensionRule(LimitScope.ACCOUNT, notifies=True, preparing_only=True),
        "rateLimitExceeded": SuspensionRule(LimitScope.APP),
        "userRateLimitExceeded": SuspensionRule(LimitScope.ACCOUNT),
    },
)
