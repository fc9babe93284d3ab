"""The second factor of the tests' people: signed-in clients that have shown it, and people who have one."""

from datetime import UTC, datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.test import Client
from django.utils import timezone

from pregonero.people import known_devices
from pregonero.people.models import CodeApp, Device, Member, User
from pregonero.people.security import actions, totp, verified_session

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DEVICE = "equipo-de-las-pruebas"
FOREVER = datetime(2099, 1, 1, tzinfo=UTC)

_force_login = Client.force_login


def force_login(client: Client, user: Any, backend: str | None = None) -> None:
    """Sign in without the form, as somebody who has shown the second factor: `Client.force_login` of all the tests."""
    _force_login(client, user, backend)
    session = client.session
    session[verified_session.SESSION_KEY] = True
    session.save()


def enrol(*people: Member, now: datetime | None = None) -> None:
    """Give people a code application with `SECRET` and recovery codes."""
    moment = now or timezone.now()
    for user in {person.user for person in people}:
        if CodeApp.objects.filter(user=user).exists():
            continue
        actions.start_code_app(user=user, secret=SECRET)
        before = totp.step_of(moment) - totp.DRIFT  # so that the code of this half minute is not used
        assert actions.confirm_code_app(user=user, code=totp.code_at(SECRET, before), now=moment)
        actions.make_recovery_codes(user=user, now=moment)


def enrol_on_known_device(*people: Member, now: datetime | None = None) -> None:
    """Enrol people, and have the device of `device_cookie` skip their second factor."""
    enrol(*people, now=now)
    digest, moment = actions.device_digest(DEVICE), timezone.now()
    with transaction.atomic():
        for user in {person.user for person in people}:
            Device.objects.get_or_create(
                user=user,
                digest=digest,
                defaults={
                    "name": "Chrome en Linux",
                    "first_used_at": moment,
                    "last_used_at": moment,
                    "trusted_until": FOREVER,
                },
            )


def device_cookie() -> str:
    """Return the cookie of the device on which nobody is asked for the second factor."""
    return signing.dumps([DEVICE, []], salt=known_devices.SALT)


def current_code(secret: str = SECRET, *, now: datetime | None = None) -> str:
    """Return the code that a telephone shows now."""
    return totp.code_at(secret, totp.step_of(now or timezone.now()))


def pass_second_factor(client: Client, user: User) -> None:
    """Send a recovery code to the page that asks for the second factor."""
    (code, *_) = actions.make_recovery_codes(user=user, now=timezone.now())
    assert client.post("/cuenta/2fa/authenticate/", {"code": code}).status_code == 302
