"""The sections of the side bar, in order, and the signed-in person. Views supply the counts beside the sections."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pregonero.errors import Refused


@dataclass(frozen=True)
class NavigationItem:
    """A section of the side bar; `also` are further path prefixes of its pages."""

    key: str
    label: str
    path: str
    also: tuple[str, ...] = ()

    def contains(self, path: str) -> bool:
        """Return whether the page at a path belongs to this section."""
        return path == self.path or any(path.startswith(start) for start in (self.path, *self.also) if start != "/")


@dataclass(frozen=True)
class Count:
    """The text beside a section: a number, or something urgent such as "1 vencido"."""

    text: str
    urgent: bool = False


NAVIGATION = (
    NavigationItem("hoy", "Hoy", "/"),
    NavigationItem("noticias", "Noticias", "/noticias/"),
    NavigationItem("conversacion", "Conversación", "/conversacion/"),
    NavigationItem("parrilla", "Parrilla", "/parrilla/", also=("/pausa/",)),
    NavigationItem("publicaciones", "Publicaciones", "/publicaciones/", also=("/envios/",)),
    NavigationItem("estado", "Estado", "/estado/"),
    NavigationItem("cuentas", "Cuentas", "/cuentas/"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the sections, and the person, who is loaded only if the page shows them."""
    return {"sections": NAVIGATION, "person": SimpleLazyObject(lambda: _person(request))}


def _person(request: HttpRequest) -> Any:
    """Return the request's member, or None without a membership, so that the refusal page can be rendered."""
    try:
        member = getattr(request, "member", None)
        return member if member is None or member.pk else None
    except Refused:
        return None
