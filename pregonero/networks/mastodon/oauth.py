"""How a Mastodon server gives an authorisation: OAuth 2 with PKCE; its tokens do not end by themselves."""

from datetime import date

from pregonero.networks.mastodon.endpoints import ENDPOINTS
from pregonero.networks.oauth import OAuthConfig, Scope

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
