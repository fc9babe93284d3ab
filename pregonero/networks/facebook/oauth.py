"""How Facebook gives an authorisation for a page: a person's token, made long, and from it the page's, which stays.

The token of the person is not kept: only the page's is, and it speaks for the page alone.
"""

from datetime import date
from typing import Any

from pregonero.networks.base import ApiCredentials, Identity, Permanent
from pregonero.networks.facebook.endpoints import ENDPOINTS
from pregonero.networks.oauth import ClientCredentials, OAuthConfig, Scope, Tokens, read_with_token, tokens_for

PAGES = Scope("pages_show_list", "encontrar la página entre las que administra quien autoriza")
READ_ON = date(2026, 11, 26)
OVER = frozenset({"102", "104", "190"})


def pages_of(
    way: OAuthConfig, at: ApiCredentials, client: ClientCredentials, tokens: Tokens, fields: str
) -> list[dict[str, Any]]:
    """Return the pages that the person lets us speak for, each with its own token, which does not end."""
    form = {"grant_type": "fb_exchange_token", "fb_exchange_token": tokens.access}
    long = tokens_for(way, at, client, form)
    found = read_with_token(way, at, long.access, "/{version}/me/accounts", fields=fields, limit="100")
    pages = found.get("data") if isinstance(found, dict) else None
    return [page for page in pages or [] if isinstance(page, dict)]


def token_of(way: OAuthConfig, page: dict[str, Any]) -> str:
    """Return a page's token. Raises when Facebook leaves it out: the person did not give every permission."""
    token = page.get("access_token")
    if not isinstance(token, str) or not token:
        raise Permanent(f"{way.label} no entregó la autorización de la página: faltó un permiso.", code="permissions")
    return token


def _settle(at: ApiCredentials, client: ClientCredentials, tokens: Tokens) -> tuple[Tokens, Identity]:
    pages = pages_of(AUTH, at, client, tokens, "id,name,username,access_token")
    if not pages:
        raise Permanent("Quien autorizó no administra ninguna página, o no eligió ninguna.", code="no_page")
    chosen = next((page for page in pages if _is(page, at)), pages[0])
    identity = Identity(str(chosen["id"]), str(chosen.get("username") or chosen["id"]), str(chosen.get("name", "")))
    return Tokens(token_of(AUTH, chosen), scopes=tuple(scope.name for scope in AUTH.scopes)), identity


def _is(page: dict[str, Any], at: ApiCredentials) -> bool:
    if at.remote_id:
        return str(page.get("id")) == at.remote_id
    return str(page.get("username", "")).casefold() == at.handle.casefold()


AUTH = OAuthConfig(
    label="Facebook",
    consent_path="/{version}/dialog/oauth",
    token_path="/{version}/oauth/access_token",  # noqa: S106  a path
    scopes=(
        PAGES,
        Scope("pages_read_engagement", "leer lo publicado en la página, para confirmar que salió"),
        Scope("pages_manage_posts", "publicar en la página"),
    ),
    endpoints=ENDPOINTS,
    separator=",",
    uses_pkce=False,  # Facebook's login for servers has none: the application's secret stands for it
    ended_codes=OVER,
    account_tokens=_settle,
    read_on=READ_ON,
    source="https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow",
)
