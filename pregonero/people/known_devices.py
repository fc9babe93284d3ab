"""The devices on which a person has signed in: a signed cookie, so that wrong passwords from others lock none of them.

The cookie gives the device a count of failed sign-ins of its own (see `signin_limits`), and after the password it skips
the second factor of who trusted the device (see `security`). It has a random name for the device and the numbers of its
latest users, for a computer that several people share.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

COOKIE = "equipo"
SALT = "pregonero.known_device"
MAX_AGE = 365 * 24 * 60 * 60  # seconds, since the last sign-in
USER_LIMIT = 20


@dataclass(frozen=True)
class KnownDevice:
    """A device: its random name, and the users who have signed in on it, the latest first."""

    name: str
    users: tuple[int, ...]


def device_of(request: HttpRequest) -> KnownDevice | None:
    """Return the device of a request, or None when it has no valid cookie."""
    try:
        name, users = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return KnownDevice(name, tuple(users))


def device_name(request: HttpRequest) -> str:
    """Return the random name of the device of a request; "" when it has no valid cookie."""
    device = device_of(request)
    return device.name if device else ""


def remember(response: HttpResponseBase, *, request: HttpRequest, user_id: int) -> KnownDevice:
    """Set the cookie that says that the user has signed in on this device, and return the device."""
    device = device_of(request) or KnownDevice(secrets.token_urlsafe(16), ())
    users = [user_id, *(user for user in device.users if user != user_id)][:USER_LIMIT]
    response.set_cookie(
        COOKIE,
        signing.dumps([device.name, users], salt=SALT),
        max_age=MAX_AGE,
        path=reverse("account_login").removesuffix("login/"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return device
