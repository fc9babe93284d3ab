"""Find our own comments and replies again by their text, at networks that have no idempotency key for them."""

from collections.abc import Iterable

from pregonero.networks.base import AttemptWindow, Finding, Published, Verdict

# Seconds between the searches for a comment whose answer was lost; after the last one, a person decides. The last wait
# is long on purpose: the network may take the call late.
COMMENT_WAITS = (3.0, 10.0, 30.0, 120.0)


def find_own_comment(ours: Iterable[tuple[str, Published]], text: str, attempt: AttemptWindow) -> Finding:
    """Search what the account wrote, newest first, for a comment with this text that belongs to no other delivery.

    `ours` pairs the text of each comment with the comment. A comment that is missing after the last search may still
    appear, because a network may take a call late: then a person decides. If several match, the oldest is returned.
    """
    found = [
        published
        for written, published in ours
        if written.strip() == text.strip() and published.remote_id not in attempt.known
    ]
    if found:
        return Finding(Verdict.PUBLISHED, published=found[-1])
    if attempt.checks_made < len(COMMENT_WAITS):
        return Finding(Verdict.LOOK_AGAIN, look_again_seconds=COMMENT_WAITS[attempt.checks_made])
    return Finding(Verdict.UNKNOWABLE)
