"""How X gives an authorisation: OAuth 2 with PKCE; its refresh token changes at each renewal."""

from datetime import date

from pregonero.networks.oauth import OAuthConfig, Scope
from pregonero.networks.x.endpoints import ENDPOINTS

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
        Scope("offline.access", "renovar la autorización sin pedirla cada dos horas"),
    ),
    endpoints=ENDPOINTS,
    uses_basic_auth=True,
    ended_codes=frozenset({"invalid_grant", "invalid_request", "invalid_token"}),
    read_on=date(2026, 11, 26),
    source="https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",
)
