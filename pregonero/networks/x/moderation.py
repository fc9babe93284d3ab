"""Hiding replies in conversations of ours on X, and reading whom the account blocked or muted (docs/networks/x.md).

X does not tell whether a reply is hidden: it only answers the change itself.
"""

from http import HTTPStatus
from typing import Any

from pregonero.networks.base import ApiCredentials, OperationKind
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.interactions import Author, InteractionKind
from pregonero.networks.moderation import RestrictionList, comment_gone, not_under_ours, only_comments
from pregonero.networks.x.client import x_client
from pregonero.networks.x.network import CAPABILITIES, ERRORS

NOT_FOUND = "/resource-not-found"
EVERY_SECONDS = 300  # an empty list costs nothing, and X allows 15 readings in 15 minutes
MOST_PAGES = 10  # of a list: what X gives in its window of 15 minutes


class XModerator:
    """Hides a reply behind one more click, in conversations that the account began."""

    hides_with = OperationKind.HIDE
    proposes_links = False

    def why_not(self, kind: InteractionKind, post_id: str) -> str:
        """Return why it cannot be hidden: only replies in our own conversations can."""
        return only_comments(kind, CAPABILITIES.label)

    def set_hidden(self, credentials: ApiCredentials, remote_id: str, *, hidden: bool) -> None:
        """Hide a reply or show it again."""
        with mapped_errors(ERRORS, public=False):
            try:
                answer = x_client(credentials).posts.hide_reply(remote_id, {"hidden": hidden})
            except HttpError as refusal:
                if refusal.status == HTTPStatus.NOT_FOUND:
                    raise comment_gone(CAPABILITIES.label) from refusal
                if ERRORS.meaning(refusal)[0] == str(int(HTTPStatus.FORBIDDEN)):
                    raise not_under_ours(CAPABILITIES.label) from refusal
                raise
            if answer.data is None and _names_missing_post(answer):
                raise comment_gone(CAPABILITIES.label)
            if answer.data is None or answer.data.hidden is not hidden:
                raise ValueError("X did not answer that the change succeeded")

    def is_hidden(self, credentials: ApiCredentials, remote_id: str) -> bool | None:
        """Return None: no field of X tells it."""
        return None


def _names_missing_post(answer: Any) -> bool:
    """Return whether X answered, with status 200, that the post is not there."""
    errors = answer.model_dump().get("errors") or []
    return any(str(error.get("type") or "").endswith(NOT_FOUND) for error in errors)


class XRestrictions:
    """Reads the people that an account blocked or muted."""

    lists: tuple[RestrictionList, ...] = (
        RestrictionList("BLOCK", "Personas bloqueadas", EVERY_SECONDS),
        RestrictionList("MUTE", "Personas silenciadas", EVERY_SECONDS),
    )

    def people(self, credentials: ApiCredentials, kind: str) -> list[Author]:
        """Return everybody on a list."""
        with mapped_errors(ERRORS, public=False):
            users = x_client(credentials).users
            read = users.get_blocking if kind == "BLOCK" else users.get_muting
            pages = read(credentials.remote_id, max_results=1000)
            found = [page.model_dump(by_alias=True) for _, page in zip(range(MOST_PAGES), pages, strict=False)]
        return [
            Author(str(user["id"]), str(user.get("username") or ""), str(user.get("name") or ""))
            for page in found
            for user in page.get("data") or []
        ]
