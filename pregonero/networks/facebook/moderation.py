"""Hiding comments on a page, and reading whom it blocked (docs/networks/facebook.md)."""

from pregonero.networks.base import ApiCredentials, OperationKind
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph, is_gone
from pregonero.networks.facebook.network import CAPABILITIES, ENDPOINTS, ERRORS
from pregonero.networks.interactions import Author, InteractionKind
from pregonero.networks.moderation import RestrictionList, comment_gone, only_comments

MOST_PAGES = 50
EVERY_SECONDS = 3600


class FacebookModerator:
    """Hides a comment from everybody but its author and the author's friends."""

    hides_with = OperationKind.HIDE
    proposes_links = False

    def why_not(self, kind: InteractionKind, post_id: str) -> str:
        """Return why it cannot be hidden: only comments can."""
        return only_comments(kind, CAPABILITIES.label)

    def set_hidden(self, credentials: ApiCredentials, remote_id: str, *, hidden: bool) -> None:
        """Set `is_hidden` of a comment."""
        with mapped_errors(ERRORS, public=False):
            try:
                answer = Graph(credentials, ENDPOINTS).post(remote_id, is_hidden=hidden)
            except HttpError as refusal:
                if is_gone(refusal):
                    raise comment_gone(CAPABILITIES.label) from refusal
                raise
            if answer.get("success") is not True:
                raise ValueError("Facebook did not answer that the change succeeded")

    def is_hidden(self, credentials: ApiCredentials, remote_id: str) -> bool | None:
        """Read `is_hidden` of a comment."""
        with mapped_errors(ERRORS, public=False):
            try:
                return bool(Graph(credentials, ENDPOINTS).get(remote_id, "is_hidden")["is_hidden"])
            except HttpError as refusal:
                if is_gone(refusal):
                    raise comment_gone(CAPABILITIES.label) from refusal
                raise


class FacebookRestrictions:
    """Reads the people and pages that a page blocked."""

    lists: tuple[RestrictionList, ...] = (RestrictionList("BLOCK", "Personas bloqueadas", EVERY_SECONDS),)

    def people(self, credentials: ApiCredentials, kind: str) -> list[Author]:
        """Return everybody whom the page blocked."""
        with mapped_errors(ERRORS, public=False):
            pages = Graph(credentials, ENDPOINTS).pages(credentials.remote_id, "blocked", most=MOST_PAGES, limit=100)
            return [Author(str(person["id"]), name=str(person.get("name") or "")) for person in pages]
