"""Hiding what others wrote, reversibly, and reading whom an account blocked: the networks' protocols (N-3, ALL-1).

Nothing here deletes, rejects, blocks or mutes: those verbs do not exist in the system.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pregonero.networks.base import ApiCredentials, NetworkError, OperationKind, Permanent
from pregonero.networks.interactions import Author, InteractionKind

COMMENT_GONE = "comment_gone"
"""Code of the error for a comment that its author or the network removed."""
NOT_UNDER_OURS = "not_under_ours"
"""Code of the error for a comment that is not under a post of the account."""


class CommentModerator(Protocol):
    """How a network hides a comment under our posts and shows it again. Both are idempotent."""

    hides_with: OperationKind  # HIDE, or HOLD_FOR_REVIEW where that is its only reversible verb
    proposes_links: bool  # comments with links or hashtags are proposed for a decision (YT-4)

    def why_not(self, kind: InteractionKind, post_id: str) -> str:
        """Return in Spanish why the network cannot hide such a message; empty when it can."""
        ...

    def set_hidden(self, credentials: ApiCredentials, remote_id: str, *, hidden: bool) -> None:
        """Hide a comment or show it again. Raises `NetworkError`; after a lost answer it may be repeated."""
        ...

    def is_hidden(self, credentials: ApiCredentials, remote_id: str) -> bool | None:
        """Return whether the network hides a comment; None when it does not tell. Raises `NetworkError`."""
        ...


@dataclass(frozen=True)
class ManualSteps:
    """The page of the network and the steps there with which a person hides a message that no API can hide."""

    address: str
    steps: tuple[str, ...]


class ChatModeration(Protocol):
    """How a message in the chat of a live broadcast is hidden: by a person, where the network can undo it.

    `player_site` is the site of the frame that plays a broadcast, the only one that the page of its chat may show.
    """

    player_site: str

    def steps(self, post_id: str) -> ManualSteps:
        """Return what a person does about a message in the chat of a broadcast."""
        ...

    def player(self, post_id: str) -> str:
        """Return the address of the frame that plays a broadcast without the network's cookies."""
        ...


@dataclass(frozen=True)
class RestrictionList:
    """The people of one list of an account that must be empty: `kind` is BLOCK or MUTE."""

    kind: str
    label: str
    every_seconds: int  # between readings


class RestrictionReader(Protocol):
    """How the lists of blocked and muted people of an account are read."""

    lists: tuple[RestrictionList, ...]

    def people(self, credentials: ApiCredentials, kind: str) -> list[Author]:
        """Return everybody on a list. Raises `NetworkError`."""
        ...


class NetworkWordList(Protocol):
    """How the own list of blocked words of an account is read and replaced, where a network has one (FB-4)."""

    def joined(self, words: Sequence[str]) -> str:
        """Return the words as the network takes them. Raises `Permanent` when it would not take so many."""
        ...

    def read(self, credentials: ApiCredentials) -> list[str]:
        """Return the words of the list. Raises `NetworkError`."""
        ...

    def write(self, credentials: ApiCredentials, text: str) -> None:
        """Replace the list; after a lost answer it may be repeated. Raises `NetworkError`."""
        ...


def only_comments(kind: InteractionKind, label: str) -> str:
    """Return why a message that is not a comment cannot be hidden; empty for a comment."""
    if kind == InteractionKind.COMMENT:
        return ""
    if kind == InteractionKind.MESSAGE:
        return "Es un mensaje privado: solo lo ve la entidad, así que no hay nada que ocultar."
    return f"Está en una publicación de otra persona: {label} solo deja ocultar lo que está bajo las nuestras."


def comment_gone(label: str) -> Permanent:
    """Return the error for a comment that is no longer at its network."""
    return Permanent(f"El comentario ya no está en {label}: su autor o la red lo borró.", code=COMMENT_GONE)


def not_under_ours(label: str) -> Permanent:
    """Return the error for a comment that the account may not hide."""
    return Permanent(f"{label} solo deja ocultar lo que está bajo publicaciones de la cuenta.", code=NOT_UNDER_OURS)


def change_visibility(
    moderator: CommentModerator, credentials: ApiCredentials, remote_id: str, kind: OperationKind
) -> None:
    """Hide a comment or show it again; what the network refuses and already is as wanted counts as done."""
    hidden = kind != OperationKind.UNHIDE
    try:
        moderator.set_hidden(credentials, remote_id, hidden=hidden)
    except Permanent as refusal:
        if refusal.code == COMMENT_GONE or not _is_already(moderator, credentials, remote_id, hidden=hidden):
            raise


def _is_already(moderator: CommentModerator, credentials: ApiCredentials, remote_id: str, *, hidden: bool) -> bool:
    try:
        return moderator.is_hidden(credentials, remote_id) is hidden
    except NetworkError:
        return False  # the refusal says more than the failed reading
