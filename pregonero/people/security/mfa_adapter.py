"""What django-allauth asks about second factors: it keeps the keys (WebAuthn), and Pregonero the codes."""

from collections.abc import Iterable

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpResponse
from django.utils import timezone

from pregonero.people.known_devices import device_name
from pregonero.people.models import User
from pregonero.people.security import queries
from pregonero.people.security.actions import device_digest

Type = Authenticator.Type


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Answers for the factors of both."""

    def is_mfa_enabled(self, user: AbstractBaseUser, types: Iterable[str] | None = None) -> bool:
        """Return whether the user has a factor of one of the types."""
        if not isinstance(user, User):
            return False
        wanted = set(types or Type.values)
        return (
            (Type.TOTP in wanted and queries.has_code_app(user))
            or (Type.WEBAUTHN in wanted and bool(queries.keys_of(user)))
            or (Type.RECOVERY_CODES in wanted and queries.recovery_codes_left(user) > 0)
        )

    def _get_site_name(self) -> str:
        """Return the name that the browser shows beside a key."""
        return "Pregonero"


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """The step of sign-in that asks for the second factor, but on a device that the person trusted."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Return the page that asks for it, or None to go on."""
        name = device_name(self.request)
        if name and queries.is_trusted(self.login.user, device_digest=device_digest(name), now=timezone.now()):
            return None, True
        response, goes_on = super().handle()
        return response, goes_on
