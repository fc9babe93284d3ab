"""X as data: what it accepts, its endpoints, the meanings of its errors, its limits and prices, and its sign-in.

Each value carries the date on which it was read and the page that states it (docs/networks/x.md).
"""

import time
from collections.abc import Iterator, Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from pregonero.http_client import number_of_seconds, retry_after_seconds
from pregonero.networks.base import (
    PARENT_GONE,
    Capabilities,
    Limit,
    OperationKind,
    Permanent,
    PreparedExpired,
    QuotaExhausted,
    Resolution,
    Transient,
    Unauthorized,
    parent_gone_reason,
)
from pregonero.networks.client import Endpoint, HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable
from pregonero.networks.oauth import OAuthConfig, Scope
from pregonero.networks.post_validation import PIXELS_420, Kinds
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

READ_ON = date(2026, 11, 24)
MESSAGES_READ_ON = date(2026, 11, 30)
COUNTING = "https://docs.x.com/fundamentals/counting-characters"
MEDIA = "https://docs.x.com/x-api/media/quickstart/best-practices"
ALT = "https://docs.x.com/x-api/media/create-media-metadata"
RATES = "https://docs.x.com/x-api/fundamentals/rate-limits"
PRICING = "https://docs.x.com/x-api/getting-started/pricing"
EVENTS = "https://docs.x.com/x-api/direct-messages/lookup/introduction"
SECOND_HAND = "de segunda mano: se lee de las cabeceras de cada respuesta"
OWN_CHOICE = "decisión propia: docs/networks/x.md"
QUARTER, HOUR, DAY, MONTH = 900, 3600, 86_400, 31 * 86_400  # seconds

API_ADDRESS = "https://api.x.com"
CONSENT_ADDRESS = "https://x.com"
API_PREFIX = "api."  # the public site is at the API's host without this prefix

CAPABILITIES = Capabilities(
    name="x",
    label="X",
    badge="X",
    operations={
        OperationKind.POST: Resolution.RECONCILE,
        OperationKind.REPLY: Resolution.RECONCILE,
        OperationKind.HIDE: Resolution.REPEAT,
        OperationKind.UNHIDE: Resolution.REPEAT,
        OperationKind.MESSAGE: Resolution.RECONCILE,
        OperationKind.WITHDRAW: Resolution.REPEAT,
    },
    limits={
        "text": Limit(280, READ_ON, COUNTING),
        "link_weight": Limit(23, READ_ON, COUNTING),
        "alt": Limit(1_000, READ_ON, ALT),
        "pictures": Limit(4, READ_ON, MEDIA),
        "gifs": Limit(1, READ_ON, MEDIA),
        "videos": Limit(1, READ_ON, MEDIA),
        "with_video": Limit(0, READ_ON, MEDIA),
        "picture_bytes": Limit(5_000_000, READ_ON, MEDIA),
        "gif_bytes": Limit(15_000_000, READ_ON, MEDIA),
        "gif_max_width": Limit(1_280, READ_ON, MEDIA),
        "gif_max_height": Limit(1_080, READ_ON, MEDIA),
        "gif_max_frames": Limit(350, READ_ON, MEDIA),
        "video_bytes": Limit(512_000_000, READ_ON, MEDIA),
        "video_min_ms": Limit(500, READ_ON, MEDIA),
        "video_max_ms": Limit(140_000, READ_ON, MEDIA),
        "video_min_width": Limit(32, READ_ON, MEDIA),
        "video_min_height": Limit(32, READ_ON, MEDIA),
        "video_max_width": Limit(1_280, READ_ON, MEDIA),
        "video_max_height": Limit(1_024, READ_ON, MEDIA),
        "video_min_ratio": Limit(333, READ_ON, MEDIA),
        "video_max_ratio": Limit(3_000, READ_ON, MEDIA),
        "video_max_fps": Limit(60, READ_ON, MEDIA),
        "video_max_audio_channels": Limit(2, READ_ON, MEDIA),
        "segment_bytes": Limit(2_000_000, READ_ON, MEDIA),
        "media_life_seconds": Limit(86_400, READ_ON, MEDIA),
        "upload_patience_seconds": Limit(40, READ_ON, OWN_CHOICE),
        "posts_per_15_minutes": Limit(100, READ_ON, RATES),
        "posts_per_day_and_app": Limit(10_000, READ_ON, RATES),
        "reconcile_pages": Limit(2, READ_ON, OWN_CHOICE),
        "reconcile_page_posts": Limit(100, READ_ON, OWN_CHOICE),
        "clock_slack_seconds": Limit(30, READ_ON, OWN_CHOICE),
        "mentions_page": Limit(100, READ_ON, RATES),
        "mention_pages": Limit(8, READ_ON, OWN_CHOICE),
        "message": Limit(10_000, MESSAGES_READ_ON, EVENTS),
        "messages_page": Limit(20, MESSAGES_READ_ON, OWN_CHOICE),
        "message_pages": Limit(10, MESSAGES_READ_ON, OWN_CHOICE),
        "messages_searched": Limit(20, MESSAGES_READ_ON, OWN_CHOICE),
    },
    prepares_ahead_seconds=6 * 3600,
    takes_replies=True,
    sdk=("xdk",),
    never_read="En X no llega aquí quien cita una publicación sin mencionar la cuenta: mira allá las citas.",
)

KINDS = Kinds(
    pictures={"image/jpeg": "JPG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"},
    videos={"video/mp4": "MP4", "video/quicktime": "MOV"},
    codecs={"h264": "H.264"},
    sounds={"aac": "AAC"},
    pixel_formats=PIXELS_420,
    sound_profiles={"LC": "AAC LC"},
)

# Seconds between the searches for a post whose answer was lost; if the last one does not find it, X does not have it.
LOOK_WAITS = (5.0, 15.0, 40.0)

ENDPOINTS = (
    Endpoint("POST", "/2/media/upload/initialize", "abrir la subida de un medio (invisible)"),
    Endpoint("POST", "/2/media/upload/{id}/append", "subir un trozo del medio (invisible)"),
    Endpoint("POST", "/2/media/upload/{id}/finalize", "cerrar la subida del medio (invisible)"),
    Endpoint("GET", "/2/media/upload", "saber si X terminó de procesar el medio"),
    Endpoint("POST", "/2/media/metadata", "poner el texto alternativo (invisible)"),
    Endpoint("POST", "/2/media/subtitles", "poner los subtítulos de un video (invisible)"),
    Endpoint("POST", "/2/tweets", "publicar: la única llamada que el público ve"),
    Endpoint("DELETE", "/2/tweets/{id}", "retirar una publicación nuestra: X no deja borrar las de otra cuenta"),
    Endpoint("GET", "/2/users/{id}/tweets", "leer las publicaciones propias después de un corte"),
    Endpoint("GET", "/2/users/{id}/mentions", "leer lo que la gente le escribe a la cuenta"),
    Endpoint("GET", "/2/tweets/search/stream", "recibir al momento lo que la gente le escribe a las cuentas"),
    Endpoint("GET", "/2/tweets/search/stream/rules", "saber qué recibe la conexión permanente"),
    Endpoint("POST", "/2/tweets/search/stream/rules", "decir de qué cuentas recibe la conexión permanente"),
    Endpoint("GET", "/2/tweets/{id}", "leer una publicación propia que una persona hizo a mano"),
    Endpoint("PUT", "/2/tweets/{id}/hidden", "ocultar una respuesta en una conversación nuestra, o mostrarla otra vez"),
    Endpoint("GET", "/2/users/{id}/blocking", "leer a quién tiene bloqueado la cuenta: debe ser a nadie"),
    Endpoint("GET", "/2/users/{id}/muting", "leer a quién tiene silenciado la cuenta: debe ser a nadie"),
    Endpoint("GET", "/2/dm_events", "leer los mensajes privados de la cuenta"),
    Endpoint("GET", "/2/dm_conversations/{id}/dm_events", "buscar un mensaje nuestro después de un corte"),
    Endpoint("POST", "/2/dm_conversations/{id}/messages", "responder un mensaje privado"),
    Endpoint("GET", "/2/users/me", "saber qué cuenta abre la autorización"),
    Endpoint("POST", "/2/oauth2/token", "cambiar el código o la ficha de renovación por una autorización"),
    Endpoint("POST", "/2/oauth2/revoke", "devolver una autorización"),
)

DUPLICATE, MEDIA_EXPIRED = "duplicate", "media_gone"  # our own codes for refusals that X gives no type
BAD_KEYS, ACCOUNT_HELD = "bad_keys", "account_held"
STREAM_BUSY = "streaming-connection"  # X's own type: there is a connection already
REFUSAL_TEXTS = {
    DUPLICATE: ("duplicate content", "status is a duplicate"),
    MEDIA_EXPIRED: ("media ids are invalid",),
    PARENT_GONE: ("reply to a tweet that is deleted", "reply to a post that is deleted"),
    BAD_KEYS: ("keys and tokens from a", "unsupported authentication"),
}
# The numbers of X's older errors, `{"errors": [{"code": 187, "message": "…"}]}`, which some answers still have.
OLD_CODES = {
    "32": "401", "64": ACCOUNT_HELD, "88": "429", "89": "401", "99": BAD_KEYS, "185": "429", "187": DUPLICATE,
    "215": BAD_KEYS, "261": "client-forbidden", "324": MEDIA_EXPIRED, "325": MEDIA_EXPIRED, "326": ACCOUNT_HELD,
    "385": PARENT_GONE, "453": "client-forbidden",
}  # fmt: skip
# Header prefixes of the windows in which X counts posts: a quarter of an hour, and a day of the user or application.
RATE_WINDOWS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")

_BAD_KEYS = ErrorMeaning(
    Permanent,
    "X no reconoce las llaves de la aplicación: la Oficina de Sistemas debe revisar el identificador y el secreto con "
    "que se conectó la cuenta, y que en el portal de X la aplicación siga dentro de un proyecto.",
)

MEANINGS = {
    "401": ErrorMeaning(Unauthorized, "X ya no acepta la autorización de esta cuenta: hay que conectarla otra vez."),
    "402": ErrorMeaning(QuotaExhausted, "Se agotó el saldo para usar X: alguien debe recargarlo.", HOUR),
    "usage-capped": ErrorMeaning(
        QuotaExhausted, "Se llegó al tope de gasto fijado en X: alguien debe subirlo o recargar.", HOUR
    ),
    "429": ErrorMeaning(Transient, "X pide esperar: se alcanzó su límite de llamadas.", QUARTER),
    STREAM_BUSY: ErrorMeaning(
        Transient, "X solo admite una conexión permanente a la vez, y todavía hay otra abierta.", 60.0
    ),
    "420": ErrorMeaning(Transient, "X pide esperar: se alcanzó su límite de llamadas.", QUARTER),
    DUPLICATE: ErrorMeaning(Permanent, "X no acepta dos veces el mismo texto, y ya hay una publicación con este."),
    MEDIA_EXPIRED: ErrorMeaning(
        PreparedExpired, "X ya no tiene los archivos que se habían subido; se suben otra vez.", 1.0
    ),
    PARENT_GONE: ErrorMeaning(Permanent, parent_gone_reason("X")),
    BAD_KEYS: _BAD_KEYS,
    "unsupported-authentication": _BAD_KEYS,
    "client-forbidden": ErrorMeaning(
        Permanent,
        "La aplicación no tiene permiso para publicar en X: la Oficina de Sistemas debe dárselo en el portal "
        "de X (lectura y escritura, dentro de un proyecto) y conectar otra vez la cuenta.",
    ),
    ACCOUNT_HELD: ErrorMeaning(
        Permanent, "X suspendió o bloqueó esta cuenta: alguien debe entrar a X con ella y atender lo que pide."
    ),
    "403": ErrorMeaning(
        Permanent, "X no permite esta publicación: revisa su texto, y entra a X con la cuenta por si le pide algo."
    ),
    "400": ErrorMeaning(Permanent, "X no aceptó el contenido de la publicación: revisa su texto y sus archivos."),
}


def _error_keys(refusal: HttpError) -> tuple[str, ...]:
    """Return our codes for the refusal's text and old number, then the last part of its `type` address."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    detail = f"{body.get('detail')} {body.get('errors')}".lower()
    own_codes = [code for code, texts in REFUSAL_TEXTS.items() if any(text in detail for text in texts)]
    return (*own_codes, *_from_old_codes(body.get("errors")), str(body.get("type") or "").rpartition("/")[2])


def _from_old_codes(errors: Any) -> Iterator[str]:
    """Yield our codes for the numbers of X's older errors."""
    for entry in errors if isinstance(errors, list) else []:
        code = str(entry.get("code")) if isinstance(entry, dict) else ""
        if code in OLD_CODES:
            yield OLD_CODES[code]


def _retry_after(refusal: HttpError) -> float | None:
    """Return the seconds to wait: the `retry-after` header, or the time until the exhausted window restarts."""
    after = retry_after_seconds(refusal.headers)
    if after is not None:
        return after
    instants = map(number_of_seconds, _window_resets(refusal.headers))
    resets = [instant for instant in instants if instant is not None]
    if refusal.status != HTTPStatus.TOO_MANY_REQUESTS or not resets:
        return None
    # One second more, because X's clock and ours may differ a little.
    return max(1.0, max(resets) - time.time() + 1)


def _window_resets(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield when each exhausted window restarts; when no header says which is exhausted, when the shortest does."""
    exhausted = [window for window in RATE_WINDOWS if headers.get(f"{window}-remaining") == "0"]
    for window in exhausted or RATE_WINDOWS[:1]:
        yield headers.get(f"{window}-reset", "")


ERRORS = ErrorTable("X", MEANINGS, _error_keys, _retry_after)

# OAuth 2 with PKCE; the refresh token changes at each renewal.
AUTH = OAuthConfig(
    label="X",
    consent_path="/i/oauth2/authorize",
    token_path="/2/oauth2/token",  # noqa: S106  a path
    revoke_path="/2/oauth2/revoke",
    scopes=(
        Scope("tweet.read", "leer las publicaciones propias, para confirmar que salieron"),
        Scope("tweet.write", "publicar"),
        Scope("users.read", "saber qué cuenta es"),
        Scope("media.write", "subir imágenes y videos"),
        Scope("tweet.moderate.write", "ocultar respuestas en conversaciones propias, y mostrarlas otra vez"),
        Scope("block.read", "comprobar que la cuenta no bloquea a nadie"),
        Scope("mute.read", "comprobar que la cuenta no silencia a nadie"),
        Scope("dm.read", "leer los mensajes privados"),
        Scope("dm.write", "responder los mensajes privados"),
        Scope("offline.access", "renovar la autorización sin pedirla cada dos horas"),
    ),
    endpoints=ENDPOINTS,
    uses_basic_auth=True,
    ended_codes=frozenset({"invalid_grant", "invalid_request", "invalid_token"}),
    read_on=date(2026, 11, 26),
    source="https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",
)

LIST_MESSAGES, FIND_MESSAGES = "GET /2/dm_events", "GET /2/dm_conversations/{id}/dm_events"
SEND_MESSAGE = "POST /2/dm_conversations/{id}/messages"
CREATE_POST, LIST_OWN_POSTS, LIST_MENTIONS = "POST /2/tweets", "GET /2/users/{id}/tweets", "GET /2/users/{id}/mentions"
RATE_HEADERS = ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset")
APP_DAY_HEADERS = ("x-app-limit-24hour-limit", "x-app-limit-24hour-remaining", "x-app-limit-24hour-reset")
PRICES = {
    "post": Limit(15_000, READ_ON, PRICING),
    "link_post": Limit(200_000, READ_ON, PRICING),
    "reply": Limit(10_000, READ_ON, PRICING),
    "own_read": Limit(1_000, READ_ON, PRICING),
    "other_read": Limit(5_000, READ_ON, PRICING),
    "message": Limit(15_000, MESSAGES_READ_ON, PRICING),
    "message_read": Limit(10_000, MESSAGES_READ_ON, PRICING),
}


MESSAGE_READ = CallCost(
    "message_read",
    "Lecturas de mensajes privados",
    {"message_reads": 1},
    items_key="data",
    item_amounts={"money": PRICES["message_read"].value},
)


def _cost_of(kind: str) -> dict[str, int]:
    return {"posts": 1, "app_posts": 1, "money": PRICES[kind].value}


RATE_LIMITS = RateLimitPolicy(
    quotas=(
        QuotaRule(
            "posts",
            "Publicaciones por cuarto de hora",
            LimitScope.ACCOUNT,
            Unit.POSTS,
            Window(QUARTER),
            Limit(100, READ_ON, RATES),
            warns=False,
        ),
        QuotaRule(
            "app_posts",
            "Publicaciones por día",
            LimitScope.APP,
            Unit.POSTS,
            Window(DAY),
            Limit(10_000, READ_ON, RATES),
        ),
        QuotaRule(
            "own_reads",
            "Consultas propias por cuarto de hora",
            LimitScope.ACCOUNT,
            Unit.CALLS,
            Window(QUARTER),
            Limit(900, READ_ON, RATES),
            warns=False,
        ),
        QuotaRule(
            "mention_reads",
            "Lecturas de menciones por cuarto de hora",
            LimitScope.ACCOUNT,
            Unit.CALLS,
            Window(QUARTER),
            Limit(300, READ_ON, RATES),
            warns=False,
        ),
        QuotaRule(
            "messages",
            "Mensajes privados por cuarto de hora",
            LimitScope.ACCOUNT,
            Unit.MESSAGES,
            Window(QUARTER),
            Limit(15, MESSAGES_READ_ON, SECOND_HAND),
            warns=False,
        ),
        QuotaRule(
            "message_reads",
            "Lecturas de mensajes por cuarto de hora",
            LimitScope.ACCOUNT,
            Unit.CALLS,
            Window(QUARTER),
            Limit(15, MESSAGES_READ_ON, SECOND_HAND),
            warns=False,
        ),
        QuotaRule("money", "Gasto del mes", LimitScope.APP, Unit.MONEY, Window(MONTH, "month", "America/Bogota")),
    ),
    post_costs={
        PostClass.POST: _cost_of("post"),
        PostClass.LINK_POST: _cost_of("link_post"),
        PostClass.REPLY: _cost_of("reply"),
        PostClass.MESSAGE: {"messages": 1, "money": PRICES["message"].value},
    },
    call_costs={
        LIST_OWN_POSTS: CallCost(
            "own_read",
            "Consultas propias",
            {"own_reads": 1},
            items_key="data",
            item_amounts={"money": PRICES["own_read"].value},
        ),
        LIST_MENTIONS: CallCost(
            "mention_read",
            "Lecturas de menciones",
            {"mention_reads": 1},
            items_key="data",
            item_amounts={"money": PRICES["other_read"].value},
        ),
        **dict.fromkeys((LIST_MESSAGES, FIND_MESSAGES), MESSAGE_READ),
    },
    headers=(
        LimitHeaders("posts", *RATE_HEADERS, frozenset({CREATE_POST})),
        LimitHeaders("own_reads", *RATE_HEADERS, frozenset({LIST_OWN_POSTS})),
        LimitHeaders("mention_reads", *RATE_HEADERS, frozenset({LIST_MENTIONS})),
        LimitHeaders("messages", *RATE_HEADERS, frozenset({SEND_MESSAGE})),
        LimitHeaders("message_reads", *RATE_HEADERS, frozenset({LIST_MESSAGES})),
        LimitHeaders("app_posts", *APP_DAY_HEADERS, frozenset({CREATE_POST})),
    ),
    suspensions={
        "429": SuspensionRule(LimitScope.ACCOUNT),
        "420": SuspensionRule(LimitScope.ACCOUNT),
        "402": SuspensionRule(LimitScope.APP, until_resumed=True, notifies=True),
        "usage-capped": SuspensionRule(LimitScope.APP, until_resumed=True, notifies=True),
    },
    prices=PRICES,
)
