"""How often one address may ask on the public pages, with the library that limits sign-in."""

from allauth.core.internal import ratelimit
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest

MINUTES = 5
RATES = {
    "look_up": f"30/{MINUTES}m/key",
    "ask_review": f"10/{MINUTES}m/key",
    "ask_need": f"5/{MINUTES}m/key",
    "guest": f"60/{MINUTES}m/key",
    # Of all addresses together: each need may bring 50 MB, and many programs have many addresses.
    "needs_of_entity": "200/d/key",
}


def is_within_limit(request: HttpRequest, action: str, *, key: str = "") -> bool:
    """Count a request of an address, or of another `key`, and return whether it made no more than those allowed."""
    key = key or ratelimit.truncate_ip(get_client_ip(request) or "")
    usage = ratelimit.consume(request, app="pregonero.public", action=action, config=RATES, key=key, limit_get=True)
    return usage is not None
