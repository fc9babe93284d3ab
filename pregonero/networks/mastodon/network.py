"""Mastodon as data: what it accepts, its endpoints, what its refusals mean, its limits, and how accounts are connected.

Each value has the date on which it was read and the page that states it (docs/networks/mastodon.md). Each server may
set limits of its own, which `prepare` asks for: these are the values of a server that sets none.
"""

import time
from datetime import date, datetime
from http import HTTPStatus

from pregonero.http_client import retry_after_seconds
from pregonero.networks.base import (
    Capabilities,
    Limit,
    OperationKind,
    Permanent,
    Resolution,
    Transient,
    Unauthorized,
)
from pregonero.networks.client import Endpoint, HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable
from pregonero.networks.oauth import OAuthConfig, Scope
from pregonero.networks.post_validation import Kinds
from pregonero.networks.rate_limits.policy import (
    LimitHeaders,
    LimitScope,
    PostClass,
    QuotaRule,
    RateLimitPolicy,
    SuspensionRule,
    Unit,
    Window,
)

READ_ON = date(2026, 11, 24)
POSTING = "https://docs.joinmastodon.org/user/posting/"
INSTANCE = "https://docs.joinmastodon.org/entities/Instance/"
STATUSES = "https://docs.joinmastodon.org/methods/statuses/"
MEDIA = "https://docs.joinmastodon.org/methods/media/"
RATES = "https://docs.joinmastodon.org/api/rate-limits/"
OWN_CHOICE = "decisión propia: docs/networks/mastodon.md"
FIVE_MINUTES, HALF_HOUR = 300, 1800  # seconds

API_ADDRESS = "https://mastodon.social"  # of an account that does not name its server

CAPABILITIES = Capabilities(
    name="mastodon",
    label="Mastodon",
    badge="M",
    operations={
        OperationKind.POST: Resolution.RECONCILE,
        OperationKind.REPLY: Resolution.RECONCILE,
        OperationKind.MESSAGE: Resolution.RECONCILE,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "text": Limit(500, READ_ON, POSTING),
        "link_weight": Limit(23, READ_ON, POSTING),
        "alt": Limit(1_500, READ_ON, MEDIA),
        "pictures": Limit(4, READ_ON, POSTING),
        "videos": Limit(1, READ_ON, POSTING),
        "with_video": Limit(0, READ_ON, POSTING),
        "picture_bytes": Limit(16_777_216, READ_ON, INSTANCE),
        "video_bytes": Limit(103_809_024, READ_ON, INSTANCE),
        "media_life_seconds": Limit(86_400, READ_ON, OWN_CHOICE),
        "key_seconds": Limit(3_600, READ_ON, STATUSES),  # how long the server remembers an idempotency key
        "posts_per_5_minutes": Limit(300, READ_ON, RATES),
        "media_per_30_minutes": Limit(30, READ_ON, RATES),
        "reconcile_page_posts": Limit(40, READ_ON, OWN_CHOICE),
        "reconcile_pages": Limit(5, READ_ON, OWN_CHOICE),
        "server_limits_seconds": Limit(3_600, READ_ON, OWN_CHOICE),  # how long a server's own limits are cached
        "clock_slack_seconds": Limit(30, READ_ON, OWN_CHOICE),
        "mentions_page": Limit(40, READ_ON, OWN_CHOICE),
    },
    prepares_ahead_seconds=6 * 3600,
    has_many_servers=True,
    takes_replies=True,
    names_author_in_replies=True,
    never_read="En Mastodon no llega aquí quien cita una publicación sin mencionar la cuenta: mira allá las citas.",
)

KINDS = Kinds(
    pictures={"image/jpeg": "JPG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"},
    videos={"video/mp4": "MP4", "video/quicktime": "MOV", "video/webm": "WEBM"},
)

# Seconds to wait after a lost answer, while the idempotency key still holds: then the same call may be repeated.
SETTLE_WAITS = (5.0,)
# Seconds between the searches once the key has expired; if the last finds nothing, the server does not have the post.
LOOK_WAITS = (5.0, 15.0, 40.0)

ENDPOINTS = (
    Endpoint("GET", "/api/v2/instance", "leer los límites que fija el servidor de la cuenta"),
    Endpoint("POST", "/api/v2/media", "subir un archivo con su texto alternativo (invisible)"),
    Endpoint("GET", "/api/v1/media/{id}", "saber si el servidor terminó de procesar el archivo"),
    Endpoint("POST", "/api/v1/statuses", "publicar, con la clave escogida: la única llamada que el público ve"),
    Endpoint("GET", "/api/v1/accounts/{id}/statuses", "leer las publicaciones propias después de un corte"),
    Endpoint("GET", "/api/v1/statuses/{id}", "leer una publicación propia: si sigue y qué dice"),
    Endpoint("GET", "/api/v1/notifications", "leer lo que la gente le escribe a la cuenta"),
    Endpoint("DELETE", "/api/v1/statuses/{id}", "retirar una publicación nuestra: antes se lee que es de la cuenta"),
    Endpoint("GET", "/api/v1/accounts/verify_credentials", "saber qué cuenta abre la autorización"),
    Endpoint("POST", "/oauth/token", "cambiar el código por una autorización"),
    Endpoint("POST", "/oauth/revoke", "devolver una autorización"),
)

UNPROCESSABLE = "422"
PRIVATE = "direct"  # the visibility of a status that only the people whom it mentions see
# A Mastodon server gives no error codes, only a status and a sentence in its own language.
MEANINGS = {
    "401": ErrorMeaning(
        Unauthorized, "Mastodon ya no acepta la autorización de esta cuenta: hay que conectarla otra vez."
    ),
    "403": ErrorMeaning(
        Permanent, "Mastodon no permite esta publicación: la cuenta o la aplicación no tienen permiso."
    ),
    "404": ErrorMeaning(Permanent, "El servidor de Mastodon ya no tiene lo que se le pide."),
    "413": ErrorMeaning(Permanent, "El archivo es demasiado pesado para este servidor de Mastodon."),
    UNPROCESSABLE: ErrorMeaning(Permanent, "Mastodon no aceptó el contenido de la publicación."),
    "429": ErrorMeaning(Transient, "Mastodon pide esperar: se alcanzó su límite de llamadas.", 300.0),
}


def _no_keys(_: HttpError) -> tuple[str, ...]:
    return ()


def _retry_after(refusal: HttpError) -> float | None:
    """Return the seconds to wait: the `retry-after` header, or the time until the window restarts."""
    after, reset = retry_after_seconds(refusal.headers), refusal.headers.get("x-ratelimit-reset", "")
    if after is not None:
        return after
    if refusal.status != HTTPStatus.TOO_MANY_REQUESTS or not reset:
        return None
    try:
        restarts_at = datetime.fromisoformat(reset).timestamp()
    except ValueError:
        return None  # other server software writes it in another format: the wait of the table is used
    # One second more, because the server's clock and ours may differ a little.
    return max(1.0, restarts_at - time.time() + 1)


ERRORS = ErrorTable("Mastodon", MEANINGS, _no_keys, _retry_after)

# OAuth 2 with PKCE; the tokens do not expire.
AUTH = OAuthConfig(
    label="Mastodon",
    consent_path="/oauth/authorize",
    token_path="/oauth/token",  # noqa: S106  a path
    revoke_path="/oauth/revoke",
    scopes=(
        Scope("read:accounts", "saber qué cuenta es"),
        Scope("read:statuses", "leer las publicaciones propias, para confirmar que salieron"),
        Scope("write:media", "subir imágenes y videos"),
        Scope("write:statuses", "publicar"),
    ),
    endpoints=ENDPOINTS,
    ended_codes=frozenset({"invalid_grant", "invalid_token"}),
    read_on=date(2026, 11, 26),
    source="https://docs.joinmastodon.org/spec/oauth/",
)

CREATE_STATUS, UPLOAD_MEDIA = "POST /api/v1/statuses", "POST /api/v2/media"
RATE_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")

RATE_LIMITS = RateLimitPolicy(
    quotas=(
        QuotaRule(
            "calls",
            "Llamadas en cinco minutos",
            LimitScope.ACCOUNT,
            Unit.CALLS,
            Window(FIVE_MINUTES),
            Limit(300, READ_ON, RATES),
            warns=False,
        ),
        QuotaRule(
            "media",
            "Archivos por media hora",
            LimitScope.ACCOUNT,
            Unit.CALLS,
            Window(HALF_HOUR),
            Limit(30, READ_ON, RATES),
            warns=False,
        ),
    ),
    post_costs={PostClass.POST: {"calls": 1}},
    headers=(
        LimitHeaders("calls", *RATE_HEADERS, frozenset({CREATE_STATUS}), reset_format="iso"),
        LimitHeaders("media", *RATE_HEADERS, frozenset({UPLOAD_MEDIA}), reset_format="iso"),
    ),
    suspensions={"429": SuspensionRule(LimitScope.ACCOUNT)},
)
