"""The settings of django-allauth that need code: sign-up is closed, because a coordinator registers people."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from pregonero.people import known_devices, signin_limits


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without sign-up and without usernames."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: a coordinator registers people."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt to sign in against the limits of `signin_limits`, which a right password discounts."""
        self._login_failed_rl_usage = signin_limits.count_attempt(request, email=credentials.get("email", ""))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return who makes the request, for allauth's limits by address: a known device has limits of its own."""
        return signin_limits.requester(request) or str(super().get_client_ip(request))

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        """Remember the device after the sign-in is complete, also with its second factor."""
        response: HttpResponse = super().post_login(request, user, **options)
        known_devices.remember(response, request=request, user_id=user.pk)
        return response

    def is_safe_url(self, url: str) -> bool:
        """Return whether a URL is a safe redirect after sign-in; a malformed URL is not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Do nothing: people sign in with their e-mail address."""
