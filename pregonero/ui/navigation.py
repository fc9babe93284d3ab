"""The rooms that the side bar shows, in order, and who is signed in. Counts come from whoever renders the page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pregonero.errors import Refused


@dataclass(frozen=True)
class NavigationItem:
    """A place of the side bar; `also` are the paths of its inner pages."""

    key: str
    label: str
    path: str
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Return whether a page belongs to this room."""
        return path == self.path or any(path.startswith(start) for start in (self.path, *self.also) if start != "/")


@dataclass(frozen=True)
class Count:
    """What stands beside a room: "14", or something that can't wait: "1 vencido"."""

    text: str
    urgent: bool = False


# A new room is a line here.
NAVIGATION = (
    NavigationItem("hoy", "Hoy", "/"),
    NavigationItem("noticias", "Noticias", "/noticias/"),
    NavigationItem("parrilla", "Parrilla", "/parrilla/", also=("/publicaciones/", "/envios/", "/pausa/")),
    NavigationItem("estado", "Estado", "/estado/"),
    NavigationItem("cuentas", "Cuentas", "/cuentas/"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Add the rooms to every page's context, and the person, looked up only when the page shows it."""
    return {"rooms": NAVIGATION, "person": SimpleLazyObject(lambda: _person(request))}


def _person(request: HttpRequest) -> Any:
    """Return the membership that the request acts under; None where there is none, so that a refusal can be shown."""
    try:
        member = getattr(request, "member", None)
        return member if member is None or member.pk else None
    except Refused:
        return None
