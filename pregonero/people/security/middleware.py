"""Takes who must have a second factor, and has not shown it in this session, to where it is activated."""

import math
import time
from collections.abc import Callable
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from pregonero.people.models import User
from pregonero.people.security import queries, verified_session
from pregonero.people.security.actions.sessions import touch_session

TOUCH_SECONDS, TOUCHED_LIMIT = 5 * 60, 10_000
_touched: dict[int, float] = {}  # when this process noted each session last, by the clock of the machine

# All that can be done before: activate a factor, show that one is who one is, and leave.
OPEN = frozenset({
    "people:enrol", "people:start_code_app", "people:code_app", "people:recovery_codes", "mfa_add_webauthn",
    "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout",
})  # fmt: skip


# It asks for the session itself: a redirect to sign-in would hold the code of the network in its address.
ASKS_ITSELF = frozenset({"networks:returned"})


class SecondFactorMiddleware:
    """Refuses every page of signed-in people but those that lead to the second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> HttpResponse | None:
        """Return a redirect to the page where a factor is activated, or None."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not getattr(view, "login_required", True) and name not in ASKS_ITSELF:
            return None  # a public page, which may be shared, looks at no session
        _touch(request)
        if name in OPEN or not isinstance(request.user, User) or verified_session.is_marked(request):
            return None
        if not queries.must_have_second_factor(request.user, today=timezone.localdate()):
            return None
        place = reverse("people:enrol")
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(headers={"HX-Redirect": place})
        return HttpResponseRedirect(place)


def _touch(request: HttpRequest) -> None:
    """Note that the session is used, once in a while: a page costs no query for it."""
    session, moment = verified_session.open_session_id(request), time.monotonic()
    if session is None or moment < _touched.get(session, -math.inf) + TOUCH_SECONDS:
        return
    if len(_touched) >= TOUCHED_LIMIT:
        _touched.clear()
    _touched[session] = moment
    key, address = verified_session.stored_key_of(request), get_client_ip(request) or ""
    touch_session(open_session_id=session, key=key, address=address, now=timezone.now())
