"""Marking the comments of a day as seen, and signing its close with what is missing (FB-5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import Refused, WrongState
from pregonero.moderation import close_queries
from pregonero.moderation.close_queries import AccountDay
from pregonero.moderation.models import DailyClose, SeenComment
from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.records.actions import record

NOT_STORED, NOT_SEEN = "no llegó a la bandeja", "nadie lo ha visto"


@dataclass(frozen=True)
class WrittenClose:
    """What the person who signs says: what the API does not deliver, and why the day does not add up, if so.

    `difference` is the one that they saw: a day that changed meanwhile is not signed.
    """

    difference: int
    in_ads: int | None = None
    shares: int | None = None
    filtered: int | None = None
    reason: str = ""


@transaction.atomic(durable=True)
def mark_seen(*, account: Account, day: date, message_ids: Collection[int], by: Member, now: datetime) -> int:
    """Mark comments of a day as seen, once each, and return how many were new."""
    account = get_account(member=by, pk=account.pk)
    check_may(by, "moderation.decide", now=now)
    unseen = close_queries.unseen_comments(account, day).filter(pk__in=list(message_ids))
    seen = [SeenComment(message_id=pk, by=by, at=now) for pk in unseen.values_list("pk", flat=True)]
    SeenComment.objects.bulk_create(seen, ignore_conflicts=True)
    return len(seen)


@transaction.atomic(durable=True)
def sign_day(*, account: Account, day: date, written: WrittenClose, by: Member, now: datetime) -> DailyClose:
    """Close a day of an account. One that does not add up needs a reason, and names what is missing."""
    account = get_account(member=by, pk=account.pk, for_update=True)
    check_may(by, "daily_close.sign", now=now)
    counted = close_queries.day_of(account, day)
    _check_may_sign(counted, written, now)
    close = DailyClose.objects.create(
        account=account,
        day=day,
        delivered=counted.delivered,
        seen=counted.seen,
        hidden=counted.hidden,
        held=counted.held,
        in_ads=written.in_ads,
        shares=written.shares,
        filtered=written.filtered,
        was_read=counted.is_read,
        missing=_missing(account, day) if counted.difference else [],
        reason=written.reason.strip()[:500],
        by=by,
        at=now,
    )
    _record(close)
    return close


def _check_may_sign(counted: AccountDay, written: WrittenClose, now: datetime) -> None:
    if counted.close is not None:
        raise WrongState(f"Ya lo cerró {counted.close.by}.")
    if counted.day >= timezone.localdate(now):
        raise WrongState("Ese día todavía no termina: se cierra desde el día siguiente.")
    first = close_queries.first_days(counted.account.entity).get(counted.account.pk)
    if first is None or counted.day < first:
        raise WrongState("Ese día la cuenta todavía no se leía.")
    if counted.difference != written.difference:
        raise WrongState("El día cambió mientras lo mirabas: revisa lo nuevo y firma otra vez.")
    if not counted.adds_up and not written.reason.strip():
        raise Refused("El día no cuadra: ve lo que falta, o escribe por qué se cierra así.")


def _missing(account: Account, day: date) -> list[dict[str, str]]:
    dropped = close_queries.dropped_items(account, day).values_list("remote_id", "written_at")
    unseen = close_queries.unseen_comments(account, day).values_list("remote_id", "written_at")
    return [
        {"id": id, "at": at.isoformat(), "why": why}
        for items, why in ((dropped, NOT_STORED), (unseen, NOT_SEEN))
        for id, at in items
    ]


def _record(close: DailyClose) -> None:
    record(
        entity_id=close.account.entity_id,
        event_type="daily_close.signed",
        actor=close.by.actor,
        ref=close.ref,
        at=close.at,
        related=[close.account.ref],
        facts={
            "day": f"{close.day:%Y-%m-%d}",
            "delivered": close.delivered,
            "seen": close.seen,
            "hidden": close.hidden,
            "held": close.held,
            "was_read": close.was_read,
        },
        texts={"reason": close.reason} if close.reason else {},
    )
