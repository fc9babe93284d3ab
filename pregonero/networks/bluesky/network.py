"""Bluesky as data: what it accepts, its endpoints, the meanings of its errors, and the limits of a server.

Each value carries the date on which it was read and the page that states it (docs/networks/bluesky.md).
"""

import time
from datetime import date
from http import HTTPStatus

from pregonero.http_client import number_of_seconds, retry_after_seconds
from pregonero.networks.base import (
    Capabilities,
    Limit,
    OperationKind,
    Permanent,
    PreparedExpired,
    Resolution,
    Transient,
    Unauthorized,
)
from pregonero.networks.client import Endpoint, HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable
from pregonero.networks.post_validation import Kinds
from pregonero.networks.rate_limits.policy import (
    CallCost,
    LimitHeaders,
    LimitScope,
    PostClass,
    QuotaRule,
    RateLimitPolicy,
    SuspensionRule,
    Unit,
    Window,
)

READ_ON, INTERACTIONS_READ_ON = date(2026, 11, 24), date(2026, 11, 30)
POST = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json"
IMAGES = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/images.json"
VIDEO = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/video.json"
LENGTHS = "https://docs.bsky.app/docs/tutorials/video"
FACET = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/richtext/facet.json"
RATES = "https://docs.bsky.app/docs/advanced-guides/rate-limits"
NOTIFICATIONS = (
    "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/notification/listNotifications.json"
)
OWN_CHOICE = "decisión propia: docs/networks/bluesky.md"
HOUR, DAY = 3600, 86_400  # seconds

API_ADDRESS = "https://bsky.social"  # most accounts live there; others have a server of their own
PUBLIC_ADDRESS = "https://bsky.app"
COLLECTION = "app.bsky.feed.post"  # the only kind of record that we write or delete

CAPABILITIES = Capabilities(
    name="bluesky",
    label="Bluesky",
    badge="BS",
    operations={
        OperationKind.POST: Resolution.REPEAT,
        OperationKind.REPLY: Resolution.REPEAT,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "text": Limit(300, READ_ON, POST),  # graphemes: characters as a person sees them
        "text_bytes": Limit(3_000, READ_ON, POST),
        "tag": Limit(64, READ_ON, FACET),
        "tag_bytes": Limit(640, READ_ON, FACET),
        "alt": Limit(2_000, READ_ON, OWN_CHOICE),
        "pictures": Limit(4, READ_ON, IMAGES),
        "videos": Limit(1, READ_ON, VIDEO),
        "with_video": Limit(0, READ_ON, VIDEO),
        "video_bytes": Limit(100_000_000, READ_ON, VIDEO),
        "video_max_ms": Limit(180_000, READ_ON, LENGTHS),
        "captions_bytes": Limit(20_000, READ_ON, VIDEO),
        "picture_bytes": Limit(1_000_000, READ_ON, IMAGES),
        "card_title": Limit(300, READ_ON, OWN_CHOICE),
        "blob_life_seconds": Limit(45 * 60, READ_ON, OWN_CHOICE),
        "session_seconds": Limit(3_600, READ_ON, OWN_CHOICE),
        "writes_per_hour": Limit(2_500, READ_ON, RATES),  # 5,000 points, and a write costs two
        "sessions_per_day": Limit(100, READ_ON, RATES),
        "notifications_page": Limit(100, INTERACTIONS_READ_ON, NOTIFICATIONS),
        "notification_pages": Limit(8, INTERACTIONS_READ_ON, OWN_CHOICE),
        "posts_watched": Limit(50, INTERACTIONS_READ_ON, OWN_CHOICE),
        "posts_per_reading": Limit(5, INTERACTIONS_READ_ON, OWN_CHOICE),
        "thread_depth": Limit(100, INTERACTIONS_READ_ON, OWN_CHOICE),
    },
    builds_card=True,
    never_read="Los mensajes privados de Bluesky van por otro servicio y no llegan aquí: míralos en Bluesky.",
    prepares_ahead_seconds=30 * 60,
    has_many_servers=True,
    takes_replies=True,
)

KINDS = Kinds(pictures={"image/jpeg": "JPG", "image/png": "PNG", "image/webp": "WEBP"}, videos={"video/mp4": "MP4"})

ENDPOINTS = (
    Endpoint("POST", "/xrpc/com.atproto.server.createSession", "abrir una sesión con la contraseña de aplicación"),
    Endpoint(
        "POST", "/xrpc/com.atproto.server.deleteSession", "cerrar la sesión propia de una cuenta que ya no se usa"
    ),
    Endpoint("GET", "/xrpc/com.atproto.identity.resolveHandle", "saber qué cuenta es la que el texto menciona"),
    Endpoint("POST", "/xrpc/com.atproto.repo.uploadBlob", "subir una imagen, un video o sus subtítulos (invisible)"),
    Endpoint("POST", "/xrpc/com.atproto.repo.putRecord", "publicar bajo la clave escogida: la única llamada que se ve"),
    Endpoint(
        "POST", "/xrpc/com.atproto.repo.deleteRecord", "retirar una publicación nuestra, del repositorio de la cuenta"
    ),
    Endpoint("GET", "/xrpc/com.atproto.repo.getRecord", "saber qué hay bajo la clave escogida"),
    Endpoint(
        "GET", "/xrpc/app.bsky.notification.listNotifications", "leer quién menciona, cita o responde a la cuenta"
    ),
    Endpoint("GET", "/xrpc/app.bsky.feed.getAuthorFeed", "saber qué publicaciones propias tienen respuestas nuevas"),
    Endpoint("GET", "/xrpc/app.bsky.feed.getPostThread", "leer las respuestas de una publicación propia"),
    Endpoint("GET", "/xrpc/app.bsky.feed.getPosts", "leer la publicación que se va a responder"),
    Endpoint("GET", "/xrpc/com.atproto.server.getSession", "saber qué cuenta abre la contraseña de aplicación"),
)

# The server's own names of refusals that the connector tells apart.
KEY_IN_USE, NOT_FOUND, BLOB_EXPIRED = "InvalidSwap", "RecordNotFound", "BlobNotFound"
_RECONNECT = ErrorMeaning(
    Unauthorized, "Bluesky ya no acepta la autorización de esta cuenta: hay que conectarla otra vez."
)

MEANINGS = {
    "ExpiredToken": _RECONNECT,
    "InvalidToken": _RECONNECT,
    "AuthMissing": _RECONNECT,
    "AuthenticationRequired": _RECONNECT,
    "AuthFactorTokenRequired": ErrorMeaning(
        Unauthorized, "Bluesky pide un segundo factor: conecta la cuenta con una contraseña de aplicación."
    ),
    "AccountTakedown": ErrorMeaning(Permanent, "Bluesky suspendió esta cuenta: alguien debe atenderlo."),
    "AccountDeactivated": ErrorMeaning(Permanent, "La cuenta está desactivada en Bluesky: alguien debe atenderlo."),
    BLOB_EXPIRED: ErrorMeaning(
        PreparedExpired, "Bluesky ya no tiene el archivo que se había subido; se sube otra vez.", 1.0
    ),
    "BlobTooLarge": ErrorMeaning(
        Permanent, "El archivo es demasiado pesado para el servidor de Bluesky de esta cuenta."
    ),
    "PayloadTooLarge": ErrorMeaning(
        Permanent, "El archivo es demasiado pesado para el servidor de Bluesky de esta cuenta."
    ),
    "InvalidMimeType": ErrorMeaning(Permanent, "Bluesky no recibe ese formato de archivo."),
    KEY_IN_USE: ErrorMeaning(Permanent, "En Bluesky ya hay algo bajo la clave de esta publicación."),
    NOT_FOUND: ErrorMeaning(Permanent, "Bluesky no tiene nada bajo la clave de esta publicación."),
    "RateLimitExceeded": ErrorMeaning(Transient, "Bluesky pide esperar: se alcanzó su límite de llamadas.", 300.0),
    "400": ErrorMeaning(Permanent, "Bluesky no aceptó el contenido de la publicación."),
}


def _error_keys(refusal: HttpError) -> tuple[str, ...]:
    """Return the server's own name of the refusal."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    return (str(body.get("error") or ""),)


def _retry_after(refusal: HttpError) -> float | None:
    """Return the seconds to wait: the `retry-after` header, or the time until the window restarts."""
    after = retry_after_seconds(refusal.headers)
    if after is not None:
        return after
    restarts_at = number_of_seconds(refusal.headers.get("ratelimit-reset", ""))
    if refusal.status != HTTPStatus.TOO_MANY_REQUESTS or restarts_at is None:
        return None
    # One second more, because the server's clock and ours may differ a little.
    return max(1.0, restarts_at - time.time() + 1)


ERRORS = ErrorTable("Bluesky", MEANINGS, _error_keys, _retry_after)

WRITE = "POST /xrpc/com.atproto.repo.putRecord"
DELETE = "POST /xrpc/com.atproto.repo.deleteRecord"
SESSION = "POST /xrpc/com.atproto.server.createSession"
# Points of a write and of a deletion. The documentation gives 3 for a new record, but `putRecord` costs 2: read in the
# server's code, @atproto/pds 0.4.217 (`repo-write-hour`, `repo-write-day`: "creates=3, puts=2, deletes=1").
WRITE_POINTS, DELETE_POINTS = 2, 1
RATE_HEADERS = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", frozenset({WRITE}))

RATE_LIMITS = RateLimitPolicy(
    quotas=(
        QuotaRule(
            "points",
            "Puntos de escritura por hora",
            LimitScope.ACCOUNT,
            Unit.UNITS,
            Window(HOUR),
            Limit(5_000, READ_ON, RATES),
            warns=False,
        ),
        QuotaRule(
            "day_points",
            "Puntos de escritura por día",
            LimitScope.ACCOUNT,
            Unit.UNITS,
            Window(DAY),
            Limit(35_000, READ_ON, RATES),
        ),
        QuotaRule(
            "sessions",
            "Sesiones abiertas por día",
            LimitScope.ACCOUNT,
            Unit.CALLS,
            Window(DAY),
            Limit(300, READ_ON, RATES),
        ),
    ),
    post_costs={PostClass.POST: {"points": WRITE_POINTS, "day_points": WRITE_POINTS}},
    call_costs={
        SESSION: CallCost("session", "Sesiones abiertas", {"sessions": 1}),
        DELETE: CallCost(
            "withdrawal", "Publicaciones retiradas", {"points": DELETE_POINTS, "day_points": DELETE_POINTS}
        ),
    },
    # The headers report whichever of the two windows has fewer points left.
    headers=(
        LimitHeaders("points", *RATE_HEADERS, policy_header="ratelimit-policy", window_seconds=HOUR),
        LimitHeaders("day_points", *RATE_HEADERS, policy_header="ratelimit-policy", window_seconds=DAY),
    ),
    suspensions={"RateLimitExceeded": SuspensionRule(LimitScope.ACCOUNT), "429": SuspensionRule(LimitScope.ACCOUNT)},
)
