"""The two kinds of "no": what a person must fix (`Issue`) and what is refused (`Refused`).

Anything else that is raised is a bug and surfaces as one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Issue:
    """Something to fix before going on: `field` it belongs to, stable `key`, Spanish `text`."""

    field: str
    key: str
    text: str


class Refused(Exception):
    """An expected "no": a stable `code`, a Spanish sentence a person can act on, and its data."""

    code = "refused"

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class NotAllowed(Refused):
    """The person's roles do not include the act."""

    code = "not_allowed"


class WrongState(Refused):
    """The thing is not in a state that allows the act."""

    code = "wrong_state"


class Conflict(Refused):
    """Somebody else got there first, or the same thing already exists."""

    code = "conflict"


class NotFound(Refused):
    """Missing and forbidden look the same from outside."""

    code = "not_found"

    def __init__(self, message: str = "No encontramos lo que buscas.", **data: Any) -> None:
        super().__init__(message, **data)


class NotReady(Refused):
    """The thing has issues to fix first; `issues` lists them all."""

    code = "not_ready"

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__(" ".join(issue.text for issue in self.issues))
