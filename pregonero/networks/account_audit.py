"""What a network tells about who administers an account and about its standing there (FB-1, FB-6)."""

from dataclasses import dataclass
from typing import Protocol

from pregonero.networks.base import ApiCredentials


@dataclass(frozen=True)
class Administrator:
    """Somebody who may change everything of an account at its network, by the network's own id."""

    remote_id: str
    name: str


@dataclass(frozen=True)
class Administrators:
    """Who administers an account, and the network's answer as JSON, which is the evidence."""

    people: tuple[Administrator, ...]
    answer: str


@dataclass(frozen=True)
class AccountStanding:
    """What a network holds against an account, in Spanish, and its answer as JSON; nothing when all is well."""

    problems: tuple[str, ...]
    answer: str


class AccountAuditor(Protocol):
    """How the administrators and the standing of an account are read, where a network tells them."""

    def administrators(self, credentials: ApiCredentials) -> Administrators:
        """Return who administers the account. Raises `NetworkError`, also when the answer has another shape."""
        ...

    def standing(self, credentials: ApiCredentials) -> AccountStanding:
        """Return what the network holds against the account. Raises `NetworkError`, as above."""
        ...
