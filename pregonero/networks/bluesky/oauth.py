"""How Bluesky lets an application in: a password made for it alone, which its owner can end at any moment."""

from datetime import date

from pregonero.networks.bluesky.sessions import close
from pregonero.networks.oauth import AppPassword

AUTH = AppPassword(
    label="Bluesky",
    where="Ajustes, Privacidad y seguridad, Contraseñas de aplicación",
    pattern=r"[a-z0-9]{4}(-[a-z0-9]{4}){3}",
    read_on=date(2026, 11, 26),
    source="https://docs.bsky.app/docs/get-started#create-a-session",
    close=close,
)
