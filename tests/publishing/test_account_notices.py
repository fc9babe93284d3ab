"""What keeps a whole account from publishing is told once to each person, however many deliveries wait (P-6)."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pregonero.dashboard.queries import today_of
from pregonero.networks.actions.credentials import connect_account, record_lost_authorization
from pregonero.networks.actions.register import pause_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.outbox.subjects import DeliveryEvent, notify_owner
from pregonero.people.models import Member, Notice
from tests.stage import programmed

pytestmark = [pytest.mark.procedure("P-6"), pytest.mark.django_db]
MANY = 5


@pytest.fixture
def waiting(accounts: dict[str, Account], news: News, ana: Member, now: datetime) -> list[Delivery]:
    """Return many deliveries that are due on X."""
    for _ in range(MANY):
        programmed(news, ana, now)
    return list(Delivery.objects.filter(account=accounts["x"]).select_related("entity", "account"))


def tell(deliveries: list[Delivery], event: DeliveryEvent) -> None:
    for delivery in deliveries:
        notify_owner(delivery, event, now=timezone.now())


def lose(account: Account) -> None:
    reason = "X ya no acepta la autorización."
    record_lost_authorization(
        account_id=account.pk, generation=account.credential.generation, reason=reason, now=timezone.now()
    )


def test_a_lost_account_is_one_notice_for_each_person_until_it_is_connected(
    waiting: list[Delivery], accounts: dict[str, Account], ana: Member, beto: Member, carmen: Member, now: datetime
) -> None:
    lose(accounts["x"])
    tell(waiting, DeliveryEvent.UNAUTHORIZED)
    assert [Notice.objects.filter(member=person).count() for person in (ana, beto, carmen)] == [1, 1, 1]
    (task,) = today_of(ana, now=now).tasks
    assert task.title == f"Hay que conectar otra vez {accounts['x']}: lo programado allí espera"
    connect_account(account=accounts["x"], token="otra", expires_at=None, by=carmen, now=timezone.now())
    assert [today_of(person, now=now).tasks for person in (ana, carmen)] == [[], []]


def test_the_second_loss_of_an_account_is_told_again(
    waiting: list[Delivery], accounts: dict[str, Account], ana: Member, carmen: Member
) -> None:
    tell(waiting, DeliveryEvent.UNAUTHORIZED)
    connect_account(account=accounts["x"], token="otra", expires_at=None, by=carmen, now=timezone.now())
    tell(waiting, DeliveryEvent.UNAUTHORIZED)
    assert Notice.objects.filter(member=ana).count() == 2


@pytest.mark.parametrize("event", [DeliveryEvent.WILL_BE_LATE, DeliveryEvent.QUOTA_EXHAUSTED])
def test_a_limit_is_one_notice_for_each_person(
    waiting: list[Delivery], accounts: dict[str, Account], ana: Member, carmen: Member, event: DeliveryEvent
) -> None:
    pause_account(account=accounts["x"], reason="Revisión de accesos.", by=carmen, now=timezone.now())
    for delivery in waiting:
        delivery.account.refresh_from_db()
    tell(waiting, event)
    assert Notice.objects.filter(member=ana).count() == 1


def test_what_expires_on_a_stopped_account_is_one_notice_a_day(
    waiting: list[Delivery], accounts: dict[str, Account], ana: Member, carmen: Member
) -> None:
    pause_account(account=accounts["x"], reason="Revisión de accesos.", by=carmen, now=timezone.now())
    Delivery.objects.exclude(account=accounts["x"]).update(expires_at=timezone.now() + timedelta(days=9))
    promote_due(now=max(delivery.expires_at for delivery in waiting) + timedelta(seconds=1))
    assert Delivery.objects.filter(account=accounts["x"], state="EXPIRED").count() == MANY
    notice = Notice.objects.get(member=ana)
    assert notice.title == f"En {accounts['x']} no salió lo que esperaba: pasó su hora"
    assert notice.path == f"/parrilla/{timezone.localdate(waiting[0].due_at):%Y-%m-%d}/"


def test_what_expires_on_an_account_that_publishes_is_told_one_by_one(waiting: list[Delivery], ana: Member) -> None:
    tell(waiting, DeliveryEvent.EXPIRED)
    assert Notice.objects.filter(member=ana).count() == MANY
