"""Adds to each request the membership with which it acts."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django_htmx.middleware import HtmxDetails

from pregonero.errors import NotAllowed
from pregonero.people import queries
from pregonero.people.models import Member, User

SESSION_KEY = "entity"


class MemberRequest(HttpRequest):
    """The type of an authenticated request in views."""

    member: Member
    htmx: HtmxDetails


class MemberMiddleware:
    """Sets `request.member`, which is loaded on first use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = SimpleLazyObject(lambda: _member_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _member_of(request: HttpRequest) -> Member:
    user = request.user
    if not isinstance(user, User):
        raise NotAllowed("Inicia sesión para continuar.")
    memberships = list(queries.memberships_of(user, today=timezone.localdate()))
    chosen = request.session.get(SESSION_KEY)
    for member in memberships:
        if member.entity_id == chosen:
            return member
    if not memberships:
        raise NotAllowed("Tu usuario no está vinculado hoy a ninguna entidad: habla con la coordinación.")
    return memberships[0]
