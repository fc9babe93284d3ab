"""The link with which a new member chooses a password; it works once and expires."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from pregonero.people.models import User


def invitation_link(user: User) -> str:
    """Return the link that lets a user without a password choose one; an empty string if they already have one."""
    if user.has_usable_password():
        return ""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    return f"{settings.PUBLIC_ADDRESS}{path}"
