"""The settings of django-allauth that need code: sign-up is closed, because a coordinator registers people."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without sign-up and without usernames."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: a coordinator registers people."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Return whether a URL is a safe redirect after sign-in; a malformed URL is not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Do nothing: people sign in with their e-mail address."""
