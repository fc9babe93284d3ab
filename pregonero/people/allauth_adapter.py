"""Sign-in by allauth: nobody registers alone, a coordinator registers people."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The installation's rules of sign-in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: people are registered by their coordinator."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Return whether somebody may be sent there after signing in; what is no address at all is nowhere."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Do nothing: people are known by their e-mail."""
