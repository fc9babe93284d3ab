"""Posting by hand where a network's API refuses (Q-6): the page where a person posts, and reading the post back."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import quote

from pregonero.hosts import host_in
from pregonero.networks.base import ApiCredentials, PrivateTarget, Published


@dataclass(frozen=True)
class RemotePost(Published):
    """A post read from a network, with its text and publication time (ISO 8601) if the network gives them."""

    text: str = ""
    at: str = ""
    is_same: bool | None = None  # whether it has the text it was compared with; None if it was not compared
    reply_to: str | None = None  # the id of the post that it replies to; None where the network does not say


@dataclass(frozen=True)
class Intent:
    """The pages of a network where a person posts, with the date and source of these data.

    The addresses may contain {site}, {handle} and {id}; `address` may also contain {text}.
    """

    address: str  # where the person posts
    profile: str  # where the account's posts are seen
    fills: bool  # whether the page opens with the text written
    steps: str  # Spanish: what the person does there
    read_on: date
    source: str
    message_address: str = ""  # of a private conversation; it may contain {recipient} and {thread}
    reply_address: str = ""  # where the person replies to a post, which is {reply_to}; empty: at the post itself


class ManualPosting(Protocol):
    """A network as a person uses it."""

    intent: Intent

    def site(self, credentials: ApiCredentials) -> str:
        """Return the address of the public site, which may differ from the API's."""
        ...

    def post_id(self, credentials: ApiCredentials, address: str) -> str:
        """Return the id in the address of a post, or an empty string if it is not of this network."""
        ...

    def read(self, credentials: ApiCredentials, id: str, text: str) -> RemotePost | None:
        """Return a post of the account, compared with `text`, or None if the account has no such post.

        It makes one call. Raises `NetworkError`.
        """
        ...


def posting_address(manual: ManualPosting, credentials: ApiCredentials, text: str) -> str:
    """Return the address where a person posts, with the text included if the network accepts it."""
    return manual.intent.address.format(**_fields(manual, credentials), text=quote(text, safe=""))


def reply_address(manual: ManualPosting, credentials: ApiCredentials, text: str, *, reply_to: str) -> str:
    """Return the address where a person replies to a post, with the text written; empty if the network has none."""
    fields = _fields(manual, credentials) | {"text": quote(text, safe=""), "reply_to": quote(reply_to, safe="")}
    return manual.intent.reply_address.format(**fields)


def message_address(manual: ManualPosting, credentials: ApiCredentials, text: str, target: PrivateTarget) -> str:
    """Return the address of the private conversation with a person, with the text written if the network takes it."""
    values = {"text": text, "recipient": target.recipient, "thread": target.thread}
    fields = _fields(manual, credentials) | {name: quote(value, safe="") for name, value in values.items()}
    return manual.intent.message_address.format(**fields)


def profile_address(manual: ManualPosting, credentials: ApiCredentials) -> str:
    """Return the address where the account's posts are seen."""
    return manual.intent.profile.format(**_fields(manual, credentials))


def _fields(manual: ManualPosting, credentials: ApiCredentials) -> dict[str, str]:
    return {"site": manual.site(credentials), "handle": credentials.handle, "id": credentials.remote_id}


def is_hosted_at(address: str, credentials: ApiCredentials, *domains: str) -> bool:
    """Return whether an address is on one of the domains, or on the host of the account's API."""
    host, api_host = host_in(address), host_in(credentials.address)
    return bool(host) and (host == api_host or any(host == name or host.endswith(f".{name}") for name in domains))
