"""How Google gives an authorisation for a channel: OAuth 2 with PKCE, and a refresh token that stays."""

from datetime import date

from pregonero.networks.auth_config import Consent, Scope
from pregonero.networks.youtube.endpoints import ENDPOINTS

AUTH = Consent(
    label="YouTube",
    consent="/o/oauth2/v2/auth",
    token="/token",  # noqa: S106  a path
    revoke="/revoke",
    revokes_all=True,
    scopes=(
        # The least that lets a video that was uploaded private be made public.
        Scope("https://www.googleapis.com/auth/youtube.force-ssl", "subir videos y publicarlos, con sus subtítulos"),
    ),
    calls=ENDPOINTS,
    # Google gives the refresh token only when asked for use while nobody is there, and when the consent is new.
    asks={"access_type": "offline", "prompt": "consent"},
    over=frozenset({"invalid_grant", "invalid_token"}),
    read_on=date(2026, 11, 26),
    source="https://developers.google.com/identity/protocols/oauth2/web-server",
)
