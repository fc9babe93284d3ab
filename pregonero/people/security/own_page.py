"""The decorator of pages that change a person's security."""

from collections.abc import Callable
from typing import TypeVar

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse

View = TypeVar("View", bound=Callable[..., HttpResponse])


def own_page(view: View) -> View:
    """Ask again who the person is, with the second factor once they have one."""
    return reauthentication_required(view, app="allauth.mfa")  # type: ignore[no-any-return]
