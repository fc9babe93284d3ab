"""Keep what a person sends from the editor after the session ended, and return it to the same person (P-6).

Each page of the editor has a signed token of the person who opened it and of the publication. A form without the token
is not kept, so that strangers cannot store data; with it, the form is kept for one day, until that person signs in.
"""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from pregonero.errors import Conflict
from pregonero.people.models import Member
from pregonero.publishing.actions.kept_forms import KEPT_FOR, keep_form
from pregonero.publishing.models import KeptForm, Publication

CONFLICT = 409
SALT = "publishing.kept_form"
OPENED_BY = "opened_by"
NOT_KEPT = ("csrfmiddlewaretoken", OPENED_BY, "kept", "autosave")
OTHER_PERSON = "Esta página la abrió otra persona en este navegador: no se guardó nada. Vuelve a abrir la publicación."


def opened_by(member: Member, publication: Publication) -> str:
    """Return a signed token of the person who opens a page of the editor, and of its publication."""
    return signing.dumps([member.user_id, publication.pk], salt=SALT)


def kept_form_of(member: Member, publication: Publication) -> KeptForm | None:
    """Return the form that the member sent for a publication without a session, or None if it is too old."""
    kept = KeptForm.objects.filter(user_id=member.user_id, publication=publication)
    return kept.filter(at__gt=timezone.now() - KEPT_FOR).first()


def data_of(kept: KeptForm) -> QueryDict:
    """Return the kept form as it was sent."""
    data = QueryDict(mutable=True)
    for name, values in kept.data.items():
        data.setlist(name, values)
    data["kept"] = str(kept.pk)
    return data


class KeptFormMiddleware:
    """Keeps the editor's form of a person whose session ended, and refuses one that another person opened."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Keep the form and return a redirect to the sign-in page; None if there is nothing to keep."""
        is_ours = request.resolver_match is not None and request.resolver_match.namespace == "publishing"
        if request.method != "POST" or not is_ours or "HX-Request" in request.headers:
            return None  # other apps' bodies stay unread: webhooks sign them whole
        if OPENED_BY not in request.POST:
            return None
        try:
            user, publication = signing.loads(str(request.POST[OPENED_BY]), salt=SALT, max_age=KEPT_FOR)
        except signing.BadSignature:
            return None
        if not request.user.is_authenticated:
            data = {name: values for name, values in request.POST.lists() if name not in NOT_KEPT}
            keep_form(user_id=user, publication_id=publication, data=data, now=timezone.now())
            return redirect_to_login(reverse("publishing:editor", args=[publication]))
        if request.user.pk != user:
            refused = {"refusal": Conflict(OTHER_PERSON), "back": ""}
            return render(request, "ui/refused.html", refused, status=CONFLICT)
        return None
