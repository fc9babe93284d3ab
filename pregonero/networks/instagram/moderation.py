"""Hiding comments under an Instagram account's media (docs/networks/instagram.md)."""

from pregonero.networks.base import ApiCredentials, OperationKind
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.graph import Graph, is_gone
from pregonero.networks.instagram.network import CAPABILITIES, ENDPOINTS, ERRORS
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.moderation import comment_gone, only_comments


class InstagramModerator:
    """Hides a comment from everybody but its author."""

    hides_with = OperationKind.HIDE
    proposes_links = False

    def why_not(self, kind: InteractionKind, post_id: str) -> str:
        """Return why it cannot be hidden: only comments can."""
        return only_comments(kind, CAPABILITIES.label)

    def set_hidden(self, credentials: ApiCredentials, remote_id: str, *, hidden: bool) -> None:
        """Set `hide` of a comment."""
        with mapped_errors(ERRORS, public=False):
            try:
                answer = Graph(credentials, ENDPOINTS).post(remote_id, hide=hidden)
            except HttpError as refusal:
                if is_gone(refusal):
                    raise comment_gone(CAPABILITIES.label) from refusal
                raise
            if answer.get("success") is not True:
                raise ValueError("Instagram did not answer that the change succeeded")

    def is_hidden(self, credentials: ApiCredentials, remote_id: str) -> bool | None:
        """Read `hidden` of a comment."""
        with mapped_errors(ERRORS, public=False):
            try:
                return bool(Graph(credentials, ENDPOINTS).get(remote_id, "hidden")["hidden"])
            except HttpError as refusal:
                if is_gone(refusal):
                    raise comment_gone(CAPABILITIES.label) from refusal
                raise
