"""What a network sends over a connection that stays open, and needs no public address of ours (Q-1).

It only arrives earlier than by polling, which goes on: what the connection loses, the next reading brings.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from pregonero.http_client import OpenResponse
from pregonero.networks.base import ApiCredentials, NetworkError
from pregonero.networks.interactions import Interaction


@dataclass(frozen=True)
class LiveAccess:
    """What the application needs for the network's persistent stream: its own token, and the minutes sent again."""

    token: str = field(default="", repr=False)
    backfill_minutes: int = 0


class LiveStream(Protocol):
    """A network's persistent stream. `credentials` are those of the application; `accounts`, of what it follows."""

    silence_seconds: float  # longer than this without a line, the connection is lost

    def set_rules(self, credentials: ApiCredentials, accounts: Sequence[ApiCredentials]) -> None:
        """Make the network send what people write to these accounts, and to no other. Raises `NetworkError`."""
        ...

    def connect(self, credentials: ApiCredentials, backfill_minutes: int) -> AbstractContextManager[OpenResponse]:
        """Open the connection. `backfill_minutes` asks again for what came before it, where the network offers it."""
        ...

    def read_line(
        self, line: bytes, accounts: Mapping[str, ApiCredentials]
    ) -> Iterator[tuple[ApiCredentials, Interaction]]:
        """Yield the interactions of a line, with the account of each. Raises `NetworkError` when the line ends it."""
        ...

    def seconds_to_wait(self, error: NetworkError, failures: int) -> float:
        """Return how long to wait before connecting again, after so many failures in a row."""
        ...
