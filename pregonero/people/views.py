"""The choice of the entity for which a person acts."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pregonero.people import queries
from pregonero.people.forms import EntityForm
from pregonero.people.middleware import SESSION_KEY, MemberRequest


@require_http_methods(["GET", "POST"])
def choose_entity(request: MemberRequest) -> HttpResponse:
    """Show the person's current memberships, and store the chosen entity in the session."""
    memberships = list(queries.memberships_of(request.member.user, today=timezone.localdate()))
    form = EntityForm(request.POST or None, memberships=memberships)
    if form.is_valid():
        request.session[SESSION_KEY] = form.cleaned_data["entity"]
        return redirect("/")
    return render(request, "people/entities.html", {"memberships": memberships}, status=422 if form.errors else 200)
