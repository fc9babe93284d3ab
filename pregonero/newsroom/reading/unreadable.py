"""Why something of the outside could not be read, in words for whoever administers the source.

Unreadable
├── Unreachable   no name, no connection, too slow, cut, 5xx: it may work later
├── NotPublic     the address, or one it redirects to, is inside a private network
├── TooLarge      more bytes, pixels or seconds than we take
└── Malformed     it came, and is not what it should be
"""

from pregonero.errors import Refused


class Unreadable(Refused):
    """The outside could not be read; the sentence says why and what to do."""

    code = "unreadable"


class Unreachable(Unreadable):
    """It did not answer, or not in time: trying again later may work."""


class NotPublic(Unreadable):
    """The address leads to a private network, and nobody allowed that one by name."""


class TooLarge(Unreadable):
    """It is larger than what we take."""


class Malformed(Unreadable):
    """It answered, and what came is not what it should be."""
