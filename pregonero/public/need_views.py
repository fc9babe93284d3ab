"""The pages where an area asks for something to be told, and reads what was decided, without an account (M-1)."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from pregonero.errors import UNPROCESSABLE, Refused
from pregonero.newsroom.needs.actions import ask_need
from pregonero.newsroom.needs.forms import PublicNeedForm
from pregonero.newsroom.needs.queries import files_of, need_by_code, news_of_need
from pregonero.newsroom.needs.rules import MOST_BYTES, MOST_FILES
from pregonero.people.models import Entity
from pregonero.people.queries import entity_by_slug
from pregonero.public.request_limits import MINUTES, is_within_limit
from pregonero.ui.body_limits import checks_own_body

MOST_REQUEST_BYTES = MOST_FILES * MOST_BYTES + 1024 * 1024  # the files, and the text


@checks_own_body
@csrf_exempt  # nobody is signed in: a form of another site can do no more than anybody
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form of a need; a POST asks for it and leads to the page where the answer is read."""
    entity = entity_by_slug(slug)
    if request.method != "POST":
        return _form(entity, PublicNeedForm())
    if _length_of(request) > MOST_REQUEST_BYTES:  # before anything is received
        return _form(entity, PublicNeedForm(), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, is_too_large=True)
    form = PublicNeedForm(request.POST, request.FILES)
    if not is_within_limit(request, "ask_need"):
        answer = _form(entity, form, HTTPStatus.TOO_MANY_REQUESTS, minutes=MINUTES)
        answer.headers["Retry-After"] = str(MINUTES * 60)
        return answer
    if form.is_valid():
        if not is_within_limit(request, "needs_of_entity", key=str(entity.pk)):
            return _form(entity, form, HTTPStatus.TOO_MANY_REQUESTS, is_full=True)
        try:
            need = ask_need(entity=entity, request=form.request(), files=form.attached(), by=None, now=timezone.now())
        except Refused as refusal:
            form.add_error("attachments", refusal.message)
        else:
            return HttpResponseRedirect(reverse("public:asked_need", args=[entity.slug, need.code]), status=303)
    return _form(entity, form, UNPROCESSABLE)


@login_not_required
@require_safe
@cache_control(private=True, no_store=True)
def asked(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Show to whoever asked what was decided, and the news that tell it."""
    entity = entity_by_slug(slug)
    need = need_by_code(entity, code)
    context = {
        "entity": entity,
        "need": need,
        "news": news_of_need(need),
        "files": files_of(need),
        "now": timezone.now(),
    }
    return _private(HttpResponse(render_to_string("public/asked_need.html", context)))


def _form(entity: Entity, form: PublicNeedForm, status: int = 200, **notes: int | bool) -> HttpResponse:
    """Return the page of the form with `notes`: `minutes` to wait, `is_too_large`, `is_full`."""
    context = {"entity": entity, "form": form, **notes}
    return _private(HttpResponse(render_to_string("public/ask_need.html", context), status=status))


def _length_of(request: HttpRequest) -> int:
    """Return the bytes that a request announces; 0 when it does not say a number."""
    length = request.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines: its address is for one area."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
