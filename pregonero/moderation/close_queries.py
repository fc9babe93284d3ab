"""What a day of each account had: delivered by the API, seen by a person, and what is missing (FB-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from pregonero.inbox.models import Answer, DeliveredItem, Message, Stream
from pregonero.moderation.models import DailyClose, Decision, SeenComment
from pregonero.moderation.states import Visibility
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.outbox.models import Delivery
from pregonero.people.models import Entity
from pregonero.working_days import next_working_day

APART = ("messages", "chat")  # streams of what is no comment: private messages, and the chat of a live broadcast
LOOK_BACK = 60  # days that may still be open


@dataclass(frozen=True)
class AccountDay:
    """A calendar day of an account. `dropped` were delivered and are not in the inbox."""

    account: Account
    day: date
    stored: int
    seen: int
    hidden: int
    held: int
    dropped: int
    is_read: bool
    close: DailyClose | None

    @property
    def delivered(self) -> int:
        """Return how many comments the API delivered."""
        return self.stored + self.dropped

    @property
    def difference(self) -> int:
        """Return how many of them nobody has seen."""
        return self.delivered - self.seen

    @property
    def adds_up(self) -> bool:
        """Return whether all was delivered and seen, and the network was read after the day ended."""
        return self.difference == 0 and self.is_read

    @property
    def came_later(self) -> int:
        """Return how many came after the day was closed."""
        return max(0, self.delivered - self.close.delivered) if self.close is not None else 0

    @property
    def due_on(self) -> date:
        """Return when it falls due: the next working day."""
        return next_working_day(self.day)


@dataclass(frozen=True)
class OpenDay:
    """A day of an account that nobody has closed."""

    account: Account
    day: date

    @property
    def due_on(self) -> date:
        """Return when it falls due: the next working day."""
        return next_working_day(self.day)


def days_of(entity: Entity, day: date) -> list[AccountDay]:
    """Return a day of each account that is read, in six queries whatever the number of comments."""
    firsts = first_days(entity)
    accounts = [account for account in accounts_of(entity) if account.pk in firsts]
    return _account_days(accounts, day)


def day_of(account: Account, day: date) -> AccountDay:
    """Return a day of an account."""
    return _account_days([account], day)[0]


def _account_days(accounts: Sequence[Account], day: date) -> list[AccountDay]:
    _, end = limits_of(day)
    comments = _comments(accounts, day).order_by().values("account")
    counted = comments.annotate(
        stored=Count("pk"),
        seen_count=Count("pk", filter=_is_seen()),
        hidden=Count("pk", filter=Q(moderation__visibility=Visibility.HIDDEN)),
        held=Count("pk", filter=Q(moderation__visibility=Visibility.HELD)),
    )
    by_account: dict[int, Any] = {row["account"]: row for row in counted}
    missing = _dropped(accounts, day).order_by().values("account").annotate(count=Count("pk"))
    dropped = {row["account"]: row["count"] for row in missing}
    streams = Stream.objects.filter(account__in=accounts).exclude(name__in=APART).order_by().values("account")
    unread = streams.annotate(late=Count("pk", filter=Q(read_at__isnull=True) | Q(read_at__lt=end)))
    is_read = {row["account"]: row["late"] == 0 for row in unread}
    found = DailyClose.objects.filter(account__in=accounts, day=day).select_related("by", "account")
    closes = {close.account_id: close for close in found}
    return [
        AccountDay(
            account=account,
            day=day,
            stored=(row := by_account.get(account.pk, {})).get("stored", 0),
            seen=row.get("seen_count", 0),
            hidden=row.get("hidden", 0),
            held=row.get("held", 0),
            dropped=dropped.get(account.pk, 0),
            is_read=is_read.get(account.pk, False),
            close=closes.get(account.pk),
        )
        for account in accounts
    ]


def limits_of(day: date) -> tuple[datetime, datetime]:
    """Return when a calendar day begins and when it ends, in the time of Bogotá."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _comments(accounts: Sequence[Account], day: date) -> QuerySet[Message]:
    start, end = limits_of(day)
    return Message.objects.filter(
        account__in=accounts,
        kind=InteractionKind.COMMENT,
        contact__isnull=False,
        written_at__gte=start,
        written_at__lt=end,
    )


def _is_seen() -> Q:
    """Return whether a person answered a comment, decided about it, or marked it as seen."""
    message = OuterRef("pk")
    return (
        Q(Exists(SeenComment.objects.filter(message=message)))
        | Q(Exists(Decision.objects.filter(message=message, by__isnull=False)))
        | Q(Exists(Answer.objects.filter(message=message)))
    )


def _dropped(accounts: Sequence[Account], day: date) -> QuerySet[DeliveredItem]:
    start, end = limits_of(day)
    items = DeliveredItem.objects.filter(
        account__in=accounts, kind=InteractionKind.COMMENT, written_at__gte=start, written_at__lt=end
    )
    same = {"account": OuterRef("account"), "remote_id": OuterRef("remote_id")}
    return items.exclude(Exists(Message.objects.filter(**same))).exclude(Exists(Delivery.objects.filter(**same)))


def unseen_comments(account: Account, day: date) -> QuerySet[Message]:
    """Return the comments of a day that nobody has seen, the first one first. The caller slices the queryset."""
    unseen = _comments([account], day).exclude(_is_seen()).select_related("account", "contact", "conversation")
    return unseen.order_by("written_at", "pk")


def dropped_items(account: Account, day: date) -> QuerySet[DeliveredItem]:
    """Return what the network delivered on a day and is not in the inbox, the first one first."""
    return _dropped([account], day).order_by("written_at", "pk")


def prunable_items(*, now: datetime) -> QuerySet[DeliveredItem]:
    """Return the notes that no close needs: of months whose term ended, and of comments, only where the day is closed.

    A comment that never reached the inbox stays: it proves what the close of its day named missing.
    """
    last_open = timezone.localdate(now) - timedelta(days=LOOK_BACK)
    items = DeliveredItem.objects.filter(written_at__lt=limits_of(last_open.replace(day=1))[0])
    day = TruncDate("written_at", tzinfo=timezone.get_current_timezone())
    same = {"account": OuterRef("account"), "remote_id": OuterRef("remote_id")}
    is_stored = Exists(Message.objects.filter(**same)) | Exists(Delivery.objects.filter(**same))
    is_closed = Exists(DailyClose.objects.filter(account=OuterRef("account"), day=OuterRef("day")))
    needed = Q(kind=InteractionKind.COMMENT) & ~(Q(is_stored) & Q(is_closed))
    return items.annotate(day=day).exclude(needed).order_by("pk")


def first_days(entity: Entity) -> dict[int, date]:
    """Return by account the day on which it was first read; an account that never was has none."""
    streams = Stream.objects.filter(account__entity=entity, first_read_at__isnull=False).order_by()
    firsts = streams.values("account").annotate(first=Min("first_read_at"))
    return {row["account"]: timezone.localdate(row["first"]) for row in firsts}


def open_days(entity: Entity, *, today: date) -> list[OpenDay]:
    """Return the days before today that an account in use has not closed, the first one first (FB-5)."""
    firsts = first_days(entity)
    since = today - timedelta(days=LOOK_BACK)
    closed = set(DailyClose.objects.filter(account__entity=entity, day__gte=since).values_list("account", "day"))
    accounts = list(accounts_of(entity))
    return [
        OpenDay(account, day)
        for day in (since + timedelta(days=number) for number in range(LOOK_BACK))
        for account in accounts
        if account.pk in firsts and firsts[account.pk] <= day and (account.pk, day) not in closed
    ]


def latest_closes(entity: Entity, *, limit: int = 30) -> list[DailyClose]:
    """Return the latest days that were closed, the newest first."""
    closes = DailyClose.objects.filter(account__entity=entity).select_related("account", "by")
    return list(closes.order_by("-day", "account")[:limit])
