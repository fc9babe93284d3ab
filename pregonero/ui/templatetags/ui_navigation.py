"""The side bar's rooms, with the current one marked and the counts that the view gave."""

from typing import Any

from django import template
from django.template.context import Context

from pregonero.ui.navigation import Count, NavigationItem

register = template.Library()


@register.inclusion_tag("ui/rooms.html", takes_context=True)
def rooms(context: Context) -> dict[str, Any]:
    """Show the rooms. `room_counts` (room key to number or `Count`) and `current_room` may stand in the context."""
    request = context.get("request")
    counts = context.get("room_counts") or {}
    return {"shown": [_shown(room, request.path if request else "", context, counts) for room in context["rooms"]]}


def _shown(room: NavigationItem, path: str, context: Context, counts: dict[str, Any]) -> dict[str, Any]:
    count = counts.get(room.key)
    if not isinstance(count, Count):
        count = Count(str(count)) if count else Count("")
    chosen = context.get("current_room")
    return {
        "label": room.label,
        "path": room.path,
        "exact": path == room.path,
        "current": room.key == chosen if chosen else room.holds(path),
        "count": count.text,
        "urgent": count.urgent,
    }
