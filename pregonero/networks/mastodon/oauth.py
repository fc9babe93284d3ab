"""How a Mastodon server gives an authorisation: OAuth 2 with PKCE; its tokens do not end by themselves."""

from datetime import date

from pregonero.networks.auth_config import Consent, Scope
from pregonero.networks.mastodon.endpoints import ENDPOINTS

AUTH = Consent(
    label="Mastodon",
    consent="/oauth/authorize",
    token="/oauth/token",  # noqa: S106  a path
    revoke="/oauth/revoke",
    scopes=(
        Scope("read:accounts", "saber qué cuenta es"),
        Scope("read:statuses", "leer las publicaciones propias, para confirmar que salieron"),
        Scope("write:media", "subir imágenes y videos"),
        Scope("write:statuses", "publicar"),
    ),
    calls=ENDPOINTS,
    over=frozenset({"invalid_grant", "invalid_token"}),
    read_on=date(2026, 11, 26),
    source="https://docs.joinmastodon.org/spec/oauth/",
)
