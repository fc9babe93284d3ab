"""A row of the table of addresses, and the roles and statuses that rows name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from pregonero.people.roles import COORDINATOR, EVERYBODY, GROUP_HEADS, NETWORKS_PEOPLE, Role
from tests.attack.conftest import Stage

ALL = frozenset(Role)  # also people of offices outside the Group
NETWORKS_AND_HEADS = NETWORKS_PEOPLE | GROUP_HEADS
CITIZENS = frozenset({Role.CITIZEN_RELATIONS})
CONTENT = frozenset({Role.CONTENT_MANAGER})
STRATEGIST = frozenset({Role.DIGITAL_STRATEGIST})  # the recipient of the notice
SOURCES = COORDINATOR | {Role.CONTENT_MANAGER, Role.SYSTEMS_OFFICE}
MANAGE = COORDINATOR | {Role.SYSTEMS_OFFICE}
OK, FOUND, REFUSED, MISSING, UNSIGNED, INVALID, CONFLICT = 200, 302, 403, 404, 401, 422, 409


@dataclass(frozen=True)
class Row:
    """An address and method, the roles that may use it, and the status for the first of them and for others."""

    name: str
    method: str = "GET"
    arguments: Callable[[Stage], list[Any]] = lambda _: []
    data: Callable[[Stage], dict[str, Any]] = lambda _: {}
    roles: frozenset[Role] = EVERYBODY
    status: int = OK
    refused: int = REFUSED
    outside: int = MISSING  # status for a member of another entity with every role
    both: bool = field(default=False)  # the address accepts GET and POST
    also: frozenset[str] = frozenset()  # other methods that it accepts

    def path(self, stage: Stage) -> str:
        return reverse(self.name, args=self.arguments(stage))

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def of(name: str) -> Callable[[Stage], list[Any]]:
    return lambda stage: [getattr(stage, name).pk]


def planned_campaign(_: Stage) -> dict[str, str]:
    return {"name": "Café", "purpose": "Que lo prueben.", "starts_on": "2026-12-01", "ends_on": "2026-12-24"}


def reason(_: Stage) -> dict[str, str]:
    return {"reason": "Porque sí"}
