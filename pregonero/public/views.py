"""Pages that anybody reads without signing in: light, without cookies, and kept by caches for minutes."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from pregonero.moderation import figures, statements
from pregonero.moderation import queries as moderation
from pregonero.moderation.models import RulesVersion
from pregonero.people.models import Entity
from pregonero.people.queries import entity_by_slug

CACHE_SECONDS = 300


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the community rules in force (N-3)."""
    entity = entity_by_slug(slug)
    return _rules_page(entity, moderation.rules_in_force(entity))


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def rules_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show a version of the community rules that is or was in force: each hiding cites one."""
    entity = entity_by_slug(slug)
    return _rules_page(entity, moderation.published_version(entity, number=number))


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def moderation_figures(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the figures of moderation by month, network and category, with the open data (N-3)."""
    entity = entity_by_slug(slug)
    context = {
        "entity": entity,
        "section": "moderation",
        "figures": figures.figures_of(entity),
        "share": figures.criticism_share(entity),
    }
    return _page("public/moderation.html", context)


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def figures_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the figures of moderation as CSV."""
    text = figures.as_csv(figures.figures_of(entity_by_slug(slug)))
    headers = {"Content-Disposition": f'attachment; filename="cifras-{slug}.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def figures_json(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the figures of moderation as JSON, with the share of criticism among what was hidden (N-4)."""
    entity = entity_by_slug(slug)
    body = {
        "figures": [asdict(figure) for figure in figures.figures_of(entity)],
        "criticism": asdict(figures.criticism_share(entity)),
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def statements_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the statement of reasons of each comment out of sight, as CSV."""
    text = statements.as_csv(_statements(request, entity_by_slug(slug)))
    headers = {"Content-Disposition": f'attachment; filename="decisiones-{slug}.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


@login_not_required
@require_safe
@cache_control(public=True, max_age=CACHE_SECONDS)
def statements_json(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the statement of reasons of each comment out of sight, as JSON."""
    listed = list(_statements(request, entity_by_slug(slug)))
    return JsonResponse({"statements": listed}, json_dumps_params={"ensure_ascii": False})


def _statements(request: HttpRequest, entity: Entity) -> Iterator[dict[str, Any]]:
    address = request.build_absolute_uri(reverse("public:rules", args=[entity.slug]))
    return (statements.statement_of(one, rules_address=address) for one in statements.restrictions_of(entity))


def _rules_page(entity: Entity, version: RulesVersion | None) -> HttpResponse:
    context = {
        "entity": entity,
        "section": "rules",
        "version": version,
        "rules": moderation.rules_of(version) if version else [],
        "versions": moderation.published_versions(entity),
    }
    return _page("public/rules.html", context)


def _page(template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page without the request: who is signed in, or a token of a form, would make it private."""
    return HttpResponse(render_to_string(template, context))
