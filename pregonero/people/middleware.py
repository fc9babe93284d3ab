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
OUTSIDE_PAGES = {"dashboard:today", "dashboard:more"}  # today's page sends them to their acts


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
    member = _chosen_membership(request, user)
    if member.is_outside and not _is_open_to_outside(request):
        raise NotAllowed("Esta página es del Grupo Comunicaciones. Lo tuyo está en «En tu nombre».")
    return member


def _is_open_to_outside(request: HttpRequest) -> bool:
    """Return whether people of offices outside the Group may open the page: their own acts and their session."""
    match = request.resolver_match
    return match is not None and (match.namespace == "people" or match.view_name in OUTSIDE_PAGES)


def _chosen_membership(request: HttpRequest, user: User) -> Member:
    memberships = list(queries.memberships_of(user, today=timezone.localdate()))
    chosen = request.session.get(SESSION_KEY)
    for member in memberships:
        if member.entity_id == chosen:
            return member
    if not memberships:
        raise NotAllowed("Tu usuario no está vinculado hoy a ninguna entidad: habla con la coordinación.")
    return memberships[0]
