"""What a person does at the network by hand, where its API refuses (Q-6): where it is opened, and how it is read back.

Beside the connector's two verbs, each network's folder has a `by_hand.py`: the page of the network itself that opens
with the text written, or the one where it is written by hand; which post an address is; and one reading of that post.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import quote, urlsplit

from pregonero.networks.base import ApiCredentials, Published


@dataclass(frozen=True)
class RemotePost(Published):
    """A post as it was read at the network: its words and its minute (ISO 8601), when the network gives them."""

    text: str = ""
    at: str = ""
    same: bool | None = None  # whether it says what was asked about; unknown where nobody asked


@dataclass(frozen=True)
class Intent:
    """The pages of a network where a person publishes and looks, as data, with the day and the place they were read."""

    address: str  # where it is published, with {site}, {handle}, {id} and {text}, which goes escaped
    profile: str  # where the account's posts are seen
    fills: bool  # whether the text comes written
    steps: str  # Spanish: what the person does there
    read_on: date
    source: str


class ManualPosting(Protocol):
    """A network as a person uses it."""

    intent: Intent

    def site(self, access: ApiCredentials) -> str:
        """Return where people read, as against where the API answers."""
        ...

    def post_id(self, access: ApiCredentials, address: str) -> str:
        """Return which post an address is; nothing when it is none of this network."""
        ...

    def read(self, access: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Read a post of the account, by one allow-listed call; nothing when the account has none with that id.

        `text` is what it is compared with. Raises `NetworkError`.
        """
        ...


def opens(hand: ManualPosting, access: ApiCredentials, text: str) -> str:
    """Return the address where a person publishes, with the text written where the network takes it."""
    about = {"site": hand.site(access), "handle": access.handle, "id": access.remote_id}
    return hand.intent.address.format(**about, text=quote(text, safe=""))


def profile(hand: ManualPosting, access: ApiCredentials) -> str:
    """Return the address where the account's posts are seen."""
    return hand.intent.profile.format(site=hand.site(access), handle=access.handle, id=access.remote_id)


def is_hosted_at(address: str, access: ApiCredentials, *hosts: str) -> bool:
    """Return whether an address is on one of the network's hosts, or where the account's own calls go."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return False
    own = (urlsplit(access.address).hostname or "").lower()
    return bool(host) and (host == own or any(host == each or host.endswith(f".{each}") for each in hosts))
