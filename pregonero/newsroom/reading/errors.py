"""Why a page, a feed or a file of the web cannot be read, in Spanish for the person who administers the source.

Unreadable
├── Unreachable   no address, no connection, too slow, interrupted, or a 5xx status: it may work later
│   └── AskedToWait   the site says when it may be asked again
├── Missing       nothing is at that address any more: 404 or 410
├── NotPublic     the address, or one that it redirects to, is inside a private network
├── TooLarge      it has more bytes than the limit
└── Malformed     it arrived and is not what was expected
"""

from datetime import timedelta

from pregonero.ssrf import NotPublic, Unreachable, Unreadable

__all__ = ["AskedToWait", "Malformed", "Missing", "NotPublic", "TooLarge", "Unreachable", "Unreadable"]


class AskedToWait(Unreachable):
    """The site answered 429 or 5xx and said, in `Retry-After`, how long to wait."""

    def __init__(self, message: str, *, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class Missing(Unreadable):
    """Nothing is at that address any more: the site answered 404 or 410."""


class TooLarge(Unreadable):
    """It has more bytes than the limit."""


class Malformed(Unreadable):
    """It arrived and is not what was expected."""
