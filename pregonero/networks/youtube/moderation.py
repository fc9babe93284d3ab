"""Holding comments for review on YouTube, its only reversible verb: `rejected` cannot be undone and is never sent."""

from typing import Any

from pregonero.networks.base import ApiCredentials, OperationKind, Transient
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.moderation import comment_gone, not_under_ours, only_comments
from pregonero.networks.youtube.client import Http, service
from pregonero.networks.youtube.network import CAPABILITIES, ERRORS

HELD, PUBLISHED = "heldForReview", "published"
GONE = ("commentNotFound", "processingFailure")  # YouTube gives the second for a comment that its author deleted
HELD_PAGES = 10


class YouTubeModerator:
    """Holds a comment for review, and publishes it again."""

    hides_with = OperationKind.HOLD_FOR_REVIEW
    proposes_links = True

    def why_not(self, kind: InteractionKind, post_id: str) -> str:
        """Return why it cannot be held: only comments can."""
        return only_comments(kind, CAPABILITIES.label)

    def set_hidden(self, credentials: ApiCredentials, remote_id: str, *, hidden: bool) -> None:
        """Set the moderation status of a comment."""
        status = HELD if hidden else PUBLISHED
        call = service(credentials).comments().setModerationStatus(id=remote_id, moderationStatus=status)
        with mapped_errors(ERRORS, public=False):
            try:
                call.execute(http=Http(credentials))
            except HttpError as refusal:
                raise _meaning(credentials, remote_id, refusal) from refusal

    def is_hidden(self, credentials: ApiCredentials, remote_id: str) -> bool | None:
        """Return whether a comment is on the channel's list of those held for review; None for a reply.

        YouTube lists the first comments of threads only, and does not tell the status of a comment by its id.
        """
        if "." in remote_id:  # a reply: its id begins with that of the comment above it
            return None
        with mapped_errors(ERRORS, public=False):
            return remote_id in _held_threads(credentials)


def _held_threads(credentials: ApiCredentials) -> set[str]:
    found, token = set[str](), ""
    for _ in range(HELD_PAGES):
        listed: dict[str, Any] = (
            service(credentials)
            .commentThreads()
            .list(
                part="id",
                allThreadsRelatedToChannelId=credentials.remote_id,
                moderationStatus=HELD,
                maxResults=100,
                pageToken=token or None,
            )
            .execute(http=Http(credentials))
        )
        found |= {str(thread["id"]) for thread in listed.get("items") or []}
        token = str(listed.get("nextPageToken") or "")
        if not token:
            break
    return found


def _meaning(credentials: ApiCredentials, remote_id: str, refusal: HttpError) -> Exception:
    """Return what a refusal of the change means for the comment."""
    keys = ERRORS.keys(refusal)
    if "forbidden" in keys:
        return not_under_ours(CAPABILITIES.label)
    if not set(GONE).intersection(keys):
        return refusal
    listed = service(credentials).comments().list(part="id", id=remote_id).execute(http=Http(credentials))
    if listed.get("items"):
        return Transient("YouTube no pudo hacerlo ahora, de paso.", code="processingFailure", retry_after=60)
    return comment_gone(CAPABILITIES.label)
