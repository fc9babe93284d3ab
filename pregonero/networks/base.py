"""The port: what every network's connector offers, in our words (see docs/decisions on prepare and commit).

A connector has two verbs. `prepare` may run any number of times: what it leaves at the network is invisible to the
public, and its ids are kept. `commit` makes it public and is ONE call. After a time-out or a crash in `commit`,
`resolve` finds out, in the connector's declared way. Nothing outside asks which network it is: it asks here.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from pregonero import logs
from pregonero.errors import Issue

Prepared = dict[str, Any]
"""What `prepare` left at the network, as JSON: ids by which it goes on, and the post is recognised."""


class Resolution(StrEnum):
    """How the outcome of a commit that was cut is found out."""

    REPEAT = "repeat"  # the same change twice is one change
    ASK = "ask"  # the network knows the state of what was prepared
    RECONCILE = "reconcile"  # our own recent posts are read and compared


class OperationKind(StrEnum):
    """What an operation does at a network. Only `WITHDRAW` removes something, and only a post of our own."""

    POST = "POST"  # a publication, or a further part of its thread
    COMMENT = "COMMENT"  # a comment of ours under our own post
    REPLY = "REPLY"  # an answer to what somebody else wrote
    MESSAGE = "MESSAGE"  # a private message
    HIDE = "HIDE"
    UNHIDE = "UNHIDE"
    HOLD_FOR_REVIEW = "HOLD_FOR_REVIEW"
    WITHDRAW = "WITHDRAW"
    PIN = "PIN"
    SET_WORD_LIST = "SET_WORD_LIST"


@dataclass(frozen=True)
class Limit:
    """A limit of a network as data: its value, the day it was read, and where."""

    value: int
    read_on: date
    source: str


@dataclass(frozen=True)
class Capabilities:
    """What a network takes. `needs` names the medium without which nothing can be published there."""

    name: str  # "x"
    label: str  # "X"
    badge: str  # "X", "f", "IG", "YT"
    resolution: Resolution
    limits: Mapping[str, Limit]  # by field: "text", "title", "description", "pictures", "picture_bytes", …
    needs: str | None = None  # "picture", "video" or nothing
    takes_link: bool = True  # a link in the text is a link there
    link_beside: bool = False  # the link goes beside the text, as a card, and is not written in it
    takes_title: bool = False
    takes_pictures: bool = True
    takes_video: bool = True
    fetches_media: bool = False  # the network fetches our media from a public address
    takes_replies: bool = False  # our own post takes more parts under it: a thread
    sdk: tuple[str, ...] = ()  # modules that take long to import and only a worker needs: it does so when it starts
    takes_comments: bool = False  # our own post takes a first comment under it, where its link may go
    reels_apart: bool = False  # a video may be sent as a reel instead, and a person chooses
    prepares_ahead_seconds: int = 0  # how long before its minute preparation may start


@dataclass(frozen=True)
class Traits:
    """What a decoder read in a file beside its size; what nobody looked at stays empty, and is not judged."""

    frames: int = 0
    colour: str = ""  # "sRGB", "CMYK", or its profile's own name
    codec: str = ""  # of the video: "h264"
    audio: str = ""  # of the sound: "aac"; empty also when it has none
    audio_hz: int = 0
    fps: float = 0.0
    bit_rate: int = 0  # of the whole, in bits a second
    moov_first: bool | None = None  # whether its index comes before what it indexes


@dataclass(frozen=True)
class Medium:
    """A picture or video of a post: our own copy, and the address where a network may fetch it."""

    kind: str  # "picture" or "video"
    path: Path
    mime: str
    sha256: str
    size: int  # bytes
    width: int
    height: int
    seconds: float = 0.0
    alt: str = ""
    address: str = ""
    captions: Path | None = None  # of a video, in Spanish: WebVTT or SRT
    thumbnail: Path | None = None  # of a video: the picture that stands for it
    traits: Traits = Traits()


@dataclass(frozen=True)
class Post:
    """What goes out on one account: the text whole, as the public will read it, and media.

    `link` is set only where the network takes it beside the text (`link_beside`); elsewhere it is already in the text.
    A part that goes under another post of ours (the rest of a thread, a first comment) says under which: `reply_to`
    is the network's id of the post right above it, and `root` of the first of them all (rule 8).
    """

    text: str
    link: str = ""
    title: str = ""
    media: tuple[Medium, ...] = ()
    format: str = ""  # "reel" where the network has a place apart for them and a person chose it
    reply_to: str = ""
    root: str = ""


@dataclass(frozen=True)
class ApiCredentials:
    """The account at the network, and what a call needs. `token` never reaches a log or a message."""

    remote_id: str
    handle: str
    address: str  # base address of the network's API
    token: str = field(repr=False)
    seconds: float = 30.0  # time limit of one call
    until: float = math.inf  # of `clock.ticks()`: nothing leaves after it, whoever was suspended meanwhile
    network: str = ""  # with the account's own number: whose budgets an answer speaks of
    account_id: int = 0  # of the register: for who renews its token too
    public_only: bool = False  # a person wrote the address: nothing is sent to what is inside a private network

    def __post_init__(self) -> None:
        logs.register_secret(self.token)


@dataclass(frozen=True)
class Identity:
    """Who the network says that a token opens."""

    remote_id: str
    handle: str
    name: str = ""


@dataclass(frozen=True)
class Published:
    """The network's own id and public address of a post."""

    remote_id: str
    url: str


UNCERTAIN_SINCE = "uncertain_since"
"""Key of `prepared` by which whoever calls may tell since when (ISO 8601) an earlier attempt of the same delivery is
uncertain: then a refusal for being a duplicate is a witness that it went out, not a refusal for good."""


STALE = "stale"
"""Key of `prepared` by which whoever calls tells with which code the network said, in `commit`, that what was prepared
had died (`Stale`): what looks whole from here has to be made again."""


@dataclass(frozen=True)
class AttemptWindow:
    """When an attempt was made and how often it has been looked for since: what `resolve` may need."""

    started_at: datetime
    asked_at: datetime
    checks_made: int
    code: str = ""  # the code of the error that left the attempt uncertain
    known: frozenset[str] = frozenset()  # ids of the account's posts that are other deliveries': never this one's


class NetworkError(Exception):
    """What a network's refusal means to us; `reason` is Spanish and safe to show."""

    def __init__(self, reason: str, *, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Transient(NetworkError):
    """Not now, and nothing was taken: no connection, 429, 5xx before the body went. `retry_after` in seconds."""

    def __init__(self, reason: str, *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason, code=code)
        self.retry_after = retry_after


class PreparedExpired(Transient):
    """What was prepared died before its hour: it must be prepared again; nothing was taken."""


class QuotaExhausted(Transient):
    """Money or quota is used up (402, daily quota): nothing was taken and a person must know."""


class MediaUnreachable(Transient):
    """Our own address, where the network would fetch a medium, does not answer: it was told nothing, a person is."""


class Unauthorized(NetworkError):
    """401: the token is no longer good; nothing was taken."""


class Permanent(NetworkError):
    """The network said no, for good; a person sees why."""


class Unknown(NetworkError):
    """It may have been taken: time-out, cut connection, 5xx after the body went."""


class Verdict(StrEnum):
    """What `resolve` found out about an uncertain commit."""

    PUBLISHED = "published"
    NOT_TAKEN = "not_taken"  # it may be sent again
    LOOK_AGAIN = "look_again"  # the network's reads have not settled yet
    UNKNOWABLE = "unknowable"  # a person decides


@dataclass(frozen=True)
class Finding:
    """The verdict of `resolve`, with the post when it was found and the candidates when a person must choose."""

    verdict: Verdict
    published: Published | None = None
    look_again_seconds: float = 5.0
    candidates: tuple[Published, ...] = ()


class Connector(Protocol):
    """One network. Instances hold no state: everything comes as arguments, so that workers can share them."""

    capabilities: Capabilities

    def check(self, post: Post) -> list[Issue]:
        """Return what this network would not take of a post, each with its limit and by how much it is passed."""
        ...

    def measure(self, text: str) -> int:
        """Return the length of a text as this network counts it."""
        ...

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Whether preparing this leaves nothing at the network: then it needs no job of its own (decision 0010).

        What it asks the network is at most what it keeps afterwards for every post of the account.
        """
        ...

    def prepare(
        self, access: ApiCredentials, post: Post, prepared: Prepared, keep: Callable[[Prepared], None]
    ) -> Prepared:
        """Leave at the network everything that `commit` needs, invisibly; go on from what `prepared` holds already.

        `keep` stores what is known so far, as soon as it is known. Raises `NetworkError`; `Transient` when it may be
        tried again later (also while the network is still processing a medium).
        """
        ...

    def commit(self, access: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Make it public, in one call. Raises `Unknown` unless the network certainly did or did not take it."""
        ...

    def resolve(self, access: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Find out what became of a commit whose answer was lost; reads only."""
        ...

    def probe(self, access: ApiCredentials) -> Identity:
        """Ask the network who the token opens: one harmless read, which changes nothing and shows nothing."""
        ...

    def discard(self, access: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove at the network what was prepared and never made public; return the ids removed."""
        ...
