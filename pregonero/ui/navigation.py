"""The rooms that the side bar shows, in order. Counts come from whoever renders the page."""

from typing import Any

from django.http import HttpRequest

ROOMS = (
    ("hoy", "Hoy", "/"),
    ("noticias", "Noticias", "/noticias/"),
    ("parrilla", "Parrilla", "/parrilla/"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Add the rooms to every page's context."""
    return {"rooms": ROOMS}
