"""Filters and tags of the components: attributes, numbers as written in Colombia, and the side bar."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pregonero.ui import undo
from pregonero.ui.icons import ICONS, MARK_ICONS, MARKS, STATE_ICONS
from pregonero.ui.navigation import NavigationGroup, NavigationItem, groups_for, phone_items_for, shown_count

register = template.Library()
register.filter("undo_address", undo.undo_address)

KINDS = {"main": "main-act", "danger": "danger", "quiet": "quiet", "plain": ""}
SIZES = {"": "", "small": " small"}
SPRITE = "ui/icons.svg"
UNMARKED = "radio-tower"
# The side of an icon ("i") or a mark ("n") in pixels, by its size.
DRAWN = {("i", ""): 18, ("i", "small"): 14, ("i", "large"): 28, ("n", ""): 16, ("n", "small"): 14, ("n", "large"): 20}


@register.filter
def flat(attributes: Any) -> SafeString:
    """Return a component's remaining attributes as escaped HTML; cotton itself does not escape them."""
    rest: Mapping[str, Any] = attributes.attrs_dict()
    return flatatt({name: value for name, value in rest.items() if value not in (None, False)})


@register.filter
def button_class(kind: str, size: str = "") -> str:
    """Return the CSS classes of a kind of button and a size; raise KeyError for an unknown one."""
    return KINDS[kind] + SIZES[size]


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """Return an icon of 18 px, or of 14 ("small") or 28 ("large"); without a label it is hidden from screen readers.

    Raise KeyError for an icon that the sprite lacks: `pregonero/ui/icons.py` lists them.
    """
    if name not in ICONS:
        raise KeyError(name)
    return _drawing("i", f"icon-{name}", size, label)


@register.simple_tag
def mark(network: str, size: str = "", label: str = "") -> SafeString:
    """Return the mark of a network: 16 px, or 14 ("small") or 20 ("large"); an icon for a network without one."""
    if network not in MARKS:
        return icon(UNMARKED, "small", label)
    return _drawing("n", f"mark-{network}", size, label)


def _drawing(kind: str, symbol: str, size: str, label: str) -> SafeString:
    aria = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="{}" width="{}" height="{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        f"{kind} {size}".strip(),
        DRAWN[kind, size],
        DRAWN[kind, size],
        aria,
        static(SPRITE),
        symbol,
    )


@register.filter
def state_icon(state: str) -> str:
    """Return the name of the icon of a chip's or a notice's state."""
    return STATE_ICONS[state]


@register.filter
def mark_icon(state: str) -> str:
    """Return the name of the icon in the corner of a network's mark."""
    return MARK_ICONS[state]


@register.filter
def initials(name: str) -> str:
    """Return the initials of a name, at most two: "AR" for "Ana Rojas"."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0].upper() for word in words[:2])


@register.filter
def unprompted(field: BoundField) -> SafeString:
    """Return a field's control without its placeholder, which would disappear on typing; the label stays.

    The first field with an error has the focus when the page opens, so that its error is the first thing to be heard.
    """
    return field.as_widget(attrs={"placeholder": False, "autofocus": _is_first_error(field)})


def _is_first_error(field: BoundField) -> bool:
    if not field.errors or field.form.non_field_errors():
        return False
    return field.name == next(visible.name for visible in field.form.visible_fields() if visible.errors)


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
    """Render the side bar's groups, in the order of the person's role.

    The context can have `section_counts` (by section key), which replace those of `frame`, and `current_section`.
    """
    shown = [{"label": group.label, "items": _items(context, group.items)} for group in _groups(context)]
    return {"groups": shown}


@register.inclusion_tag("ui/bottom.html", takes_context=True)
def phone_sections(context: Context) -> dict[str, Any]:
    """Render the bar of a phone: two sections, the menu to create, a third section, and the page with the rest."""
    shown = _items(context, phone_items_for(_roles(context)))
    path = context["request"].path if context.get("request") else ""
    return {"first": shown[:2], "rest": shown[2:], "frame": context.get("frame"), "path": path}


def _groups(context: Context) -> list[NavigationGroup]:
    return groups_for(_roles(context))


def _roles(context: Context) -> tuple[str, ...]:
    """Return the person's own roles, and after them those of the absences that they cover today."""
    person = context.get("person")
    if not person:
        return ()
    return (*person.roles, *sorted(person.roles_on(timezone.localdate()).difference(person.roles)))


def _items(context: Context, items: Iterable[NavigationItem]) -> list[dict[str, Any]]:
    request, frame = context.get("request"), context.get("frame")
    path = request.path if request else ""
    counts = {**(frame.counts if frame else {}), **(context.get("section_counts") or {})}
    current = context.get("current_section")
    return [
        {
            "label": item.label,
            "path": item.path,
            "icon": item.icon,
            "exact": path == item.path,
            "current": item.key == current if current else item.contains(path),
            "count": shown_count(counts, item.key),
        }
        for item in items
    ]
