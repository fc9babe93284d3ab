"""Expected errors: what a person must correct (`Issue`) and acts that are refused (`Refused`).

Any other exception is a bug.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY  # of a page whose form came back with what to correct


@dataclass(frozen=True)
class Issue:
    """Something that a person must correct: the field, a stable key, and a sentence in Spanish."""

    field: str
    key: str
    text: str


class Refused(Exception):
    """An act was refused. It has a stable `code`, a sentence in Spanish for the person, and data."""

    code = "refused"

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class NotAllowed(Refused):
    """The member's roles do not have the permission."""

    code = "not_allowed"


class WrongState(Refused):
    """The object is not in a state that allows the act."""

    code = "wrong_state"


class Conflict(Refused):
    """The object was changed by somebody else meanwhile, or it already exists."""

    code = "conflict"


class NotFound(Refused):
    """The object does not exist or the member may not see it; both give the same answer."""

    code = "not_found"

    def __init__(self, message: str = "No encontramos lo que buscas.", **data: Any) -> None:
        super().__init__(message, **data)


class NotReady(Refused):
    """The object has issues that a person must correct first."""

    code = "not_ready"

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__(" ".join(issue.text for issue in self.issues))
