"""The page where whoever speaks in a piece sees it without an account, writes notes or agrees (P-4)."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pregonero.errors import UNPROCESSABLE, NotFound, Refused
from pregonero.media.range_response import file_response
from pregonero.media.store import path_of
from pregonero.newsroom.approval_models import GuestLink
from pregonero.newsroom.approvals.actions.guests import answer_as_guest
from pregonero.newsroom.approvals.forms import GuestAnswerForm
from pregonero.newsroom.approvals.queries import answers_of, guest_link
from pregonero.newsroom.pieces.queries import last_version
from pregonero.people.models import Entity
from pregonero.people.queries import entity_by_slug
from pregonero.public.request_limits import MINUTES, is_within_limit


@csrf_exempt  # nobody is signed in: the secret part of the address is what a form of another site lacks
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def piece(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Show the version of a guest's link; a POST writes a note."""
    entity = entity_by_slug(slug)
    if not is_within_limit(request, "guest"):
        return _too_many(entity)
    link = guest_link(entity, code, now=timezone.now())
    form = GuestAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _answer(entity, link, code, form, agrees=False)
    return _page(entity, link, code, form, UNPROCESSABLE if request.method == "POST" else 200)


@csrf_exempt
@login_not_required
@require_POST
@cache_control(private=True, no_store=True)
def agree(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Say that the guest agrees with the version of their link."""
    entity = entity_by_slug(slug)
    if not is_within_limit(request, "guest"):
        return _too_many(entity)
    link = guest_link(entity, code, now=timezone.now())
    return _answer(entity, link, code, GuestAnswerForm({"text": ""}), agrees=True)


@login_not_required
@require_safe
@cache_control(private=True, no_store=True)
def file(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    """Serve the file of the version of a guest's link, while the link is open."""
    link = guest_link(entity_by_slug(slug), code, now=timezone.now())
    medium = link.version.medium
    try:
        return file_response(path_of(medium), medium.mime, request.headers.get("Range", ""))
    except FileNotFoundError as error:
        raise NotFound("La copia de este archivo no está en la carpeta de medios.") from error


def _answer(entity: Entity, link: GuestLink, code: str, form: GuestAnswerForm, *, agrees: bool) -> HttpResponse:
    text = "" if agrees else form.cleaned_data["text"]
    try:
        answer_as_guest(entity=entity, code=code, agrees=agrees, text=text, now=timezone.now())
    except NotFound:
        raise
    except Refused as refusal:
        return _page(entity, link, code, form, UNPROCESSABLE, problem=refusal.message)
    return HttpResponseRedirect(reverse("public:guest_piece", args=[entity.slug, code]), status=303)


def _page(
    entity: Entity, link: GuestLink, code: str, form: GuestAnswerForm, status: int, *, problem: str = ""
) -> HttpResponse:
    answers = answers_of(link)
    context = {
        "entity": entity,
        "link": link,
        "code": code,
        "form": form,
        "problem": problem,
        "answers": answers,
        "has_agreed": any(answer.agrees for answer in answers),
        "is_last": last_version(link.version.piece) == link.version,
        "now": timezone.now(),
    }
    return _private(HttpResponse(render_to_string("public/guest_piece.html", context), status=status))


def _too_many(entity: Entity) -> HttpResponse:
    text = render_to_string("public/guest_wait.html", {"entity": entity, "minutes": MINUTES})
    response = _private(HttpResponse(text, status=HTTPStatus.TOO_MANY_REQUESTS))
    response.headers["Retry-After"] = str(MINUTES * 60)
    return response


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines, and its address out of other sites."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
