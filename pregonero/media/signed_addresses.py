"""Public addresses of files, signed and valid for a few hours, for the networks that download media themselves."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from pregonero.media.models import Medium

SALT = "pregonero.media"
VALID_FOR = timedelta(hours=6)  # a network may take hours to download a file


def signed_address(medium: Medium) -> str:
    """Return an absolute address that serves this file, without sign-in, during `VALID_FOR`."""
    token = signing.TimestampSigner(salt=SALT).sign(medium.sha256)
    return settings.PUBLIC_ADDRESS + reverse("media:signed", args=[token])


def digest_of_token(token: str) -> str:
    """Return the SHA-256 digest that the token signs. Raises `signing.BadSignature` if it is false or expired."""
    return signing.TimestampSigner(salt=SALT).unsign(token, max_age=VALID_FOR)
