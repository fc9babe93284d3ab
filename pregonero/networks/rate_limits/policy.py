"""The types in which a network's folder describes its rate limits and prices as data; nothing here is of one network.

A limit applies to a quota: an amount of posts, calls or money within a window of time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pregonero.networks.base import Limit, Post
from pregonero.networks.post_validation import number

BUCKETS = 24  # of a rolling window: our own usage is counted in, and leaves the window by, this many parts
MICROS = 1_000_000  # per dollar: amounts of money are whole micro-dollars
CENT = MICROS // 100
_LINK = re.compile(r"https?://|\bwww\.|(?<![\w-])[\w-]+\.(?:gov|com|org|net|edu|mil)?\.?co\b", re.I)


class LimitScope(StrEnum):
    """Whether a quota is of one account, or shared by all the accounts of the entity's application on a network."""

    ACCOUNT = "account"
    APP = "app"


class Unit(StrEnum):
    """What a quota counts, as people read it in Spanish."""

    POSTS = "publicaciones"
    MESSAGES = "mensajes"
    CALLS = "llamadas"
    UNITS = "unidades"
    PERCENT = "por ciento"
    MONEY = "dólares"


class PostClass(StrEnum):
    """The class of a post, for networks whose prices or limits distinguish them."""

    POST = "post"
    LINK_POST = "link_post"
    REPLY = "reply"
    REEL = "reel"
    MESSAGE = "message"


POST_CLASS_LABELS: dict[str, str] = {
    PostClass.POST: "Publicaciones",
    PostClass.LINK_POST: "Publicaciones con enlace",
    PostClass.REPLY: "Respuestas y partes de un hilo",
    PostClass.REEL: "Reels",
    PostClass.MESSAGE: "Mensajes privados",
}


def post_class_of(post: Post) -> PostClass:
    """Return the class of a post."""
    if post.private is not None:
        return PostClass.MESSAGE
    return classify_post(post.text, link=post.link, format=post.format, part=bool(post.reply_to))


def classify_post(text: str, *, link: str = "", format: str = "", part: bool = False) -> PostClass:
    """Return the class of a post with this text and link; `part` when it replies to another post of ours."""
    if format == "reel":
        return PostClass.REEL
    if link or _LINK.search(text):
        return PostClass.LINK_POST
    return PostClass.REPLY if part else PostClass.POST


def dollars(micros: int) -> str:
    """Return micro-dollars as people read them: "1.234,56 USD", with three decimals for fractions of a cent."""
    places = 2 if micros % CENT == 0 or micros >= MICROS else 3
    whole, _, decimals = f"{micros / MICROS:.{places}f}".partition(".")
    return f"{number(int(whole))},{decimals} USD"


@dataclass(frozen=True)
class Window:
    """The period of a quota: a rolling number of seconds, or a calendar day or month of a time zone."""

    seconds: int
    calendar: str = ""  # "day" or "month"
    zone: str = "UTC"

    @property
    def bucket_length(self) -> timedelta:
        """Return the length of the buckets in which our own usage is counted."""
        return timedelta(seconds=max(1, self.seconds // BUCKETS))

    def bucket_start(self, moment: datetime) -> datetime:
        """Return the start of the bucket that contains a moment."""
        if self.calendar:
            return self.start(moment)
        size = self.bucket_length.total_seconds()
        return datetime.fromtimestamp(moment.timestamp() // size * size, UTC)

    def start(self, now: datetime) -> datetime:
        """Return the start of the first bucket that counts now: at or a little before the start of the window."""
        if not self.calendar:
            return self.bucket_start(now - timedelta(seconds=self.seconds))
        local = now.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (local.replace(day=1) if self.calendar == "month" else local).astimezone(UTC)

    def end(self, now: datetime) -> datetime | None:
        """Return when the calendar day or month that contains `now` ends; None for a rolling window."""
        if not self.calendar:
            return None
        start = self.start(now).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        end = start + timedelta(days=32 if self.calendar == "month" else 1)
        if self.calendar == "month":
            end = end.replace(day=1)
        return end.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def bucket_expiry(self, bucket: datetime) -> datetime:
        """Return when the usage of a bucket no longer counts."""
        end = self.end(bucket)
        return end if end is not None else bucket + self.bucket_length + timedelta(seconds=self.seconds)

    def expiry(self, moment: datetime) -> datetime:
        """Return when usage at an exact moment no longer counts."""
        end = self.end(moment)
        return end if end is not None else moment + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class QuotaRule:
    """One limit of a network. Without `limit`, the quota is limited only when a person sets a limit."""

    key: str
    label: str  # Spanish
    scope: LimitScope
    unit: Unit
    window: Window
    limit: Limit | None = None
    warns: bool = True  # people are notified at 80 %; False for windows of minutes


@dataclass(frozen=True)
class CallCost:
    """What one call uses of each quota, by key, and its name in the list of costs. Posts have their own costs."""

    kind: str
    label: str  # Spanish
    amounts: Mapping[str, int] = field(default_factory=dict)
    items_key: str = ""  # the key, in the response, of a list whose items cost too
    item_amounts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LimitHeaders:
    """The response headers that report a quota, and the endpoints whose responses have them."""

    quota: str
    limit: str
    remaining: str
    reset: str
    endpoints: frozenset[str] = frozenset()  # empty: all of them
    reset_format: str = "epoch"  # or "iso"
    policy_header: str = ""  # the header that states the window, when several share the others: "5000;w=3600"
    window_seconds: int = 0  # the window of this quota in `policy_header`


@dataclass(frozen=True)
class UsageHeader:
    """A header that reports percentages of usage as JSON, as Meta's does."""

    quota: str
    header: str
    valid_seconds: int  # how long the percentage is taken to be true
    minutes_field: str = ""  # the field with the minutes until calls are accepted again


@dataclass(frozen=True)
class UsageResponse:
    """A call whose response reports the usage of a quota: the path of each figure in its JSON."""

    quota: str
    endpoint: str
    used_path: tuple[str | int, ...]
    limit_path: tuple[str | int, ...]
    valid_seconds: int


@dataclass(frozen=True)
class SuspensionRule:
    """What an error of the network suspends: the account or the whole application, and until when."""

    scope: LimitScope
    until_resumed: bool = False  # until a person resumes it: nobody knows when the network accepts calls again
    notifies: bool = False  # people are notified when it starts
    preparing_only: bool = False  # only preparation is suspended: what is prepared already is published in time


@dataclass(frozen=True)
class RateLimitPolicy:
    """Everything that a network limits and charges."""

    quotas: tuple[QuotaRule, ...]
    post_costs: Mapping[PostClass, Mapping[str, int]]  # what a post uses of each quota
    call_costs: Mapping[str, CallCost] = field(default_factory=dict)  # by endpoint: "GET /2/users/{id}/tweets"
    prepare_amounts: Mapping[str, int] = field(default_factory=dict)  # what a preparation needs of each quota
    headers: tuple[LimitHeaders, ...] = ()
    usage_headers: tuple[UsageHeader, ...] = ()
    usage_responses: tuple[UsageResponse, ...] = ()
    suspensions: Mapping[str, SuspensionRule] = field(default_factory=dict)  # by error code
    prices: Mapping[str, Limit] = field(default_factory=dict)  # in micro-dollars, by kind

    def quota(self, key: str) -> QuotaRule:
        """Return the rule of a quota."""
        return next(rule for rule in self.quotas if rule.key == key)

    def cost_of(self, post_class: PostClass) -> Mapping[str, int]:
        """Return what a post uses of each quota; a class without a cost of its own costs as a plain post."""
        return self.post_costs.get(post_class, self.post_costs[PostClass.POST])

    def max_cost(self, key: str) -> int:
        """Return the most that one post uses of a quota."""
        return max(cost.get(key, 0) for cost in self.post_costs.values())

    def is_reported_with_posts(self, key: str) -> bool:
        """Return whether the response to each post reports the quota."""
        return key in {headers.quota for headers in self.headers} | {header.quota for header in self.usage_headers}
