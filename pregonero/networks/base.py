"""The protocol that every network's connector implements, and the values it takes and returns.

A connector publishes in two steps. `prepare` uploads media and drafts that the public cannot see; it may run any number
of times and continues from the ids it saved. `commit` makes the post public in a single call. After a time-out or a
crash during `commit`, `resolve` asks the network whether the post is public. Code outside this package asks a connector
for its capabilities and never checks which network it is (see docs/decisions, prepare and commit).
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
"""JSON state of a preparation: ids of what was uploaded, used to continue and to recognise the post later."""

ID_LENGTH = 255
"""The longest id of a network that is stored: a message on Instagram has some 180 characters."""


class Resolution(StrEnum):
    """How an operation whose answer was lost is settled."""

    REPEAT = "repeat"  # the operation is idempotent: repeating it changes nothing more
    ASK = "ask"  # the network reports the state of what was prepared
    RECONCILE = "reconcile"  # our recent posts are read and compared with what was sent


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
    """A limit of a network: its value, the date it was read and the address of the page that states it."""

    value: int
    read_on: date
    source: str


@dataclass(frozen=True)
class Capabilities:
    """What a network accepts. `needs` is the kind of medium ("picture" or "video") that every post must have there."""

    name: str  # "x"
    label: str  # "X"
    badge: str  # "X", "f", "IG", "YT"
    operations: Mapping[OperationKind, Resolution]  # the supported kinds, and how each is settled after a lost answer
    limits: Mapping[str, Limit]  # by name: "text", "title", "description", "pictures", "picture_bytes", …
    needs: str | None = None
    has_many_servers: bool = False  # accounts live on servers of many owners: a person writes the server's address
    takes_link: bool = True  # a link in the text can be clicked
    link_beside: bool = False  # the link is sent as a card next to the text instead of inside it
    builds_card: bool = False  # we send the card of the first link in the text, since the network makes none
    takes_title: bool = False
    takes_pictures: bool = True
    takes_video: bool = True
    fetches_media: bool = False  # the network downloads our media from a public address
    takes_replies: bool = False  # a post can continue in further parts under it: a thread
    names_author_in_replies: bool = False  # an answer begins with the handle of the person who is answered
    private_replies: bool = False  # a comment may have one answer by private message
    message_counts_bytes: bool = False  # the limit of a private message is in bytes of UTF-8
    never_read: str = ""  # Spanish: what people write there that its API does not give us
    reels_apart: bool = False  # a video can be sent as a reel instead, which a person chooses
    prepares_ahead_seconds: int = 0  # how long before its scheduled time a post may be prepared
    sdk: tuple[str, ...] = ()  # modules that are slow to import: workers import them when they start

    @property
    def takes_comments(self) -> bool:
        """Whether we can comment under our own post, where its link may go."""
        return OperationKind.COMMENT in self.operations

    @property
    def takes_withdrawals(self) -> bool:
        """Whether a published post of ours can be removed through the API."""
        return OperationKind.WITHDRAW in self.operations


@dataclass(frozen=True)
class Traits:
    """Properties of a file that a decoder read. An empty value means unknown, and unknown values are not checked."""

    frames: int = 0
    colour: str = ""  # of a picture: "sRGB", "CMYK", another profile; of a video: "HDR (PQ)", or empty
    codec: str = ""  # of the video: "h264"
    pixel_format: str = ""  # of the video, as FFmpeg names it: "yuv420p"
    audio: str = ""  # audio codec: "aac"; also empty when there is no audio track
    audio_profile: str = ""  # "LC", "HE-AAC"
    audio_hz: int = 0
    audio_channels: int = 0
    fps: float = 0.0
    bit_rate: int = 0  # of the whole file, in bits per second
    moov_first: bool | None = None  # whether an MP4's index (moov) comes before its frames


@dataclass(frozen=True)
class Medium:
    """A picture or video of a post: our local copy, and the public address where a network may download it."""

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
    captions: Path | None = None  # of a video: Spanish captions, in WebVTT or SRT
    thumbnail: Path | None = None  # of a video: its cover picture
    traits: Traits = Traits()


@dataclass(frozen=True)
class PrivateTarget:
    """Whom a private message is for, by the network's ids, and when the person wrote what it answers (UTC).

    `comment` is set when it is the one private answer to a comment, which starts a conversation.
    """

    recipient: str
    thread: str
    written_at: datetime
    comment: str = ""


@dataclass(frozen=True)
class Post:
    """What is published on one account: the complete text, as the public will read it, and the media.

    `link` is set only for networks with `link_beside`; for the others the link is already in the text. `card_title` is
    the title of the page of the first link in the text, for networks with `builds_card`, where we know it. For a
    further part of a thread or a first comment, `reply_to` is the network's id of the post directly above it and `root`
    is the id of the first post of the thread (rule 8). With `private`, only that person reads it.
    """

    text: str
    link: str = ""
    title: str = ""
    media: tuple[Medium, ...] = ()
    card_title: str = ""
    format: str = ""  # "reel" when a person chose it on a network with `reels_apart`
    reply_to: str = ""
    root: str = ""
    private: PrivateTarget | None = None


@dataclass(frozen=True)
class ApiCredentials:
    """An account at its network, with the token and time limits of a call. `token` must never be logged."""

    remote_id: str
    handle: str
    address: str  # base address of the network's API
    token: str = field(repr=False)
    seconds: float = 30.0  # time limit of one call
    until: float = math.inf  # on the `boottime()` clock: no call starts later, even if the machine was suspended
    network: str = ""  # with `account_id`, the account whose rate limits a response updates
    account_id: int = 0  # primary key in our register; also used to refresh the token
    generation: int = 0  # of the stored credential; 0 when the token is not stored
    public_only: bool = False  # a person typed the address: refuse addresses of private networks

    def __post_init__(self) -> None:
        logs.register_secret(self.token)


@dataclass(frozen=True)
class Identity:
    """The account that a token belongs to, as the network reports it."""

    remote_id: str
    handle: str
    name: str = ""


@dataclass(frozen=True)
class Published:
    """The id that the network gave to a post, and its public address."""

    remote_id: str
    url: str
    has_earlier_content: bool = field(default=False, kw_only=True)  # published by an earlier attempt, as it was then


UNCERTAIN_SINCE = "uncertain_since"
"""Key of `prepared` set by the caller: the time (ISO 8601) of the first attempt whose outcome is unknown.

When it is set, a network that refuses the post as a duplicate may already have it from that earlier attempt.
"""


STALE = "stale"
"""Key of `prepared` set by the caller after `commit` raised `PreparedExpired`: the code of that error.

`prepare` then prepares again what had expired, even if its saved ids look complete.
"""


@dataclass(frozen=True)
class AttemptWindow:
    """The attempt that `resolve` asks about: when it started, and how many times `resolve` has asked already."""

    started_at: datetime
    asked_at: datetime
    checks_made: int
    code: str = ""  # the code of the error that left the attempt uncertain
    known: frozenset[str] = frozenset()  # ids of the account's posts that belong to other deliveries


SETTLE_SECONDS = 120.0
"""How long after a call without an answer its network may still take it: our own time-out and a slow server's queue."""


LAST_CHECK = 99
"""As `AttemptWindow.checks_made`: the connector concludes now, instead of asking to look again."""


CARRIED = "carried"
"""Key of `prepared`: its key or id belongs to an earlier unanswered attempt, so a post that is there is that one."""


def when_settled(finding: "Finding", attempt: AttemptWindow) -> "Finding":
    """Return the finding, or LOOK_AGAIN when the post was not found and its network may still take the call."""
    left = SETTLE_SECONDS - (attempt.asked_at - attempt.started_at).total_seconds()
    if finding.verdict == Verdict.PUBLISHED or (finding.verdict == Verdict.NOT_TAKEN and left <= 0):
        return finding
    return Finding(Verdict.LOOK_AGAIN, look_again_seconds=max(left, 5.0))


class NetworkError(Exception):
    """A call to a network failed. `reason` is a Spanish sentence that may be shown to people."""

    def __init__(self, reason: str, *, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Transient(NetworkError):
    """The call had no effect and may be repeated in `retry_after` seconds: no connection, 429, 5xx while preparing."""

    def __init__(self, reason: str, *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason, code=code)
        self.retry_after = retry_after


class PreparedExpired(Transient):
    """What was prepared expired at the network before the commit: nothing was published; it must be prepared again."""


class QuotaExhausted(Transient):
    """Money or quota has run out (402, daily quota): the call had no effect, and a person is notified."""


class MediaUnreachable(Transient):
    """Our public address of a medium does not answer: the network was not called, and a person is notified."""


class Unauthorized(NetworkError):
    """The token is no longer valid (401): the call had no effect."""


class Permanent(NetworkError):
    """The network refused the call, and repeating it would not help: a person reads the reason."""


class Unknown(NetworkError):
    """The call may have taken effect: time-out, connection cut, or 5xx after the body was sent."""


class Verdict(StrEnum):
    """What `resolve` concluded about an attempt."""

    PUBLISHED = "published"
    NOT_TAKEN = "not_taken"  # it may be sent again
    LOOK_AGAIN = "look_again"  # the network may not show the post yet
    UNKNOWABLE = "unknowable"  # a person decides


@dataclass(frozen=True)
class Finding:
    """The verdict of `resolve`: with the post if it was found, and the candidates if a person must choose."""

    verdict: Verdict
    published: Published | None = None
    look_again_seconds: float = 5.0
    candidates: tuple[Published, ...] = ()
    carry: Prepared = field(default_factory=dict)  # of `supersede`: what the next preparation continues from


class Connector(Protocol):
    """One network. A connector has no state, so all workers share it: everything comes as arguments."""

    capabilities: Capabilities

    def check(self, post: Post) -> list[Issue]:
        """Return the issues for which the network would refuse a post; each names the limit and the excess."""
        ...

    def measure(self, text: str) -> int:
        """Return the length of a text as the network counts it."""
        ...

    def prepares_locally(self, post: Post, prepared: Prepared) -> bool:
        """Return whether preparing the post sends nothing about it to the network (decision 0010).

        Such a post is prepared together with others, without a job of its own.
        """
        ...

    def prepare(
        self, credentials: ApiCredentials, post: Post, prepared: Prepared, save: Callable[[Prepared], None]
    ) -> Prepared:
        """Upload everything that `commit` needs, invisible to the public, continuing from `prepared`.

        Calls `save` with the new state after each step, so that a later call continues from there. Raises
        `NetworkError`; `Transient` also while the network is still processing a medium.
        """
        ...

    def commit(self, credentials: ApiCredentials, post: Post, prepared: Prepared) -> Published:
        """Make the post public in one call. Raises `NetworkError`; `Unknown` when the outcome is not certain."""
        ...

    def resolve(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Find out whether a commit whose answer was lost took effect. It only reads. Raises `NetworkError`."""
        ...

    def supersede(self, credentials: ApiCredentials, post: Post, prepared: Prepared, attempt: AttemptWindow) -> Finding:
        """Make sure that an unanswered commit cannot become a second post, before other content is prepared.

        `post` and `prepared` are those of that attempt, which a server may still take. Returns PUBLISHED when it was
        taken; NOT_TAKEN, with `carry`, when the next content may be prepared; LOOK_AGAIN while it may still be taken.
        """
        ...

    def withdraw(self, credentials: ApiCredentials, remote_id: str) -> None:
        """Remove a published post of this account from the public; do nothing if it is already gone.

        Only networks with `takes_withdrawals` support it; it is the only deletion that the allow-list permits. It is
        idempotent: after a lost answer it raises `Transient` and may be repeated. Raises `Permanent` with the code
        `NOT_OURS` when the post belongs to another account; other failures raise their own `NetworkError`.
        """
        ...

    def probe(self, credentials: ApiCredentials) -> Identity:
        """Return the account that the token belongs to, with one call that changes nothing."""
        ...

    def discard(self, credentials: ApiCredentials, prepared: Prepared) -> list[str]:
        """Remove what was prepared and never published; return the ids that were removed."""
        ...


NOT_OURS = "not_ours"
"""Code of the error that `withdraw` raises for a post of another account."""


OUTSIDE_WINDOW = "outside_window"
"""Code of the error of a private message that came after its network's window: a person sends it there."""


PARENT_GONE = "parent_gone"


def parent_gone_reason(label: str) -> str:
    """Return the sentence for a reply to a post that was deleted or that may not be replied to."""
    return (
        f"La publicación a la que esta responde ya no está en {label}, o no deja responderle: "
        "publica el texto aparte, sin responder a otra, o descártala."
    )


def parent_gone(label: str) -> Permanent:
    """Return the error for a reply to a post that is gone, for networks whose refusal does not say it."""
    return Permanent(parent_gone_reason(label), code=PARENT_GONE)


def not_ours(label: str) -> Permanent:
    """Return the error for a post that belongs to another account of a network."""
    return Permanent(f"Esa publicación no es de esta cuenta de {label}: no se puede retirar.", code=NOT_OURS)
