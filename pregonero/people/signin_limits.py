"""How many wrong passwords are accepted, so that guessing is slow and nobody can lock another person out.

Wrong passwords count against the account AND the address that they come from: an address does not lock an account for
the others, nor one account its address. A device on which the account has signed in has a count of its own.
"""

from collections.abc import Iterable

from allauth.core.internal import ratelimit
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from pregonero.people.known_devices import device_of
from pregonero.people.models import User
from pregonero.people.queries import user_id_of

MINUTES = 5
# The two last ones are wide: they slow down who guesses from many addresses, or tries many accounts from one.
RATES = {
    "known": f"10/{MINUTES}m/key",
    "account_and_address": f"5/{MINUTES}m/key",
    "account": "100/15m/key",
    "address": f"100/{MINUTES}m/key",
}
# Codes of the second factor are asked after a right password, so their count for the account locks nobody out for those
# who do not know it. Three of a million codes are right at a time: at twenty an hour, guessing one takes a year.
CODE_RATES = {**RATES, "account": "20/60m/key"}


class SigninUsage:
    """The attempts that a sign-in has counted; `rollback` discounts them, because its password was right."""

    def __init__(self, usages: Iterable[ratelimit.RateLimitUsage]) -> None:
        self._usages = list(usages)

    def rollback(self) -> None:
        """Discount the attempts."""
        for usage in self._usages:
            usage.rollback()


def count_attempt(request: HttpRequest, *, email: str) -> SigninUsage:
    """Count an attempt before its password is checked; raise `ValidationError` when there were too many."""
    usage = _count(request, email, app="pregonero.people", rates=RATES)
    if usage is None:
        raise ValidationError(_sentence(), code="too_many_login_attempts")
    return usage


def count_code(request: HttpRequest, *, user: User) -> SigninUsage:
    """Count a code of the second factor before it is checked; raise `ValidationError` when there were too many."""
    usage = _count(request, user.email, app="pregonero.people.codes", rates=CODE_RATES)
    if usage is None:
        raise ValidationError(
            f"Hubo demasiados códigos equivocados. Espera {MINUTES} minutos y escribe el que veas entonces.",
            code="too_many_codes",
        )
    return usage


def _count(request: HttpRequest, email: str, *, app: str, rates: dict[str, str]) -> SigninUsage | None:
    usages = []
    for action, key in _counts(request, email.strip().lower()):
        usage = ratelimit.consume(request, app=app, action=action, config=rates, key=key)
        if usage is None:
            return None
        usages.append(usage)
    return SigninUsage(usages)


def requester(request: HttpRequest) -> str | None:
    """Return who makes the requests that are limited by address: the known device, otherwise the address."""
    device = device_of(request)
    return f"device-{device.name}" if device else get_client_ip(request)


def _counts(request: HttpRequest, email: str) -> list[tuple[str, str]]:
    """Return the limits that an attempt counts against, in the order in which they are checked."""
    own = _own_name(request, email)
    if own:
        return [("known", f"{email}|{own}")]
    address = ratelimit.truncate_ip(get_client_ip(request) or "")
    return [("account_and_address", f"{email}|{address}"), ("account", email), ("address", address)]


def _own_name(request: HttpRequest, email: str) -> str:
    """Return the name of this device if the account has signed in on it, or has its session; otherwise ""."""
    user = getattr(request, "user", None)
    if isinstance(user, User) and user.email.lower() == email:
        return "session"
    device = device_of(request)
    return device.name if device and user_id_of(email=email) in device.users else ""


def _sentence() -> str:
    ways = ["entra desde un equipo donde ya hayas entrado"]
    if settings.EMAIL_HOST:
        ways.append("pide un enlace por correo en «Olvidé mi contraseña»")
    return (
        f"Hubo demasiados intentos con ese correo desde aquí. Espera {MINUTES} minutos, o {', o '.join(ways)}. "
        "Nadie más queda bloqueado."
    )
