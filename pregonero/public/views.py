"""Pages that anybody reads without signing in: light, without cookies, and kept by caches for minutes."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

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


def _rules_page(entity: Entity, version: RulesVersion | None) -> HttpResponse:
    context = {
        "entity": entity,
        "version": version,
        "rules": moderation.rules_of(version) if version else [],
        "versions": moderation.published_versions(entity),
    }
    return _page("public/rules.html", context)


def _page(template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page without the request: who is signed in, or a token of a form, would make it private."""
    return HttpResponse(render_to_string(template, context))
