"""How Google gives an authorisation for a channel: OAuth 2 with PKCE, and a refresh token that stays."""

from datetime import date

from pregonero.networks.oauth import OAuthConfig, Scope
from pregonero.networks.youtube.endpoints import ENDPOINTS

AUTH = OAuthConfig(
    label="YouTube",
    consent_path="/o/oauth2/v2/auth",
    token_path="/token",  # noqa: S106  a path
    revoke_path="/revoke",
    revokes_all=True,
    scopes=(
        # The least that lets a video that was uploaded private be made public.
        Scope("https://www.googleapis.com/auth/youtube.force-ssl", "subir videos y publicarlos, con sus subtítulos"),
    ),
    endpoints=ENDPOINTS,
    # Google gives the refresh token only when asked for use while nobody is there, and when the consent is new.
    consent_params={"access_type": "offline", "prompt": "consent"},
    ended_codes=frozenset({"invalid_grant", "invalid_token"}),
    read_on=date(2026, 11, 26),
    source="https://developers.google.com/identity/protocols/oauth2/web-server",
)
