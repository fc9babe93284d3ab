"""The close of each day of each account: delivered by the API = seen, signed by a person (FB-5)."""

from datetime import date, timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.inbox.actions import arrivals
from pregonero.inbox.actions.messages import ReceivedCounts
from pregonero.inbox.models import Contact, Conversation, DeliveredItem, Message, Stream
from pregonero.moderation.actions.daily_close import WrittenClose, mark_seen, sign_day
from pregonero.moderation.actions.delivered_items import prune_delivered
from pregonero.moderation.close_queries import AccountDay, day_of, days_of, open_days
from pregonero.moderation.models import CommunityRule, DailyClose
from pregonero.moderation.tasks import prune_delivered_items
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.moderation.conftest import Comment, hide, taken
from tests.moderation.test_views import signed_in

pytestmark = pytest.mark.procedure("FB-5")
TODAY = timezone.localdate
DAY = timedelta(days=1)


def to_yesterday(account: Account) -> date:
    """Make everything that the account got today be of yesterday, and return it."""
    Message.objects.filter(account=account).update(written_at=timezone.now() - DAY)
    DeliveredItem.objects.filter(account=account).update(written_at=timezone.now() - DAY)
    Stream.objects.filter(account=account).update(first_read_at=timezone.now() - DAY)
    return TODAY() - DAY


def counts(day: AccountDay) -> tuple[int, int, int]:
    return day.delivered, day.seen, day.difference


def signed(account: Account, day: date, by: Member, difference: int = 0, reason: str = "") -> DailyClose:
    written = WrittenClose(difference, reason=reason)
    return sign_day(account=account, day=day, written=written, by=by, now=timezone.now())


def test_a_day_is_closed_when_all_that_was_delivered_was_seen(
    comment: Comment, rules: list[CommunityRule], page: Account, ana: Member
) -> None:
    hidden, other = comment(), comment("Gracias", "Luz")
    day, client = to_yesterday(page), signed_in(ana)
    taken(hidden, hide(rules[0]), ana)
    assert counts(day_of(page, day)) == (2, 1, 1)
    path = reverse("moderation:close_account", args=[day, page.pk])
    shown = client.get(path).content.decode()
    assert "Gracias" in shown and "Nadie los ha visto" in shown and "Por qué se cierra con diferencia" in shown
    assert client.post(path, {"difference": 1}).status_code == 422

    client.post(reverse("moderation:close_see", args=[day, page.pk]), {"visto": [other.pk, hidden.pk, "x", "9" * 30]})
    assert counts(day_of(page, day)) == (2, 2, 0)
    form = {"difference": 0, "in_ads": 14, "shares": 31, "filtered": ""}
    assert client.post(path, form).status_code == 302

    close = DailyClose.objects.get()
    assert (close.delivered, close.seen, close.hidden, close.in_ads, close.filtered) == (2, 2, 1, 14, None)
    shown = " ".join(client.get(reverse("moderation:close_day", args=[day])).content.decode().split())
    assert "14 en anuncios, 31 compartidas, sin dato filtradas por la red" in shown and "Ana" in shown
    assert Event.objects.get(event_type="daily_close.signed").facts["seen"] == 2
    with pytest.raises(WrongState, match="Ya lo cerró"):
        signed(page, day, ana)


def test_what_was_delivered_and_dropped_before_our_inbox_is_named(comment: Comment, page: Account, ana: Member) -> None:
    seen = comment("Gracias", "Luz")
    lost_reading = mock.patch.object(arrivals, "receive", return_value=ReceivedCounts())
    with lost_reading, pytest.raises(Message.DoesNotExist):
        comment("Se pierde", "Rosa")
    Stream.objects.filter(account=page).update(next_read_at=timezone.now() + DAY)
    lost = DeliveredItem.objects.exclude(remote_id=seen.remote_id).get()
    day = to_yesterday(page)
    mark_seen(account=page, day=day, message_ids=[seen.pk], by=ana, now=timezone.now())
    assert counts(day_of(page, day)) == (2, 1, 1)
    shown = signed_in(ana).get(reverse("moderation:close_account", args=[day, page.pk])).content.decode()
    assert lost.remote_id in shown and "no están en la bandeja" in shown
    with pytest.raises(Refused, match="no cuadra"):
        signed(page, day, ana, difference=1)

    close = signed(page, day, ana, difference=1, reason="La red lo borró.")

    assert [(item["id"], item["why"]) for item in close.missing] == [(lost.remote_id, "no llegó a la bandeja")]


def test_a_day_is_not_signed_blindly_early_or_by_who_coordinates(
    comment: Comment, page: Account, ana: Member, carmen: Member
) -> None:
    message = comment()
    day = to_yesterday(page)
    with pytest.raises(NotAllowed):
        signed(page, day, carmen)
    with pytest.raises(WrongState, match="cambió mientras"):
        signed(page, day, ana, difference=0)
    with pytest.raises(WrongState, match="todavía no termina"):
        signed(page, TODAY(), ana)
    with pytest.raises(WrongState, match="todavía no se leía"):
        signed(page, day - DAY, ana)
    mark_seen(account=page, day=day, message_ids=[message.pk], by=ana, now=timezone.now())
    Stream.objects.filter(account=page).update(read_at=timezone.now() - DAY)
    assert not day_of(page, day).is_read
    with pytest.raises(Refused, match="no cuadra"):
        signed(page, day, ana)
    close = signed(page, day, ana, reason="La cuenta estuvo desconectada.")
    with pytest.raises((InternalError, ProgrammingError), match="append_only"), transaction.atomic():
        DailyClose.objects.filter(pk=close.pk).update(seen=0)
    with pytest.raises(IntegrityError, match="daily_close_adds_up"), transaction.atomic():
        shared = {"account": page, "by": ana, "at": timezone.now(), "hidden": 0, "held": 0, "was_read": True}
        DailyClose.objects.create(day=day - DAY, delivered=3, seen=2, **shared)


def test_what_comes_after_the_close_shows(comment: Comment, page: Account, ana: Member) -> None:
    comment()
    day = to_yesterday(page)
    signed(page, day, ana, difference=1, reason="Se revisa mañana.")
    comment("Llegó tarde", "Luz")
    to_yesterday(page)

    assert day_of(page, day).came_later == 1
    assert "llegaron 1 después" in signed_in(ana).get(reverse("moderation:close_day", args=[day])).content.decode()


def test_each_calendar_day_falls_due_the_next_working_day(page: Account, ana: Member) -> None:
    monday, first = date(2026, 11, 30), date(2026, 11, 27)
    start = timezone.make_aware(timezone.datetime(2026, 11, 27, 9))
    Stream.objects.create(account=page, name="comments", first_read_at=start, next_read_at=start)

    opened = open_days(page.entity, today=monday)

    assert [one.day for one in opened] == [first, first + DAY, first + 2 * DAY]
    assert {one.due_on for one in opened} == {monday}, "Friday's, Saturday's and Sunday's fall due on Monday"
    shared = {"delivered": 0, "seen": 0, "hidden": 0, "held": 0, "was_read": True, "by": ana, "at": start}
    DailyClose.objects.create(account=page, day=first, **shared)
    assert [one.day for one in open_days(page.entity, today=monday)] == [first + DAY, first + 2 * DAY]


def test_the_open_day_shows_next_morning_to_who_signs_and_to_who_coordinates(
    page: Account, ana: Member, carmen: Member, marta: Member
) -> None:
    start = timezone.now() - timedelta(days=8)
    Stream.objects.create(account=page, name="comments", first_read_at=start, next_read_at=start)
    for member, act in ((ana, "Cerrar"), (carmen, "Ver")):
        shown = signed_in(member).get("/").content.decode()
        assert "Cierre del" in shown and "Sin firmar: Facebook" in shown and f">{act}<" in shown.replace("\n", "")
    assert "Sin firmar: Facebook" not in signed_in(marta).get("/").content.decode()


def many(account: Account, count: int) -> date:
    """Store a day with many comments, each delivered, and return it."""
    now = timezone.now() - DAY
    contact = Contact.objects.create(
        entity=account.entity, network="facebook", remote_id="1", handle="", name="Rosa", first_seen_at=now
    )
    conversation = Conversation.objects.create(
        entity=account.entity,
        account=account,
        kind="COMMENT",
        thread_id="1",
        contact=contact,
        question="NONE",
        question_why="-",
        waiting_since=now,
        last_at=now,
    )
    shared = {"account": account, "kind": "COMMENT", "written_at": now}
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            contact=contact,
            is_work=True,
            text="Hola",
            digest="0" * 64,
            received_at=now,
            remote_id=f"1_{number}",
            **shared,
        )
        for number in range(count)
    )
    DeliveredItem.objects.bulk_create(
        DeliveredItem(remote_id=f"1_{number}", delivered_at=now, **shared) for number in range(count + 1)
    )
    Stream.objects.create(
        account=account, name="comments", first_read_at=now, read_at=timezone.now() + DAY, next_read_at=now
    )
    return timezone.localdate(now)


@pytest.mark.parametrize("count", [40, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_day_of_many_comments_closes_with_one_set_of_queries(
    count: int, page: Account, ana: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    day = many(page, count)
    with django_assert_num_queries(6):
        (counted,) = days_of(page.entity, day)
    assert counts(counted) == (count + 1, 0, count + 1)
    ids = list(Message.objects.filter(account=page).values_list("pk", flat=True))
    assert mark_seen(account=page, day=day, message_ids=ids, by=ana, now=timezone.now()) == count
    assert mark_seen(account=page, day=day, message_ids=ids, by=ana, now=timezone.now()) == 0

    close = signed(page, day, ana, difference=1, reason="Uno se perdió.")

    assert (close.delivered, close.seen, [item["id"] for item in close.missing]) == (count + 1, count, [f"1_{count}"])


def test_old_notes_of_what_was_delivered_are_removed_without_losing_what_proves_a_closed_day(
    comment: Comment, page: Account, ana: Member
) -> None:
    kept = [comment("Gracias", "Luz"), comment("De un día sin cerrar", "Eva")]
    Stream.objects.filter(account=page).update(first_read_at=timezone.now() - 200 * DAY)
    old, unclosed = TODAY() - timedelta(days=130), TODAY() - timedelta(days=131)
    shared = {"account": page, "kind": "COMMENT", "delivered_at": timezone.now()}
    for day, message in zip((old, unclosed), kept, strict=True):
        at = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 23, 30))
        Message.objects.filter(pk=message.pk).update(written_at=at)
        DeliveredItem.objects.filter(remote_id=message.remote_id).update(written_at=at)
        DeliveredItem.objects.create(remote_id=f"perdido-{day}", written_at=at, **shared)
    DeliveredItem.objects.create(remote_id="mencion", written_at=at, **shared | {"kind": "MENTION"})
    recent = comment("De hoy", "Sol")
    close = signed(page, old, ana, difference=2, reason="Uno se perdió y otro no se vio.")
    before = counts(day_of(page, old)), close.missing

    assert prune_delivered(now=timezone.now(), limit=1) == 1
    prune_delivered_items(timestamp=0)

    left = set(DeliveredItem.objects.values_list("remote_id", flat=True))
    assert left == {f"perdido-{old}", f"perdido-{unclosed}", kept[1].remote_id, recent.remote_id}
    close.refresh_from_db()
    assert (counts(day_of(page, old)), close.missing) == before
    assert day_of(page, old).came_later == 0
