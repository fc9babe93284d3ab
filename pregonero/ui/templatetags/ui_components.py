"""Filters and tags of the components: attributes, numbers as written in Colombia, and the side bar."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template.context import Context
from django.utils.safestring import SafeString

from pregonero.ui.navigation import Count, NavigationItem

register = template.Library()

KINDS = {"main": "main-act", "danger": "danger", "quiet": "quiet", "plain": ""}


@register.filter
def flat(attributes: Any) -> SafeString:
    """Return a component's remaining attributes as escaped HTML; cotton itself does not escape them."""
    rest: Mapping[str, Any] = attributes.attrs_dict()
    return flatatt({name: value for name, value in rest.items() if value not in (None, False)})


@register.filter
def button_class(kind: str) -> str:
    """Return the CSS class of a kind of button; raise KeyError for an unknown kind."""
    return KINDS[kind]


@register.filter
def unprompted(field: BoundField) -> SafeString:
    """Return a field's control without its placeholder, which would disappear on typing; the label stays."""
    return field.as_widget(attrs={"placeholder": False})


@register.filter
def number(value: int | float | Decimal, decimals: int = 0) -> str:
    """Return 1204 as "1.204" and, with two decimals, 41.6 as "41,60"."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


@register.filter
def passes(count: int | str | None, limit: int | str) -> bool:
    """Return whether a count exceeds its limit."""
    return int(count or 0) > int(limit)


@register.filter
def of_limit(count: int | str | None, limit: int | str) -> str:
    """Return "241 de 280", or with the excess "292 de 280: sobran 12"."""
    used, limit = int(count or 0), int(limit)
    text = f"{number(used)} de {number(limit)}"
    excess = used - limit
    if excess <= 0:
        return text
    return f"{text}: {'sobra' if excess == 1 else 'sobran'} {number(excess)}"


@register.inclusion_tag("ui/sections.html", takes_context=True)
def sections(context: Context) -> dict[str, Any]:
    """Render the side bar. The context can have `section_counts` (by section key) and `current_section`."""
    request = context.get("request")
    path = request.path if request else ""
    counts = context.get("section_counts") or {}
    current = context.get("current_section")
    return {"shown": [_section(item, path, current, counts.get(item.key)) for item in context["sections"]]}


def _section(item: NavigationItem, path: str, current: str | None, count: Any) -> dict[str, Any]:
    if not isinstance(count, Count):
        count = Count(str(count)) if count else Count("")
    return {
        "label": item.label,
        "path": item.path,
        "exact": path == item.path,
        "current": item.key == current if current else item.contains(path),
        "count": count.text,
        "urgent": count.urgent,
    }
