"""What people write to an account at its network, and the protocol of the readers that bring it (Q-1)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, Protocol

import structlog

from pregonero.networks.base import ApiCredentials

P = ParamSpec("P")
log = structlog.get_logger(__name__)
Cursor = dict[str, Any]
"""JSON state of a stream: where its next reading continues. Empty before the first reading."""


class InteractionKind(StrEnum):
    """What a person wrote, and where."""

    COMMENT = "COMMENT"  # under a post of ours, or under another comment there
    MENTION = "MENTION"  # in a post of their own that names the account
    MESSAGE = "MESSAGE"  # private
    CHAT = "CHAT"  # in the chat of a live broadcast of ours, which is read beside it


@dataclass(frozen=True)
class Author:
    """The author of an interaction, as the network names them. `handle` is empty where the network gives none."""

    remote_id: str
    handle: str = ""
    name: str = ""


@dataclass(frozen=True)
class Interaction:
    """One comment, mention or message. Times are UTC.

    `parent_id` is the network's id of the post, comment or message that it replies to. `post_id` is the id of our post
    above it, if there is one. All the interactions of one conversation have the same `thread_id`.
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
    is_ours: bool = False  # written by the account itself: shown for context, needs no answer
    why_assisted: str = ""  # Spanish: why a person answers it at the network; empty when the API takes it


NOT_UNDERSTOOD = Interaction(
    remote_id="",
    kind=InteractionKind.COMMENT,
    text="",
    author=Author(""),
    written_at=datetime.min.replace(tzinfo=UTC),
    thread_id="",
)
"""In the place of one whose shape is not understood, so that it does not stop those behind it; it is counted."""


def or_not_understood(convert: Callable[P, Interaction]) -> Callable[P, Interaction]:
    """Make a conversion of what a network sent return `NOT_UNDERSTOOD` for a shape that it does not know."""

    @wraps(convert)
    def converted(*args: P.args, **kwargs: P.kwargs) -> Interaction:
        try:
            return convert(*args, **kwargs)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            log.warning("interaction.not_understood", reader=convert.__module__, error=type(error).__name__)
            return NOT_UNDERSTOOD

    return converted


@dataclass(frozen=True)
class Reading:
    """The interactions that one reading of a stream returned, and the cursor of the next reading.

    `has_more` says that the reading stopped at its limit, so that the next one is made at once. `wait_seconds` is when
    the network wants the next one, where it says so. `removed` are the ids of what its authors removed, `taken_down`
    those of what somebody who moderates there removed.
    """

    interactions: tuple[Interaction, ...] = ()
    cursor: Cursor = field(default_factory=dict)
    has_more: bool = False
    wait_seconds: float | None = None
    removed: tuple[str, ...] = ()
    taken_down: tuple[str, ...] = ()


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
