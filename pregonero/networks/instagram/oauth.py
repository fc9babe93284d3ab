"""How Instagram gives an authorisation: through the Facebook page that the professional account is tied to."""

from typing import Any

from pregonero.networks.base import ApiCredentials, Identity, Permanent
from pregonero.networks.facebook.oauth import OVER, PAGES, READ_ON, pages_of, token_of
from pregonero.networks.instagram.endpoints import ENDPOINTS
from pregonero.networks.oauth import ClientCredentials, OAuthConfig, Scope, Tokens

FIELDS = "id,name,access_token,instagram_business_account{id,username,name}"


def _settle(at: ApiCredentials, client: ClientCredentials, tokens: Tokens) -> tuple[Tokens, Identity]:
    pages = [page for page in pages_of(AUTH, at, client, tokens, FIELDS) if page.get("instagram_business_account")]
    if not pages:
        reason = "Ninguna de las páginas que se autorizaron tiene una cuenta profesional de Instagram."
        raise Permanent(reason, code="no_page")
    chosen = next((page for page in pages if _is(page["instagram_business_account"], at)), pages[0])
    theirs = chosen["instagram_business_account"]
    identity = Identity(str(theirs["id"]), str(theirs.get("username") or theirs["id"]), str(theirs.get("name", "")))
    return Tokens(token_of(AUTH, chosen), scopes=tuple(scope.name for scope in AUTH.scopes)), identity


def _is(theirs: dict[str, Any], at: ApiCredentials) -> bool:
    if at.remote_id:
        return str(theirs.get("id")) == at.remote_id
    return str(theirs.get("username", "")).casefold() == at.handle.casefold()


AUTH = OAuthConfig(
    label="Instagram",
    consent_path="/{version}/dialog/oauth",
    token_path="/{version}/oauth/access_token",  # noqa: S106  a path
    scopes=(
        PAGES,
        Scope("pages_read_engagement", "saber a qué página está unida la cuenta"),
        Scope("instagram_basic", "saber qué cuenta es, y leer lo publicado para confirmar que salió"),
        Scope("instagram_content_publish", "publicar"),
    ),
    endpoints=ENDPOINTS,
    separator=",",
    uses_pkce=False,
    ended_codes=OVER,
    account_tokens=_settle,
    read_on=READ_ON,
    source="https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login",
)
