"""What an area asks, for tests."""

from typing import Any

from pregonero.newsroom.need_models import NeedKind
from pregonero.newsroom.needs.actions import NeedRequest


def asked(**changes: Any) -> NeedRequest:
    """Return the request of an area, with some changes."""
    values: dict[str, Any] = {
        "kind": NeedKind.ACHIEVEMENT,
        "title": "Más hoteles pequeños con crédito",
        "what": "412 hoteles de menos de 20 habitaciones recibieron crédito en 2026.",
        "why": "Quien tiene un hotel pequeño puede pedirlo también.",
        "audience": "Dueños de hoteles pequeños",
        "wanted_on": None,
        "area": "Viceministerio de Turismo",
        "contact_name": "Elena Paz",
        "contact": "epaz@mincit.example",
    }
    return NeedRequest(**values | changes)
