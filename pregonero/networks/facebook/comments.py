"""Facebook's first comment: the link of its post. It has no key and nothing to change: after a cut, it is looked for.

The comments of the post are read, and ours is the page's own with these words that no other delivery made. One that
is not there after the last look may still be taken: Facebook may be late with a call that we hung up on, and it would
take a second one with the same words. Only a person can tell.
"""

from typing import Any

from pregonero.networks.base import ApiCredentials, AttemptWindow, Finding, NetworkError, Post, Published, Verdict
from pregonero.networks.error_mapping import mapped_errors
from pregonero.networks.facebook.capabilities import CAPABILITIES, COMMENT_WAITS
from pregonero.networks.facebook.endpoints import ENDPOINTS
from pregonero.networks.facebook.errors import ERRORS
from pregonero.networks.facebook.graph import Graph, briefly

PUBLIC_ADDRESS = "https://www.facebook.com/"


def write(access: ApiCredentials, post: Post) -> Published:
    """Write the comment, in one call."""
    with mapped_errors(ERRORS, public=True):
        id = str(Graph(access, ENDPOINTS).post(post.reply_to, "comments", message=post.text)["id"])
    return Published(id, _address(access, id))


def look_for(access: ApiCredentials, post: Post, attempt: AttemptWindow) -> Finding:
    """Look for the comment among those of its post; several of ours at once is one that went out before."""
    with mapped_errors(ERRORS, public=False):
        found = Graph(access, ENDPOINTS).list(
            post.reply_to, "comments", fields="id,message,from,permalink_url", filter="stream",
            order="reverse_chronological", limit=CAPABILITIES.limits["comments_read"].value,
        )  # fmt: skip
        ours = [each for each in found if _is_ours(access, post, each) and str(each["id"]) not in attempt.known]
    if ours:
        return Finding(Verdict.PUBLISHED, published=_published(ours[-1]))
    if attempt.checks_made < len(COMMENT_WAITS):
        return Finding(Verdict.LOOK_AGAIN, look_again_seconds=COMMENT_WAITS[attempt.checks_made])
    return Finding(Verdict.UNKNOWABLE)


def _is_ours(access: ApiCredentials, post: Post, found: dict[str, Any]) -> bool:
    author = found.get("from") or {}
    return str(author.get("id")) == access.remote_id and str(found.get("message") or "").strip() == post.text.strip()


def _address(access: ApiCredentials, id: str) -> str:
    """Return where the comment is read; failing to read it cannot undo that it is public."""
    try:
        with mapped_errors(ERRORS, public=False):
            return _published(Graph(briefly(access), ENDPOINTS).get(id, "permalink_url")).url
    except NetworkError:
        return PUBLIC_ADDRESS + id


def _published(found: dict[str, Any]) -> Published:
    id = str(found["id"])
    return Published(id, str(found.get("permalink_url") or PUBLIC_ADDRESS + id))
