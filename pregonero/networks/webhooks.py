"""What networks send to our public address when something happens: verified over the raw body, and read as hints.

A notice is never the source of what people wrote: it says which account to read at once, so that a repeated, late or
incomplete notice changes nothing. Networks without a receiver are only polled.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pregonero.networks.interactions import Author

VERIFY_TOKEN_LENGTH = 32
MILLIS_LENGTH = 13  # digits of a time in milliseconds, until the year 2286
X_RESTRICTIONS = {"BLOCK": "block", "MUTE": "mute"}
ID = re.compile(r"[\x20-\x7e]{1,255}")


class MalformedNotice(ValueError):
    """The body is not a notice of this network."""


@dataclass(frozen=True)
class ChallengeAnswer:
    """The answer to a network that checks that the address is ours."""

    body: str
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class RestrictionChange:
    """The account blocked or muted somebody at its network, or no longer does: `kind` is BLOCK or MUTE."""

    kind: str
    person: Author
    is_end: bool
    at: datetime


@dataclass(frozen=True)
class WebhookHint:
    """An account to read at once, by the network's id, and the ids of what its authors removed.

    `restrictions` are whom the account itself blocked or muted, which must be nobody (ALL-1).
    """

    account_id: str
    removed: tuple[str, ...] = ()
    restrictions: tuple[RestrictionChange, ...] = ()


class WebhookReceiver(Protocol):
    """How a network's notices are verified and read. `secret` is that of the entity's application at the network."""

    def challenge(self, query: Mapping[str, str], secret: str) -> ChallengeAnswer | None:
        """Return the answer to a check of our address, or None when it is not a valid one."""
        ...

    def is_signed(self, headers: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Return whether the signature in the headers is that of the raw body."""
        ...

    def hints(self, body: bytes) -> list[WebhookHint]:
        """Return which accounts to read. Raises `ValueError` for a body that is not a notice of this network."""
        ...


class NoticeReader(Protocol):
    """How the notices of a network are read, when a hub sends and signs them."""

    def hints(self, body: bytes) -> list[WebhookHint]:
        """Return which accounts to read. Raises `ValueError` for a body that is not a notice of this network."""
        ...


def verify_token(secret: str) -> str:
    """Return the token that an application gives Meta to check our address; it is not the secret."""
    return hmac.new(secret.encode(), b"verify-token", hashlib.sha256).hexdigest()[:VERIFY_TOKEN_LENGTH]


class MetaWebhook:
    """Notices of Facebook pages and Instagram accounts.

    Read on 2026-11-30 at https://developers.facebook.com/docs/graph-api/webhooks/getting-started
    """

    def challenge(self, query: Mapping[str, str], secret: str) -> ChallengeAnswer | None:
        """Return `hub.challenge` when the token is ours."""
        is_ours = hmac.compare_digest(query.get("hub.verify_token", "").encode(), verify_token(secret).encode())
        if query.get("hub.mode") != "subscribe" or not is_ours:
            return None
        return ChallengeAnswer(query.get("hub.challenge", ""))

    def is_signed(self, headers: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Compare `X-Hub-Signature-256` with the HMAC of the raw body."""
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(headers.get("X-Hub-Signature-256", "").encode(), expected.encode())

    def hints(self, body: bytes) -> list[WebhookHint]:
        """Return the pages or accounts of the entries, with the comments and messages that were removed."""
        notice = _object(json.loads(body))
        return [_meta_hint(_object(entry)) for entry in _list(notice.get("entry"))]


def _meta_hint(entry: dict[str, Any]) -> WebhookHint:
    changes = [_object(change).get("value") for change in _list(entry.get("changes"))]
    values = [value for value in changes if isinstance(value, dict)]  # changes of other subjects have plain values
    removed = [
        _id(value.get("comment_id"))
        for value in values
        if value.get("verb") == "remove" and value.get("item") == "comment"
    ]
    private = [_object(event).get("message") for event in _list(entry.get("messaging"))]
    removed += [
        _id(message.get("mid"))
        for message in private
        if isinstance(message, dict) and message.get("is_deleted") is True
    ]
    return WebhookHint(_id(entry.get("id")), tuple(id for id in removed if id))


class XWebhook:
    """Notices of X's account activity.

    Read on 2026-11-30 at https://docs.x.com/x-api/webhooks/introduction
    """

    def challenge(self, query: Mapping[str, str], secret: str) -> ChallengeAnswer | None:
        """Return the answer to X's challenge-response check."""
        token = query.get("crc_token", "")
        if not token:
            return None
        return ChallengeAnswer(json.dumps({"response_token": _x_digest(token.encode(), secret)}), "application/json")

    def is_signed(self, headers: Mapping[str, str], body: bytes, secret: str) -> bool:
        """Compare `X-Twitter-Webhooks-Signature` with the HMAC of the raw body."""
        given = headers.get("X-Twitter-Webhooks-Signature", "")
        return hmac.compare_digest(given.encode(), _x_digest(body, secret).encode())

    def hints(self, body: bytes) -> list[WebhookHint]:
        """Return the account that the notice is for, with the posts that were deleted and whom it blocked or muted."""
        notice = _object(json.loads(body))
        account = _id(notice.get("for_user_id"))
        events = _list(notice.get("tweet_delete_events"))
        deleted = [_object(_object(event).get("status")).get("id") for event in events]
        changes = [
            _x_restriction(kind, _object(event), account)
            for kind, name in X_RESTRICTIONS.items()
            for event in _list(notice.get(f"{name}_events"))
        ]
        return [WebhookHint(account, tuple(filter(None, map(_id, deleted))), tuple(filter(None, changes)))]


def _x_restriction(kind: str, event: dict[str, Any], account: str) -> RestrictionChange | None:
    """Return whom the account blocked, or no longer does; None for what somebody else did to the account.

    Shapes of `block_events` and `mute_events`: "Account Activity data objects" of X's documentation.
    """
    source, target = _object(event.get("source")), _object(event.get("target"))
    person, moment = _x_user(target), str(event.get("created_timestamp") or "")
    name = X_RESTRICTIONS[kind]
    is_known = event.get("type") in (name, f"un{name}") and moment.isascii() and moment.isdigit()
    if _x_user(source).remote_id != account or not person.remote_id or not is_known or len(moment) > MILLIS_LENGTH:
        return None
    at = datetime.fromtimestamp(int(moment) / 1000, UTC)
    return RestrictionChange(kind, person, is_end=event.get("type") != name, at=at)


def _x_user(user: dict[str, Any]) -> Author:
    return Author(
        _id(user.get("id_str")) or _id(user.get("id")),
        handle=str(user.get("screen_name") or "")[:120],
        name=str(user.get("name") or "")[:200],
    )


def _x_digest(data: bytes, secret: str) -> str:
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), data, hashlib.sha256).digest()).decode()


def _id(value: Any) -> str:
    """Return an id of a notice; empty for what no id has, which the database would not take."""
    text = str(value) if isinstance(value, str | int) else ""
    return text if ID.fullmatch(text) else ""


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedNotice
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
