"""The owners of operations: each kind of subject registers a handler, and the outbox tells it what happened.

An app above the outbox (publishing, inbox, moderation) schedules operations for its own objects, which the outbox
knows only by kind, id and name. Handlers run inside the transaction that stores the outcome.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from pregonero.networks.base import MediaUnreachable, NetworkError, QuotaExhausted, Unauthorized
from pregonero.outbox.models import Delivery


class DeliveryEvent(StrEnum):
    """What can happen to a delivery that its owner, or a person, must know. Values are kinds of notices."""

    REJECTED = "delivery.rejected"
    EXPIRED = "delivery.expired"
    WILL_BE_LATE = "delivery.will_be_late"
    NEEDS_PERSON = "delivery.needs_person"
    PUBLISHED_AFTER_CANCEL = "delivery.out_anyway"
    PUBLISHED_EARLIER_CONTENT = "delivery.earlier_content"
    PUBLISHED_TWICE = "delivery.twice"
    UNAUTHORIZED = "delivery.unauthorized"
    MEDIA_UNREACHABLE = "delivery.unserved"
    QUOTA_EXHAUSTED = "delivery.spent"


class SubjectHandler:
    """What an owner does when something happens to one of its deliveries. The defaults do nothing."""

    def on_published(self, delivery_ids: Collection[int], *, now: datetime) -> None:
        """React to deliveries that were published; called once for many."""

    def on_event(self, delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
        """React to anything else that happened to a delivery, whose reason is already set."""

    def path_of(self, delivery: Delivery) -> str:
        """Return the path of the page of a delivery's subject; an empty string when it has none."""
        return ""

    def why_not_manual(self, delivery: Delivery) -> str:
        """Return in Spanish why a person may not post it by hand; nothing when they may."""
        return ""


_HANDLERS: dict[str, SubjectHandler] = {}


def register(subject_kind: str, handler: SubjectHandler) -> None:
    """Register the handler of a kind of subject; called once, when its app starts."""
    _HANDLERS[subject_kind] = handler


def handler_of(subject_kind: str) -> SubjectHandler:
    """Return the handler of a kind of subject. Raises `LookupError` when no app registered one."""
    try:
        return _HANDLERS[subject_kind]
    except KeyError:
        raise LookupError(f"no handler is registered for deliveries of a {subject_kind!r}") from None


def notify_owner(delivery: Delivery, event: DeliveryEvent, *, now: datetime) -> None:
    """Tell the owner of a delivery what happened to it, inside the caller's transaction."""
    handler_of(delivery.subject_kind).on_event(delivery, event, now=now)


OBSTACLES: tuple[tuple[type[NetworkError], DeliveryEvent], ...] = (
    (QuotaExhausted, DeliveryEvent.QUOTA_EXHAUSTED),
    (Unauthorized, DeliveryEvent.UNAUTHORIZED),
    (MediaUnreachable, DeliveryEvent.MEDIA_UNREACHABLE),
)


def notify_obstacle(delivery: Delivery, error: NetworkError, *, now: datetime) -> None:
    """Tell the owner of an obstacle that only a person can remove: quota, token, or our own media address."""
    for error_type, event in OBSTACLES:
        if isinstance(error, error_type):
            notify_owner(delivery, event, now=now)
            return
