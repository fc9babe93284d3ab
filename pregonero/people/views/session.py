"""The choice of the entity for which a person acts, and the state of the session."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pregonero.people import queries
from pregonero.people.forms import EntityForm
from pregonero.people.middleware import SESSION_KEY, MemberRequest
from pregonero.people.rules import may
from pregonero.people.sessions import session_seconds


@require_http_methods(["GET", "POST"])
def choose_entity(request: MemberRequest) -> HttpResponse:
    """Show the person's current memberships, and store the chosen entity in the session."""
    memberships = list(queries.memberships_of(request.member.user, today=timezone.localdate()))
    form = EntityForm(request.POST or None, memberships=memberships)
    if form.is_valid():
        request.session[SESSION_KEY] = form.cleaned_data["entity"]
        return redirect("/")
    may_edit = may(request.member, "entity.manage", now=timezone.now())
    context = {"memberships": memberships, "may_edit": may_edit}
    return render(request, "people/entities.html", context, status=422 if form.errors else 200)


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """Return who is signed in, for how long, and the token of forms, so that an open page goes on; POST prolongs it."""
    if not request.user.is_authenticated:
        return JsonResponse({"user": None}, status=401)
    if request.method == "POST":
        request.session.modified = True
    seconds = session_seconds(request, prolonged=request.method == "POST")
    return JsonResponse({"user": request.user.pk, "seconds": seconds, "token": get_token(request)})


@require_safe
def signed_in(request: MemberRequest) -> HttpResponse:
    """Say that the person signed in and can go back to the page that was open."""
    return render(request, "people/signed_in.html")
