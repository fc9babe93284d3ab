"""The sections of the side bar in their groups, ordered by role, and the signed-in person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject

from pregonero.errors import Refused


@dataclass(frozen=True)
class NavigationItem:
    """A section of the side bar; `also` are further path prefixes of its pages."""

    key: str
    label: str
    path: str
    icon: str
    also: tuple[str, ...] = ()

    def contains(self, path: str) -> bool:
        """Return whether the page at a path belongs to this section."""
        return path == self.path or any(path.startswith(start) for start in (self.path, *self.also) if start != "/")

    @property
    def is_built(self) -> bool:
        """Return whether its page exists; a section that is not built yet is left out."""
        try:
            resolve(self.path)
        except Resolver404:
            return False
        return True


@dataclass(frozen=True)
class NavigationGroup:
    """A heading of the side bar and its sections."""

    label: str
    items: tuple[NavigationItem, ...]


@dataclass(frozen=True)
class Count:
    """The number beside a section, and what it counts; `urgent` only for something that went wrong."""

    text: str
    urgent: bool = False
    label: str = "por atender"


NAVIGATION = (
    NavigationGroup("Trabajo", (
        NavigationItem("hoy", "Hoy", "/", "house"),
        NavigationItem("conversacion", "Conversación", "/conversacion/", "messages-square"),
        NavigationItem("noticias", "Noticias", "/noticias/", "newspaper"),
        NavigationItem("necesidades", "Necesidades", "/necesidades/", "inbox"),
        NavigationItem("piezas", "Piezas", "/piezas/", "images"),
        NavigationItem("parrilla", "Parrilla", "/parrilla/", "calendar-days", also=("/pausa/",)),
        NavigationItem("vivo", "En vivo", "/en-vivo/", "radio-tower"),
        NavigationItem("temas", "Temas", "/temas/", "trending-up"),
        NavigationItem("sinergias", "Sinergias", "/sinergias/", "handshake"),
        NavigationItem("moderacion", "Moderación", "/moderacion/", "eye-off"),
        NavigationItem("peticiones", "Peticiones", "/peticiones/", "file-text"),
    )),
    NavigationGroup("Memoria", (
        NavigationItem("campanas", "Campañas", "/campanas/", "flag"),
        NavigationItem(
            "publicaciones", "Publicaciones", "/publicaciones/", "library", also=("/envios/", "/rectificaciones/")
        ),
        NavigationItem("marca", "Manual de identidad", "/marca/", "book-open"),
        NavigationItem("actos", "Actos de otros", "/actos/", "signature"),
    )),
    NavigationGroup("Control", (
        NavigationItem("seguridad", "Seguridad", "/seguridad/", "shield-check"),
        NavigationItem("cuentas", "Cuentas", "/cuentas/", "at-sign"),
        NavigationItem("personas", "Personas", "/personas/", "users"),
        NavigationItem("registros", "Registros", "/registros/", "scroll-text", also=("/exportar/",)),
        NavigationItem("limites", "Límites y gasto", "/limites/", "gauge"),
        NavigationItem("estado", "Estado", "/estado/", "activity"),
    )),
)  # fmt: skip

ORDERS: dict[str, tuple[str, ...]] = {
    "CONTENT_MANAGER": ("hoy", "noticias", "publicaciones", "parrilla"),
    "PRODUCER": ("hoy", "piezas", "noticias", "parrilla"),
    "COMMUNITY_MANAGER": ("hoy", "conversacion", "parrilla", "moderacion", "noticias", "publicaciones"),
    "DIGITAL_STRATEGIST": ("hoy", "conversacion", "parrilla", "moderacion", "noticias", "publicaciones"),
    "ADVISER": ("hoy", "conversacion", "parrilla", "moderacion", "noticias", "publicaciones"),
    "COORDINATOR": (
        "hoy",
        "conversacion",
        "parrilla",
        "moderacion",
        "noticias",
        "publicaciones",
        "seguridad",
        "cuentas",
        "personas",
        "limites",
        "estado",
    ),
    "CITIZEN_RELATIONS": ("hoy", "peticiones", "conversacion", "noticias", "parrilla"),
    "SYSTEMS_OFFICE": ("hoy", "estado", "seguridad", "cuentas", "limites"),
    "AUDITOR": (
        "hoy",
        "publicaciones",
        "conversacion",
        "moderacion",
        "peticiones",
        "registros",
        "seguridad",
        "estado",
        "cuentas",
    ),
    "MINISTER_OFFICE": ("actos",),
    "PRESS_OFFICE": ("actos",),
}
"""By role, the sections in the order of that work; those that it does not name come after them."""
OUTSIDE = frozenset({"MINISTER_OFFICE", "PRESS_OFFICE"})
"""Roles of offices outside the Group, which see no other section than those of their order."""
ON_A_PHONE = 3
"""How many sections fit in the bar of a phone, beside the menu to create something and the page with the rest."""


def groups_for(roles: Iterable[str]) -> list[NavigationGroup]:
    """Return the groups that have a page, each in the order of the roles: the first of each one come first."""
    shown = tuple(roles)
    position, hides_others = _positions(shown), bool(shown) and OUTSIDE.issuperset(shown)
    groups = [
        NavigationGroup(
            group.label,
            _built([item for item in group.items if item.key in position or not hides_others], position),
        )
        for group in NAVIGATION
    ]
    return [group for group in groups if group.items]


def phone_items_for(roles: Iterable[str]) -> tuple[NavigationItem, ...]:
    """Return the first sections of the roles, for the bar of a phone."""
    shown = tuple(roles)
    items = [item for group in groups_for(shown) for item in group.items]
    return _built(items, _positions(shown))[:ON_A_PHONE]


def _positions(roles: Iterable[str]) -> dict[str, int]:
    orders = [ORDERS[role] for role in roles if role in ORDERS]
    merged = dict.fromkeys(key for level in zip_longest(*orders) for key in level if key)
    return {key: place for place, key in enumerate(merged)}


def _built(items: Iterable[NavigationItem], positions: Mapping[str, int]) -> tuple[NavigationItem, ...]:
    """Return the sections whose page exists, by position; those without a position keep their order at the end."""
    return tuple(sorted((item for item in items if item.is_built), key=lambda item: positions.get(item.key, 99)))


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the person, who is loaded only if the page shows them."""
    return {"person": SimpleLazyObject(lambda: member_of(request))}


def member_of(request: HttpRequest) -> Any:
    """Return the request's member, or None without a membership, so that the refusal page can be rendered."""
    try:
        member = getattr(request, "member", None)
        return member if member is None or member.pk else None
    except Refused:
        return None


def shown_count(counts: Mapping[str, Any], key: str) -> Count:
    """Return the count of a section from a mapping of numbers or `Count`s."""
    count = counts.get(key)
    if isinstance(count, Count):
        return count
    return Count(str(count)) if count else Count("")
