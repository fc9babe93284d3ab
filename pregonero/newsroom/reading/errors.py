"""Why something of the outside could not be read, in words for whoever administers the source.

Unreadable
├── Unreachable   no name, no connection, too slow, cut, 5xx: it may work later
├── NotPublic     the address, or one it redirects to, is inside a private network
├── TooLarge      more bytes, pixels or seconds than we take
└── Malformed     it came, and is not what it should be
"""

from pregonero.ssrf import NotPublic, Unreachable, Unreadable

__all__ = ["Malformed", "NotPublic", "TooLarge", "Unreachable", "Unreadable"]


class TooLarge(Unreadable):
    """It is larger than what we take."""


class Malformed(Unreadable):
    """It answered, and what came is not what it should be."""
