"""The settings of django-allauth that need code: sign-up is closed, because a coordinator registers people."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pregonero.people import known_devices, signin_limits
from pregonero.people.security import queries, verified_session
from pregonero.people.security.actions import Place, note_sign_in
from pregonero.people.security.actions.sessions import open_session
from pregonero.people.security.user_agents import device_words

ONE_FACTOR = "reauthenticate"
FACTOR = "mfa"  # the method of the records of a session that say with what the person showed who they are


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
        device = known_devices.remember(response, request=request, user_id=user.pk)
        is_enrolled = queries.is_enrolled(user)
        if is_enrolled:  # the stages before this one asked for the factor, or trusted the device
            verified_session.mark(request)
        place = Place(
            cookie_name=device.name,
            device=device_words(request.headers.get("User-Agent", "")),
            address=str(super().get_client_ip(request)),
        )
        # A device that skipped the factor is not trusted for longer: each of its days began with the factor.
        shown = any(record["method"] == FACTOR for record in get_authentication_records(request, user))
        now, trust = timezone.now(), is_enrolled and shown and "trust" in request.POST
        used = note_sign_in(user=user, place=place, trust=trust, now=now)
        key = verified_session.stored_key_of(request)
        opened = open_session(user=user, device=used, key=key, now=now)
        request.session[verified_session.OPEN_SESSION] = opened.pk
        return response

    def get_login_stages(self) -> list[str]:
        """Return the steps of sign-in, with ours for the second factor."""
        ours, theirs = "pregonero.people.security.mfa_adapter.SecondFactorStage", "allauth.mfa.stages.AuthenticateStage"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Return False for who has no factor yet and has just signed in: they would be asked for the same again.

        Raises `ReauthenticationRequired` for who has one and has not shown it lately: allauth would take a password
        that was given again before the factor existed.
        """
        user = self.request.user
        records = get_authentication_records(self.request, user)
        if queries.has_factor(user):
            if not _has_shown_factor_again(records):
                raise ReauthenticationRequired
            return True
        return not records or time.time() - records[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return with what somebody shows again who they are: with the second factor, once they have one."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not user.is_authenticated or not queries.has_factor(user):
            return methods
        return [method for method in methods if method["id"] != ONE_FACTOR]

    def is_safe_url(self, url: str) -> bool:
        """Return whether a URL is a safe redirect after sign-in; a malformed URL is not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """Do nothing: people sign in with their e-mail address."""


def _has_shown_factor_again(records: list[dict[str, Any]]) -> bool:
    """Whether the person showed their second factor before a sensitive step, lately."""
    oldest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(
        record["method"] == FACTOR and record.get("reauthenticated") and record["at"] > oldest for record in records
    )
