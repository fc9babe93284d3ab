"""The public site: what was published, the official accounts, and "¿Esto lo publicó el Ministerio?" (R-4)."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from pregonero.errors import UNPROCESSABLE
from pregonero.networks.registry import network_choices
from pregonero.people.models import Entity
from pregonero.people.queries import all_entities, entity_by_slug
from pregonero.public import official_accounts as official
from pregonero.public.published import PAGE_SIZE, published_posts, read_filter, text_of
from pregonero.public.request_limits import MINUTES, is_within_limit

CACHE_SECONDS = 300


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the site of the only entity, or list the entities."""
    entities = all_entities()
    if len(entities) == 1:
        return HttpResponseRedirect(reverse("public:index", args=[entities[0].slug]))
    return HttpResponse(render_to_string("public/home.html", {"entities": entities}))


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what was published, with a search by words, month and network."""
    entity = entity_by_slug(slug)
    wanted, issues = read_filter(request.GET.dict())
    start = (wanted.page - 1) * PAGE_SIZE
    posts = [] if issues else list(published_posts(entity, wanted)[start : start + PAGE_SIZE + 1])
    values = {name: request.GET.get(name, "")[:200] for name in ("q", "mes", "red", "cambios")}
    context = {
        "section": "index",
        "posts": [(post, text_of(post)) for post in posts[:PAGE_SIZE]],
        "issues": issues,
        "networks": network_choices(),
        "values": values,
        "page": wanted.page,
        "previous": _address(values, wanted.page - 1) if wanted.page > 1 else "",
        "next": _address(values, wanted.page + 1) if len(posts) > PAGE_SIZE else "",
    }
    return _page("public/index.html", entity, context, UNPROCESSABLE if issues else HTTPStatus.OK)


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def accounts(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the official accounts, since when and until when."""
    entity = entity_by_slug(slug)
    return _page("public/accounts.html", entity, {"section": "accounts"})


@login_not_required
@require_safe
@cache_control(private=True, no_store=True)
def verify_account(request: HttpRequest, slug: str) -> HttpResponse:
    """Return as JSON whether `url` is a profile of the entity, and since when."""
    entity = entity_by_slug(slug)
    if not is_within_limit(request, "look_up"):
        return _json({"error": f"Espera {MINUTES} minutos."}, HTTPStatus.TOO_MANY_REQUESTS)
    written = request.GET.get("url", "")
    if not official.is_link(written):
        return _json({"error": "Escribe en «url» el enlace completo del perfil."}, UNPROCESSABLE)
    found = official.account_at(entity, written)
    if found is None:
        return _json({"url": written, "official": False})
    account = found.account
    body = {
        "url": written,
        "official": account.retired_at is None,
        "entity": entity.name,
        "network": account.network,
        "handle": account.handle,
        "profile": found.address,
        "since": account.registered_at.isoformat(),
        "until": account.retired_at.isoformat() if account.retired_at else None,
    }
    return _json(body)


@login_not_required
@require_safe
@cache_control(private=True, no_store=True)
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer "¿Esto lo publicó el Ministerio?" for a pasted link or text."""
    entity = entity_by_slug(slug)
    written = request.GET.get("que", "").replace("\0", "").strip()
    if not written:
        return _page("public/check.html", entity, {"section": "check"})
    if not is_within_limit(request, "look_up"):
        context: dict[str, object] = {"section": "check", "minutes": MINUTES}
        response = _page("public/check.html", entity, context, HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(MINUTES * 60)
        return response
    if len(written) > official.LONGEST_TEXT:
        return _page("public/check.html", entity, {"section": "check", "is_too_long": True}, UNPROCESSABLE)
    return _page("public/check.html", entity, {"section": "check", "written": written} | _answer(entity, written))


def _answer(entity: Entity, written: str) -> dict[str, object]:
    if official.is_link(written):
        address = written if "//" in written else f"https://{written}"
        match = official.post_at(entity, address)
        return {"is_link": True, "match": match, "profile": None if match else official.account_at(entity, address)}
    return {"match": official.post_with_text(entity, written)}


def _address(values: dict[str, str], page: int) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in values.items() if value} | {"pagina": str(page)})
    return f"?{query.urlencode()}"


def _json(body: dict[str, object], status: int = HTTPStatus.OK) -> JsonResponse:
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def _page(template: str, entity: Entity, context: dict[str, object], status: int = HTTPStatus.OK) -> HttpResponse:
    """Render a page without the request, as the others of the outside, with the entity's official accounts."""
    shared = {"entity": entity, "official": official.official_accounts(entity), "longest": official.LONGEST_TEXT}
    return HttpResponse(render_to_string(template, shared | context), status=status)
