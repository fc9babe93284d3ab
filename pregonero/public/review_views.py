"""The page where anybody asks whether a comment was hidden, and for a review, without an account (T-475 of 2024)."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pregonero.errors import UNPROCESSABLE, NotFound
from pregonero.moderation import review_queries
from pregonero.moderation.actions.reviews import ask_review
from pregonero.networks.comment_links import LONGEST, CommentLink, comment_link
from pregonero.people.models import Entity
from pregonero.people.queries import entity_by_slug
from pregonero.public.request_limits import MINUTES, is_within_limit


@csrf_exempt  # nobody is signed in: a form of another site can do no more than anybody
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Say whether a link's comment is hidden, with the rule and the date; a POST asks for its review."""
    entity, data = entity_by_slug(slug), request.POST if request.method == "POST" else request.GET
    if "enlace" not in data:
        return _page(entity, {})
    written = data["enlace"]
    if not is_within_limit(request, "ask_review" if request.method == "POST" else "look_up"):
        return _too_many(entity)
    link = comment_link(written)
    if link is None:
        return _page(entity, {"is_wrong": True}, UNPROCESSABLE)
    if request.method == "POST":
        return _ask(entity, link, written)
    context = {"written": written, "link": link, "found": review_queries.hidden_comment(entity, link)}
    return _page(entity, context)


def _ask(entity: Entity, link: CommentLink, written: str) -> HttpResponse:
    try:
        ask_review(entity=entity, link=link, now=timezone.now())
    except NotFound:
        return _page(entity, {"written": written, "link": link, "found": None})
    query = urlencode({"enlace": written.strip()})
    return HttpResponseRedirect(f"{reverse('public:review', args=[entity.slug])}?{query}", status=303)


def _too_many(entity: Entity) -> HttpResponse:
    answer = _page(entity, {"minutes": MINUTES}, HTTPStatus.TOO_MANY_REQUESTS)
    answer.headers["Retry-After"] = str(MINUTES * 60)
    return answer


def _page(entity: Entity, context: dict[str, object], status: int = 200) -> HttpResponse:
    """Render a page without the request, as the others of the outside: nothing of who is signed in."""
    shared = {
        "entity": entity,
        "section": "review",
        "longest": LONGEST,
        "working_days": review_queries.working_days(entity),
    }
    return HttpResponse(render_to_string("public/review.html", shared | context), status=status)
