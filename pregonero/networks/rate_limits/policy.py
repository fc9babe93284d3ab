"""The words in which a network's budgets are written down as data: what is limited, by what window, and what each act
takes.

A figure that a network changes is changed in its `budgets.py`, with its date and source; nothing here knows a network.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pregonero.networks.base import Limit, Post

PIECES = 24  # in which a rolling window is counted: what we spent leaves it by as many steps
MICROS = 1_000_000  # of a dollar: money is whole numbers
_LINK = re.compile(r"https?://|\bwww\.|\b[\w-]+\.(?:gov|com|org|net|edu|mil)?\.?co\b", re.I)


class LimitScope(StrEnum):
    """Whose budget it is: an account's, or of all the accounts that the entity's application serves on a network."""

    ACCOUNT = "account"
    APP = "app"


class Unit(StrEnum):
    """What is counted, as a person reads it."""

    POSTS = "publicaciones"
    CALLS = "llamadas"
    UNITS = "unidades"
    PERCENT = "por ciento"
    MONEY = "dólares"


class PostClass(StrEnum):
    """What making something public is, for a price or a limit that tells them apart."""

    POST = "post"
    LINK_POST = "link_post"
    REPLY = "reply"
    REEL = "reel"


POST_CLASS_LABELS: dict[str, str] = {
    PostClass.POST: "Publicaciones",
    PostClass.LINK_POST: "Publicaciones con enlace",
    PostClass.REPLY: "Respuestas y partes de un hilo",
    PostClass.REEL: "Reels",
}


def post_class_of(post: Post) -> PostClass:
    """Return what a post is: one with a link, a part under another of ours, a reel, or a plain one."""
    return classify_post(post.text, link=post.link, format=post.format, part=bool(post.reply_to))


def classify_post(text: str, *, link: str = "", format: str = "", part: bool = False) -> PostClass:
    """Return the same of a post that is not assembled yet, from its words."""
    if format == "reel":
        return PostClass.REEL
    if link or _LINK.search(text):
        return PostClass.LINK_POST
    return PostClass.REPLY if part else PostClass.POST


@dataclass(frozen=True)
class Window:
    """How long a budget lasts: some seconds that roll on, or a day or a month of a zone."""

    seconds: int
    calendar: str = ""  # "day" or "month"
    zone: str = "UTC"

    @property
    def piece(self) -> timedelta:
        """Return the smallest stretch by which our own count is kept."""
        return timedelta(seconds=max(1, self.seconds // PIECES))

    def piece_of(self, moment: datetime) -> datetime:
        """Return the beginning of the stretch that a moment falls in."""
        if self.calendar:
            return self.started(moment)
        size = self.piece.total_seconds()
        return datetime.fromtimestamp(moment.timestamp() // size * size, UTC)

    def started(self, now: datetime) -> datetime:
        """Return the beginning of the stretches that count now: a little before the window, never after."""
        if not self.calendar:
            return self.piece_of(now - timedelta(seconds=self.seconds))
        local = now.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (local.replace(day=1) if self.calendar == "month" else local).astimezone(UTC)

    def ends(self, now: datetime) -> datetime | None:
        """Return when a day or a month is over; nothing for one that rolls on."""
        if not self.calendar:
            return None
        start = self.started(now).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        later = start + timedelta(days=32 if self.calendar == "month" else 1)
        if self.calendar == "month":
            later = later.replace(day=1)
        return later.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def leaves(self, piece: datetime) -> datetime:
        """Return when what was spent in a stretch counts no more."""
        end = self.ends(piece)
        return end if end is not None else piece + self.piece + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Budget:
    """One limit of a network: of whom, of what, in which window. Without a limit, a person sets one, or nobody."""

    key: str
    label: str  # Spanish, as the screen names it
    scope: LimitScope
    unit: Unit
    window: Window
    limit: Limit | None = None
    warns: bool = True  # people are told at 80 %; not of one that starts again within minutes


@dataclass(frozen=True)
class Cost:
    """What one call takes, apart from those that make something public: of which budgets, and how it is told."""

    kind: str
    label: str
    amounts: Mapping[str, int] = field(default_factory=dict)
    items: str = ""  # the key of the answer's list whose items cost too
    each: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Headers:
    """The headers by which a network tells what is left of a budget, and in the answers of which calls."""

    budget: str
    limit: str
    left: str
    reset: str
    calls: frozenset[str] = frozenset()  # none named: all of them
    reset_as: str = "epoch"  # or "iso"
    policy: str = ""  # the header that says of which window the others speak, where they do of several: "5000;w=3600"
    lasts: int = 0  # the seconds of this budget's window, as that header says them


@dataclass(frozen=True)
class Usage:
    """A header that tells in hundredths how much is used, as JSON: Meta's way."""

    budget: str
    header: str
    lasts: int  # seconds for which what it said is taken to hold
    regain: str = ""  # the field that tells in minutes when it opens again


@dataclass(frozen=True)
class Reading:
    """A call whose answer tells what was used of a budget: the path of each figure in its JSON."""

    budget: str
    call: str
    used: tuple[str | int, ...]
    limit: tuple[str | int, ...]
    lasts: int


@dataclass(frozen=True)
class SuspensionRule:
    """What a refusal stops: an account or the whole application, and until when."""

    scope: LimitScope
    person: bool = False  # until a person says so: nobody knows when it ends by itself
    tells: bool = False  # people are told at once, and once
    preparing: bool = False  # only what is left there unseen: what is there already goes out at its minute


@dataclass(frozen=True)
class RateLimitPolicy:
    """Everything that a network limits and charges."""

    budgets: tuple[Budget, ...]
    posts: Mapping[PostClass, Mapping[str, int]]  # what making public takes of each budget, by act
    calls: Mapping[str, Cost] = field(default_factory=dict)  # by "GET /2/users/{id}/tweets"
    preparing: Mapping[str, int] = field(default_factory=dict)  # what leaving something unseen needs, of each budget
    headers: tuple[Headers, ...] = ()
    usages: tuple[Usage, ...] = ()
    readings: tuple[Reading, ...] = ()
    stops: Mapping[str, SuspensionRule] = field(default_factory=dict)  # by the code of the refusal
    prices: Mapping[str, Limit] = field(default_factory=dict)  # in micro-dollars, by kind

    def budget(self, key: str) -> Budget:
        """Return one of the budgets."""
        return next(budget for budget in self.budgets if budget.key == key)

    def cost_of(self, act: PostClass) -> Mapping[str, int]:
        """Return what making one such thing public takes; what has no line of its own costs as a plain post."""
        return self.posts.get(act, self.posts[PostClass.POST])

    def dearest(self, key: str) -> int:
        """Return the most that making one thing public takes of a budget."""
        return max(cost.get(key, 0) for cost in self.posts.values())

    def tells(self, key: str) -> bool:
        """Return whether the network says what is left of a budget in the very answers of what takes from it."""
        return key in {each.budget for each in self.headers} | {each.budget for each in self.usages}
