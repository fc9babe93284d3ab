"""Messages that offer to undo what was just done: a form with its button, which works without scripts.

offer_undo(request, "Cancelada.", reverse("publishing:undo", args=[act.pk]))
"""

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

PREFIX = "undo:"


def offer_undo(request: HttpRequest, text: str, address: str) -> None:
    """Add the message that an act was done; its button «Deshacer» posts to `address`."""
    messages.success(request, text, extra_tags=f"{PREFIX}{address}")


def undo_address(message: Message) -> str:
    """Return where the undo of a message is posted, or an empty string for a message without one."""
    tags = str(message.extra_tags or "")
    return tags.removeprefix(PREFIX) if tags.startswith(PREFIX) else ""


def page_of_undo(request: HttpRequest, otherwise: str) -> str:
    """Return the path of the page where the button was pressed, or another one if it is not of this site."""
    page = request.POST.get("page", "")
    is_own = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_own and urlsplit(page).path else otherwise
