"""Hiding comments through Graph, on a page and on Instagram, and reading whom a page blocked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pregonero.networks.base import ApiCredentials, OperationKind
from pregonero.networks.client import Endpoint, HttpError
from pregonero.networks.error_mapping import ErrorTable, mapped_errors
from pregonero.networks.facebook.graph import Graph, is_gone
from pregonero.networks.facebook.network import ENDPOINTS, ERRORS
from pregonero.networks.interactions import Author, InteractionKind
from pregonero.networks.moderation import RestrictionList, comment_gone, only_comments

MOST_PAGES = 50
EVERY_SECONDS = 3600


@dataclass
class GraphModerator:
    """Hides a comment from everybody but its author and, on a page, the author's friends.

    `writes` is the field that hides it, `reads` the one that says whether it is hidden; `label` is the network.
    """

    label: str
    endpoints: tuple[Endpoint, ...]
    errors: ErrorTable
    writes: str
    reads: str
    hides_with: OperationKind = OperationKind.HIDE
    proposes_links: bool = False

    def why_not(self, kind: InteractionKind, post_id: str) -> str:
        """Return why it cannot be hidden: only comments can."""
        return only_comments(kind, self.label)

    def set_hidden(self, credentials: ApiCredentials, remote_id: str, *, hidden: bool) -> None:
        """Hide a comment or show it again."""
        fields: dict[str, Any] = {self.writes: hidden}
        with self._errors():
            answer = Graph(credentials, self.endpoints).post(remote_id, **fields)
            if answer.get("success") is not True:
                raise ValueError(f"{self.label} did not answer that the change succeeded")

    def is_hidden(self, credentials: ApiCredentials, remote_id: str) -> bool | None:
        """Read whether a comment is hidden."""
        with self._errors():
            return bool(Graph(credentials, self.endpoints).get(remote_id, self.reads)[self.reads])

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with mapped_errors(self.errors, public=False):
            try:
                yield
            except HttpError as refusal:
                if is_gone(refusal):
                    raise comment_gone(self.label) from refusal
                raise


class FacebookRestrictions:
    """Reads the people and pages that a page blocked."""

    lists: tuple[RestrictionList, ...] = (RestrictionList("BLOCK", "Personas bloqueadas", EVERY_SECONDS),)

    def people(self, credentials: ApiCredentials, kind: str) -> list[Author]:
        """Return everybody whom the page blocked."""
        with mapped_errors(ERRORS, public=False):
            pages = Graph(credentials, ENDPOINTS).pages(credentials.remote_id, "blocked", most=MOST_PAGES, limit=100)
            return [Author(str(person["id"]), name=str(person.get("name") or "")) for person in pages]
