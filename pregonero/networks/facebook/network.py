"""Facebook pages as data: what they accept, their endpoints, their limits, and their sign-in.

Each value has the date on which it was read and the page that states it (docs/networks/facebook.md). The meanings of
Meta's errors are in `graph.py`, shared with Instagram.
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
    Resolution,
)
from pregonero.networks.client import Endpoint
from pregonero.networks.error_mapping import ErrorTable
from pregonero.networks.facebook.graph import error_keys, meanings_for, retry_after
from pregonero.networks.oauth import ClientCredentials, OAuthConfig, Scope, Tokens, read_with_token, tokens_for
from pregonero.networks.post_validation import Kinds
from pregonero.networks.rate_limits.policy import (
    LimitScope,
    PostClass,
    QuotaRule,
    RateLimitPolicy,
    SuspensionRule,
    Unit,
    UsageHeader,
    Window,
)

READ_ON = date(2026, 11, 24)
MESSAGES_READ_ON = date(2026, 11, 30)
POSTS = "https://developers.facebook.com/docs/pages-api/posts"
PHOTOS = "https://developers.facebook.com/docs/graph-api/reference/page/photos"
VIDEOS = "https://developers.facebook.com/docs/video-api/guides/publishing"
REELS = "https://developers.facebook.com/docs/video-api/guides/reels-publishing"
THUMBNAILS = "https://developers.facebook.com/docs/graph-api/reference/video/thumbnails"
CALL_LIMITS = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"
OWN_CHOICE = "decisión propia: docs/networks/facebook.md"
SECOND_HAND = "de segunda mano, sin página oficial que lo diga"
SENDING = "https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages"
PRIVATE_REPLIES = "https://developers.facebook.com/docs/messenger-platform/discovery/private-replies"
HOUR, DAY = 3600, 86_400  # seconds

API_ADDRESS = "https://graph.facebook.com"
CONSENT_ADDRESS = "https://www.facebook.com"
PUBLIC_ADDRESS = "https://www.facebook.com/"

CAPABILITIES = Capabilities(
    name="facebook",
    label="Facebook",
    badge="f",
    operations={
        OperationKind.POST: Resolution.REPEAT,
        OperationKind.REPLY: Resolution.RECONCILE,
        OperationKind.HIDE: Resolution.REPEAT,
        OperationKind.UNHIDE: Resolution.REPEAT,
        OperationKind.MESSAGE: Resolution.RECONCILE,
        OperationKind.COMMENT: Resolution.RECONCILE,
        OperationKind.WITHDRAW: Resolution.REPEAT,
        OperationKind.SET_WORD_LIST: Resolution.REPEAT,
    },
    limits={
        "text": Limit(63_206, READ_ON, SECOND_HAND),
        "pictures": Limit(10, READ_ON, PHOTOS),
        "videos": Limit(1, READ_ON, POSTS),
        "with_video": Limit(0, READ_ON, POSTS),
        "picture_bytes": Limit(10_000_000, READ_ON, PHOTOS),
        "video_bytes": Limit(4_000_000_000, READ_ON, SECOND_HAND),
        "video_max_ms": Limit(240 * 60_000, READ_ON, SECOND_HAND),
        "reel_min_ms": Limit(3_000, READ_ON, REELS),
        "reel_max_ms": Limit(90_000, READ_ON, REELS),
        "reel_min_width": Limit(540, READ_ON, REELS),
        "reel_min_height": Limit(960, READ_ON, REELS),
        "reel_min_ratio": Limit(562, READ_ON, REELS),  # 9:16, in thousandths
        "reel_max_ratio": Limit(563, READ_ON, REELS),
        "reel_min_fps": Limit(24, READ_ON, REELS),
        "reel_max_fps": Limit(60, READ_ON, REELS),
        "reels_per_day": Limit(30, READ_ON, REELS),
        "thumbnail_bytes": Limit(10_000_000, READ_ON, THUMBNAILS),
        "upload_patience_seconds": Limit(40, READ_ON, OWN_CHOICE),
        "comments_read": Limit(100, READ_ON, OWN_CHOICE),
        "posts_watched": Limit(25, READ_ON, OWN_CHOICE),
        "newest_comments": Limit(25, READ_ON, OWN_CHOICE),  # of each post watched, in one call
        "blocked_words": Limit(1_000, READ_ON, SECOND_HAND),
        "comment_pages": Limit(20, READ_ON, OWN_CHOICE),
        "message": Limit(2_000, MESSAGES_READ_ON, SENDING),
        "message_window_seconds": Limit(DAY, MESSAGES_READ_ON, SENDING),
        "agent_window_seconds": Limit(7 * DAY, MESSAGES_READ_ON, SENDING),
        "private_reply_seconds": Limit(7 * DAY, MESSAGES_READ_ON, PRIVATE_REPLIES),
        "conversations_page": Limit(25, READ_ON, OWN_CHOICE),
    },
    link_beside=True,
    reels_apart=True,
    private_replies=True,
    prepares_ahead_seconds=6 * 3600,
    sdk=("facebook_business.api",),
)

KINDS = Kinds(
    pictures={"image/jpeg": "JPG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"},
    videos={"video/mp4": "MP4", "video/quicktime": "MOV"},
)

CAPTIONS_LOCALE = "es_LA"

# The only removals are of drafts (`is_published` is read first) and of our own posts (the author is read first).
ENDPOINTS = (
    Endpoint("POST", "/{version}/{page}/photos", "subir una imagen sin publicar (invisible)"),
    Endpoint("POST", "/{version}/{page}/videos", "subir un video por trozos, sin publicar (invisible)"),
    Endpoint("POST", "/{version}/{page}/video_reels", "abrir y cerrar un reel como borrador (invisible), y publicarlo"),
    Endpoint("POST", "/video-upload/{version}/{id}", "subir el archivo del reel, o lo que falte de él (invisible)"),
    Endpoint("POST", "/{version}/{id}/thumbnails", "poner la miniatura de un video nuestro (invisible)"),
    Endpoint("POST", "/{version}/{id}/captions", "poner los subtítulos de un video nuestro (invisible)"),
    Endpoint("POST", "/{version}/{page}/feed", "crear la publicación con published=false (invisible)"),
    Endpoint("GET", "/{version}/{id}", "leer si lo nuestro está publicado, su autor y su dirección"),
    Endpoint(
        "POST",
        "/{version}/{id}",
        "publicar lo preparado: is_published=true (published=true en un video); ocultar un comentario: is_hidden",
    ),
    Endpoint(
        "POST", "/{version}/{id}/comments", "escribir bajo una publicación nuestra su enlace, o responder un comentario"
    ),
    Endpoint("GET", "/{version}/{id}/comments", "leer los comentarios de una publicación nuestra después de un corte"),
    Endpoint("GET", "/{version}/{page}/published_posts", "leer los comentarios de lo último de la página"),
    Endpoint("GET", "/{version}/{page}/blocked", "leer a quién tiene bloqueado la página: debe ser a nadie"),
    Endpoint("GET", "/{version}/{page}/settings", "leer la lista de palabras bloqueadas de la página"),
    Endpoint("POST", "/{version}/{page}/settings", "escribir la lista de palabras bloqueadas, y ningún otro ajuste"),
    Endpoint("GET", "/{version}/{page}/roles", "leer quién administra la página sin ser de un portafolio"),
    Endpoint("GET", "/{version}/{page}/assigned_users", "leer quién del portafolio administra la página"),
    Endpoint("GET", "/{version}/{page}/page_status", "leer las infracciones y restricciones de la página"),
    Endpoint("GET", "/{version}/{page}/conversations", "leer los mensajes privados, y uno nuestro tras un corte"),
    Endpoint("POST", "/{version}/{page}/messages", "responder un mensaje privado, o en privado un comentario"),
    Endpoint("DELETE", "/{version}/{id}", "retirar lo nuestro: un borrador, o una publicación cuyo autor es la página"),
    Endpoint(
        "POST", "/{version}/oauth/access_token", "cambiar el código por una autorización, o una corta por una larga"
    ),
    Endpoint("GET", "/{version}/me/accounts", "encontrar la página entre las que se autorizaron"),
)

ERRORS = ErrorTable("Facebook", meanings_for("Facebook"), error_keys, retry_after)

LIST_PAGES = Scope("pages_show_list", "encontrar la página entre las que administra quien autoriza")
ENDED_CODES = frozenset({"102", "104", "190"})  # error codes of an authorisation that has ended


def managed_pages(
    config: OAuthConfig, credentials: ApiCredentials, client: ClientCredentials, tokens: Tokens, fields: str
) -> list[dict[str, Any]]:
    """Return the pages that a person authorised, each with its own token, which does not expire.

    It first changes the person's token for a long-lived one, since only that one gives page tokens that do not expire.
    """
    form = {"grant_type": "fb_exchange_token", "fb_exchange_token": tokens.access}
    long_lived = tokens_for(config, credentials, client, form)
    answer = read_with_token(
        config, credentials, long_lived.access, "/{version}/me/accounts", fields=fields, limit="100"
    )
    pages = answer.get("data") if isinstance(answer, dict) else None
    return [page for page in pages or [] if isinstance(page, dict)]


def page_token(config: OAuthConfig, page: dict[str, Any]) -> str:
    """Return a page's token. Raises `Permanent` if Facebook left it out because a permission was not given."""
    token = page.get("access_token")
    if not isinstance(token, str) or not token:
        raise Permanent(
            f"{config.label} no entregó la autorización de la página: faltó un permiso.", code="permissions"
        )
    return token


def _page_tokens(credentials: ApiCredentials, client: ClientCredentials, tokens: Tokens) -> tuple[Tokens, Identity]:
    """Return the token of the account's page, which is the only one that is stored, and its identity."""
    pages = managed_pages(AUTH, credentials, client, tokens, "id,name,username,access_token")
    if not pages:
        raise Permanent("Quien autorizó no administra ninguna página, o no eligió ninguna.", code="no_page")
    chosen = next((page for page in pages if _is_account(page, credentials)), pages[0])
    identity = Identity(str(chosen["id"]), str(chosen.get("username") or chosen["id"]), str(chosen.get("name", "")))
    return Tokens(page_token(AUTH, chosen), scopes=tuple(scope.name for scope in AUTH.scopes)), identity


def _is_account(page: dict[str, Any], credentials: ApiCredentials) -> bool:
    if credentials.remote_id:
        return str(page.get("id")) == credentials.remote_id
    return str(page.get("username", "")).casefold() == credentials.handle.casefold()


AUTH = OAuthConfig(
    label="Facebook",
    consent_path="/{version}/dialog/oauth",
    token_path="/{version}/oauth/access_token",  # noqa: S106  a path
    scopes=(
        LIST_PAGES,
        Scope("pages_read_engagement", "leer lo publicado en la página, para confirmar que salió"),
        Scope("pages_manage_posts", "publicar en la página"),
        Scope("pages_read_user_content", "leer los comentarios que escribe la gente"),
        Scope("pages_manage_engagement", "responder esos comentarios"),
        Scope("pages_manage_metadata", "recibir los avisos de la página y leer sus conversaciones"),
        Scope("pages_messaging", "leer los mensajes privados y responderlos"),
    ),
    endpoints=ENDPOINTS,
    separator=",",
    uses_pkce=False,  # Facebook's server-side login uses the application's secret instead
    ended_codes=ENDED_CODES,
    account_tokens=_page_tokens,
    read_on=date(2026, 11, 26),
    source="https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow",
)

# Meta reports the calls of the application, and of each page or account, as a percentage of what it allows.
WHOLE, USAGE_LIFE = 100, 300  # per cent; seconds for which a reported percentage is used
CALL_BUDGETS = (
    QuotaRule(
        "app_calls", "Llamadas de la aplicación", LimitScope.APP, Unit.PERCENT, Window(HOUR),
        Limit(WHOLE, READ_ON, CALL_LIMITS), warns=False,
    ),
    QuotaRule(
        "calls", "Llamadas de la cuenta", LimitScope.ACCOUNT, Unit.PERCENT, Window(HOUR),
        Limit(WHOLE, READ_ON, CALL_LIMITS), warns=False,
    ),
)  # fmt: skip
CALL_USAGES = (
    UsageHeader("app_calls", "x-app-usage", USAGE_LIFE),
    UsageHeader("calls", "x-business-use-case-usage", USAGE_LIFE, minutes_field="estimated_time_to_regain_access"),
    UsageHeader("calls", "x-page-usage", USAGE_LIFE),
)
CALL_STOPS = {"4": SuspensionRule(LimitScope.APP)} | {
    code: SuspensionRule(LimitScope.ACCOUNT) for code in ("17", "32", "341", "613", "80001", "80002", "429")
}

RATE_LIMITS = RateLimitPolicy(
    quotas=(
        QuotaRule("reels", "Reels por día", LimitScope.ACCOUNT, Unit.POSTS, Window(DAY), Limit(30, READ_ON, REELS)),
        *CALL_BUDGETS,
    ),
    post_costs={PostClass.POST: {"calls": 0, "app_calls": 0}, PostClass.REEL: {"reels": 1, "calls": 0, "app_calls": 0}},
    usage_headers=CALL_USAGES,
    suspensions=CALL_STOPS,
)
