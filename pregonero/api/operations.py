"""What every operation declares: its scope, its answers, and its words in the documentation."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from pregonero.errors import NotAllowed
from pregonero.people.models import ApiToken
from pregonero.people.security.scopes import SCOPES

OK, CREATED = 200, 201


class Token(HttpBearer):
    """A token that has one scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """Return the token that passed the gate. Raises `NotAllowed` without the scope."""
        api_token: ApiToken = request.token  # type: ignore[attr-defined]
        if self.scope not in api_token.scopes:
            raise NotAllowed(f"Ese token no sirve para esto: haz uno para «{SCOPES[self.scope]}».")
        return api_token


def reading(scope: str, answer: Any, summary: str) -> dict[str, Any]:
    """Return the arguments of an operation that reads."""
    return _operation(scope, {OK: answer}, summary)


def writing(scope: str, answer: Any, summary: str, *, status: int = OK) -> dict[str, Any]:
    """Return the arguments of an operation that writes; `status` is `CREATED` for what makes something new."""
    return _operation(scope, {status: answer}, summary)


def _operation(scope: str, answers: dict[int, Any], summary: str) -> dict[str, Any]:
    return {
        "auth": Token(scope),
        "response": answers,
        "summary": summary,
        "description": f"Pide un token para «{SCOPES[scope]}» (`{scope}`).",
    }
