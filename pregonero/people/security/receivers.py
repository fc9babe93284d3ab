"""Follow what django-allauth does by itself: keys added and used, and passwords changed."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from pregonero.people.models import User
from pregonero.people.security import actions, verified_session
from pregonero.people.security.actions import sessions


@receiver(signals.authenticator_added)
def key_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Record that a key was added, which the person has just shown: the recovery codes come next."""
    actions.note_key_added(user=user, name=str(authenticator), now=timezone.now())
    record_authentication(request, user, "mfa", type=authenticator.type, reauthenticated=True)


@receiver(signals.authenticator_used)
def key_used(request: HttpRequest, reauthenticated: bool = False, **_: Any) -> None:
    """Let a session go on that began before the key existed and has shown it now."""
    if reauthenticated:
        verified_session.mark(request)


@receiver([password_changed, password_reset, password_set])
def password_is_new(request: HttpRequest, user: User, **_: Any) -> None:
    """End the other sessions of the user, and keep this one, whose key Django has changed."""
    sessions.note_new_password(
        user=user,
        open_session_id=verified_session.open_session_id(request),
        key=verified_session.stored_key_of(request),
        now=timezone.now(),
    )
