"""How a network lets us in, as data: its consent page and its habits, or a password made for this application."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pregonero import logs
from pregonero.networks.base import ApiCredentials, Identity
from pregonero.networks.client import Endpoint


@dataclass(frozen=True)
class Scope:
    """A permission that is asked for, and what for."""

    name: str
    why: str


@dataclass(frozen=True)
class Client:
    """The entity's application at a network."""

    id: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        logs.register_secret(self.secret)


@dataclass(frozen=True)
class Tokens:
    """What the network gives: the token, the one that renews it, and for how many seconds it is good."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    seconds: float | None = None
    scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        logs.register_secret(self.access, self.refresh)


Settle = Callable[[ApiCredentials, Client, Tokens], tuple[Tokens, Identity]]


@dataclass(frozen=True)
class Consent:
    """How a network gives an authorisation, as data: paths, permissions, and its habits; with the day and the source.

    `settle` turns the tokens of a person into those of the account, where the network makes that difference.
    """

    label: str
    consent: str  # below the address of its consent pages
    token: str  # below the address of its token calls
    scopes: tuple[Scope, ...]
    calls: tuple[Endpoint, ...]
    read_on: date
    source: str
    over: frozenset[str]  # what it says when an authorisation has ended
    revoke: str = ""
    revokes_all: bool = False  # what is given back takes along whatever else the same person gave the application
    separator: str = " "
    pkce: bool = True
    basic: bool = False  # the application says who it is in a header, and not in the body
    asks: Mapping[str, str] = field(default_factory=dict)  # what else its consent page wants
    settle: Settle | None = None


@dataclass(frozen=True)
class AppPassword:
    """A network that a person lets us in with a password made for this application alone."""

    label: str
    where: str  # where the person makes one
    pattern: str  # its form, by which a password of the person themself is told apart
    read_on: date
    source: str
    close: Callable[[ApiCredentials], None] | None = (
        None  # ends what this process opened with it; the password stays good
    )


AuthConfig = Consent | AppPassword
