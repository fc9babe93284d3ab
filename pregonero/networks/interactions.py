"""What people write to an account at its network, and the protocol by which each network's reader brings it (Q-1)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from pregonero.networks.base import ApiCredentials

Cursor = dict[str, Any]
"""JSON state of a stream: where its next reading continues. Empty before the first reading."""


class InteractionKind(StrEnum):
    """What a person wrote, and where."""

    COMMENT = "COMMENT"  # under a post of ours, or under another comment there
    MENTION = "MENTION"  # in a post of their own that names the account
    MESSAGE = "MESSAGE"  # private


@dataclass(frozen=True)
class Author:
    """Who wrote it, as the network names them. `handle` is empty where the network does not give one."""

    remote_id: str
    handle: str = ""
    name: str = ""


@dataclass(frozen=True)
class Interaction:
    """One thing that somebody wrote. Times are UTC.

    `parent_id` is the network's id of the post, comment or message that it answers, and `post_id` that of the post of
    ours at the top, when there is one. `thread_id` is the same for everything of one conversation.
    """

    remote_id: str
    kind: InteractionKind
    text: str
    author: Author
    written_at: datetime
    thread_id: str
    parent_id: str = ""
    post_id: str = ""
    url: str = ""
    is_ours: bool = False  # written by the account itself: context, never work
    why_assisted: str = ""  # Spanish: why a person answers it at the network; empty when the API takes it


@dataclass(frozen=True)
class Reading:
    """What one reading of a stream brought, and from where the next one continues.

    `has_more` says that the reading stopped at its limit: the next one is made at once.
    """

    interactions: tuple[Interaction, ...] = ()
    cursor: Cursor = field(default_factory=dict)
    has_more: bool = False


@dataclass(frozen=True)
class Stream:
    """One list that a network offers: its name, its Spanish label, and the seconds between readings."""

    name: str
    label: str
    every_seconds: int


class InteractionReader(Protocol):
    """How a network's interactions are read, without a public address of ours."""

    streams: tuple[Stream, ...]

    def read(self, credentials: ApiCredentials, stream: str, cursor: Cursor) -> Reading:
        """Read what is new in a stream. Reading again from an older cursor is harmless. Raises `NetworkError`."""
        ...
