"""Instagram as data: what it accepts, its endpoints, its errors, its limits, and how an account is connected.

Each value carries the date on which it was read and the page that states it (docs/networks/instagram.md).
"""

from datetime import date
from typing import Any

from pregonero.networks.base import (
    ApiCredentials,
    Capabilities,
    Identity,
    Limit,
    OperationKind,
    Permanent,
    PreparedExpired,
    QuotaExhausted,
    Resolution,
    Transient,
    Unknown,
)
from pregonero.networks.client import Endpoint, HttpError
from pregonero.networks.error_mapping import ErrorMeaning, ErrorTable
from pregonero.networks.facebook.graph import HOUR, MINUTE, error_keys, meanings_for, retry_after
from pregonero.networks.facebook.network import (
    CALL_BUDGETS,
    CALL_STOPS,
    CALL_USAGES,
    ENDED_CODES,
    LIST_PAGES,
    managed_pages,
    page_token,
)
from pregonero.networks.oauth import ClientCredentials, OAuthConfig, Scope, Tokens
from pregonero.networks.post_validation import PIXELS_420, Kinds
from pregonero.networks.rate_limits.policy import (
    LimitScope,
    PostClass,
    QuotaRule,
    RateLimitPolicy,
    SuspensionRule,
    Unit,
    UsageResponse,
    Window,
)

READ_ON = date(2026, 11, 24)
MESSAGES_READ_ON = date(2026, 11, 30)
MEDIA = "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"
PUBLISHING = "https://developers.facebook.com/docs/instagram-platform/content-publishing"
CONTAINER = "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container"
MESSAGING = "https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message"
PRIVATE_REPLIES = "https://developers.facebook.com/documentation/instagram-platform/private-replies"
SECOND_HAND = "de segunda mano: la página de la API todavía no lo dice"
OWN_CHOICE = "decisión propia: docs/networks/instagram.md"
DAY_SECONDS, HOUR_SECONDS = 86_400, 3600

API_ADDRESS = "https://graph.facebook.com"
CONSENT_ADDRESS = "https://www.facebook.com"
PUBLIC_ADDRESS = "https://www.instagram.com/"

CAPABILITIES = Capabilities(
    name="instagram",
    label="Instagram",
    badge="IG",
    operations={
        OperationKind.POST: Resolution.ASK,
        OperationKind.REPLY: Resolution.RECONCILE,
        OperationKind.HIDE: Resolution.REPEAT,
        OperationKind.UNHIDE: Resolution.REPEAT,
        OperationKind.MESSAGE: Resolution.RECONCILE,
    },
    limits={
        "text": Limit(2_200, READ_ON, MEDIA),
        "hashtags": Limit(5, READ_ON, SECOND_HAND),  # the reference still says 30
        "mentions": Limit(20, READ_ON, MEDIA),
        "alt": Limit(1_000, READ_ON, MEDIA),
        "media": Limit(10, READ_ON, PUBLISHING),  # of a carousel, which holds at least two
        "picture_bytes": Limit(8_000_000, READ_ON, MEDIA),
        "picture_min_ratio": Limit(800, READ_ON, MEDIA),
        "picture_max_ratio": Limit(1_910, READ_ON, MEDIA),
        "picture_srgb": Limit(1, READ_ON, MEDIA),
        # Not checked: Instagram enlarges or reduces pictures outside these widths.
        "picture_scaled_from_width": Limit(320, READ_ON, MEDIA),
        "picture_scaled_to_width": Limit(1_440, READ_ON, MEDIA),
        "video_bytes": Limit(300_000_000, READ_ON, MEDIA),
        "video_min_ms": Limit(3_000, READ_ON, MEDIA),
        "video_max_ms": Limit(900_000, READ_ON, MEDIA),
        "video_max_width": Limit(1_920, READ_ON, MEDIA),
        "video_min_fps": Limit(23, READ_ON, MEDIA),
        "video_max_fps": Limit(60, READ_ON, MEDIA),
        "video_max_bit_rate": Limit(25_000_000, READ_ON, MEDIA),
        "video_max_audio_hz": Limit(48_000, READ_ON, MEDIA),
        "video_max_audio_channels": Limit(2, READ_ON, MEDIA),
        "video_moov_first": Limit(1, READ_ON, MEDIA),
        "container_life_seconds": Limit(86_400, READ_ON, CONTAINER),
        "posts_per_day": Limit(50, READ_ON, PUBLISHING),  # another page says 100: the account's own is read each time
        "search_recent": Limit(25, READ_ON, OWN_CHOICE),
        "search_pages": Limit(8, READ_ON, OWN_CHOICE),  # twice what goes out in a day
        "posts_watched": Limit(25, READ_ON, OWN_CHOICE),
        "posts_per_reading": Limit(10, READ_ON, OWN_CHOICE),
        "comment_pages": Limit(20, READ_ON, OWN_CHOICE),
        "message": Limit(1_000, MESSAGES_READ_ON, MESSAGING),  # bytes
        "message_window_seconds": Limit(DAY_SECONDS, MESSAGES_READ_ON, MESSAGING),
        "agent_window_seconds": Limit(7 * DAY_SECONDS, MESSAGES_READ_ON, MESSAGING),
        "private_reply_seconds": Limit(7 * DAY_SECONDS, MESSAGES_READ_ON, PRIVATE_REPLIES),
        "conversations_page": Limit(25, READ_ON, OWN_CHOICE),
    },
    needs="picture",
    takes_link=False,
    fetches_media=True,
    private_replies=True,
    message_counts_bytes=True,
    prepares_ahead_seconds=3 * 3600,
    sdk=("facebook_business.api",),
)

KINDS = Kinds(
    pictures={"image/jpeg": "JPG"},
    videos={"video/mp4": "MP4", "video/quicktime": "MOV"},
    codecs={"h264": "H.264", "hevc": "HEVC"},
    sounds={"aac": "AAC"},
    pixel_formats=PIXELS_420,
    sound_profiles={"LC": "AAC LC"},
)

# Seconds between the questions whether a container is finished; after the last one, `prepare` raises `Transient`.
POLL_WAITS = (0.2, 0.5, 1.0)
POLL_RETRY_SECONDS = 5.0
# Seconds to wait after a lost answer: a container still unpublished after the last wait was not published.
SETTLE_WAITS = (5.0,)
# Seconds between the searches for the post of a published container that the account's list does not show yet.
LOOK_WAITS = (5.0, 15.0, 40.0)

ENDPOINTS = (
    Endpoint("POST", "/{version}/{user}/media", "crear el contenedor de una publicación (invisible)"),
    Endpoint("GET", "/{version}/{id}", "leer el estado de un contenedor, o la dirección de lo publicado"),
    Endpoint("POST", "/{version}/{user}/media_publish", "publicar el contenedor: la única llamada que el público ve"),
    Endpoint(
        "GET", "/{version}/{user}/content_publishing_limit", "leer cuántas publicaciones le quedan hoy a la cuenta"
    ),
    Endpoint("GET", "/{version}/{user}/media", "buscar lo publicado entre lo más reciente de la cuenta"),
    Endpoint("GET", "/{version}/{media}/comments", "leer los comentarios de una publicación nuestra"),
    Endpoint("GET", "/{version}/{comment}/replies", "buscar una respuesta nuestra después de un corte"),
    Endpoint("POST", "/{version}/{comment}/replies", "responder un comentario"),
    Endpoint("POST", "/{version}/{comment}", "ocultar un comentario o mostrarlo otra vez: hide"),
    Endpoint("GET", "/{version}/{user}/conversations", "leer los mensajes privados, y uno nuestro tras un corte"),
    Endpoint("POST", "/{version}/{user}/messages", "responder un mensaje privado, o en privado un comentario"),
    Endpoint(
        "POST", "/{version}/oauth/access_token", "cambiar el código por una autorización, o una corta por una larga"
    ),
    Endpoint("GET", "/{version}/me/accounts", "encontrar la página entre las que se autorizaron"),
)

NOT_READY, EXPIRED, MISSING, NOT_FOUND = "2207027", "2207020", "2207006", "2207008"
_PREPARE_AGAIN = ErrorMeaning(Transient, "Instagram no pudo preparar el archivo; se prepara otra vez.", MINUTE)
_EXPIRED = ErrorMeaning(PreparedExpired, "Lo preparado en Instagram venció; se prepara otra vez.", 1.0)

MEANINGS = meanings_for("Instagram") | {
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
    "2207032": _PREPARE_AGAIN,
    "2207040": ErrorMeaning(Permanent, "El texto menciona a demasiadas cuentas para Instagram."),
    "2207042": ErrorMeaning(
        QuotaExhausted, "Se alcanzó el número de publicaciones por día que permite Instagram.", HOUR
    ),
    "2207050": ErrorMeaning(
        Permanent, "Instagram restringió la cuenta: alguien debe entrar a la aplicación y atenderlo."
    ),
    "2207051": ErrorMeaning(Permanent, "Instagram tomó la publicación por correo no deseado: alguien debe revisarlo."),
    "2207052": ErrorMeaning(Permanent, "Instagram no pudo bajar el archivo de nuestra dirección pública."),
    "2207053": _PREPARE_AGAIN,
    "9007": ErrorMeaning(Transient, "Instagram todavía está procesando el archivo.", 10.0),
    "36000": ErrorMeaning(Permanent, "La imagen es demasiado pesada para Instagram."),
    "36001": ErrorMeaning(Permanent, "Instagram no recibe ese formato de imagen: debe ser JPG."),
    "36003": ErrorMeaning(Permanent, "Instagram no admite la proporción de la imagen."),
    "36004": ErrorMeaning(Permanent, "El texto es demasiado largo para Instagram."),
}


def _error_keys(refusal: HttpError) -> tuple[str, ...]:
    """Return the code with its subcode, then the subcode (which says more when publishing), then the code alone.

    Our own code, where there is one, comes before them.
    """
    keys = error_keys(refusal)
    return (keys[0], keys[0].partition("/")[2], keys[-1])


ERRORS = ErrorTable("Instagram", MEANINGS, _error_keys, retry_after)

PAGE_FIELDS = "id,name,access_token,instagram_business_account{id,username,name}"


def _account_tokens(credentials: ApiCredentials, client: ClientCredentials, tokens: Tokens) -> tuple[Tokens, Identity]:
    """Return the token of the Facebook page that the Instagram account is linked to, and the account's identity."""
    pages = [
        page
        for page in managed_pages(AUTH, credentials, client, tokens, PAGE_FIELDS)
        if page.get("instagram_business_account")
    ]
    if not pages:
        reason = "Ninguna de las páginas que se autorizaron tiene una cuenta profesional de Instagram."
        raise Permanent(reason, code="no_page")
    chosen = next((page for page in pages if _is_account(page["instagram_business_account"], credentials)), pages[0])
    account = chosen["instagram_business_account"]
    identity = Identity(str(account["id"]), str(account.get("username") or account["id"]), str(account.get("name", "")))
    return Tokens(page_token(AUTH, chosen), scopes=tuple(scope.name for scope in AUTH.scopes)), identity


def _is_account(account: dict[str, Any], credentials: ApiCredentials) -> bool:
    if credentials.remote_id:
        return str(account.get("id")) == credentials.remote_id
    return str(account.get("username", "")).casefold() == credentials.handle.casefold()


AUTH = OAuthConfig(
    label="Instagram",
    consent_path="/{version}/dialog/oauth",
    token_path="/{version}/oauth/access_token",  # noqa: S106  a path
    scopes=(
        LIST_PAGES,
        Scope("pages_read_engagement", "saber a qué página está unida la cuenta"),
        Scope("instagram_basic", "saber qué cuenta es, y leer lo publicado para confirmar que salió"),
        Scope("instagram_content_publish", "publicar"),
        Scope("instagram_manage_comments", "leer los comentarios que escribe la gente, responderlos y ocultarlos"),
        Scope("pages_manage_metadata", "recibir los avisos de la cuenta y leer sus conversaciones"),
        Scope("instagram_manage_messages", "leer los mensajes privados y responderlos"),
    ),
    endpoints=ENDPOINTS,
    separator=",",
    uses_pkce=False,
    ended_codes=ENDED_CODES,
    account_tokens=_account_tokens,
    read_on=date(2026, 11, 26),
    source="https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login",
)

RATE_LIMITS = RateLimitPolicy(
    quotas=(
        # Two pages of Meta disagree, 100 and 50: the account's own figure is read from the API.
        QuotaRule(
            "posts",
            "Publicaciones por día",
            LimitScope.ACCOUNT,
            Unit.POSTS,
            Window(DAY_SECONDS),
            Limit(100, READ_ON, PUBLISHING),
        ),
        *CALL_BUDGETS,
    ),
    post_costs={PostClass.POST: {"posts": 1, "calls": 0, "app_calls": 0}}
    | {kind: {"calls": 0, "app_calls": 0} for kind in (PostClass.REPLY, PostClass.MESSAGE)},
    usage_headers=CALL_USAGES,
    usage_responses=(
        UsageResponse(
            "posts",
            "GET /{version}/{user}/content_publishing_limit",
            ("data", 0, "quota_usage"),
            ("data", 0, "config", "quota_total"),
            valid_seconds=HOUR_SECONDS,
        ),
    ),
    suspensions=CALL_STOPS | {"2207042": SuspensionRule(LimitScope.ACCOUNT, notifies=True)},
)
