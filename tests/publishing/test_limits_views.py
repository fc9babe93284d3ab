"""The page Límites y gasto: what is left, whose word it is, the entity's own limits, and letting go on."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.networks.base import QuotaExhausted
from pregonero.networks.models import Account
from pregonero.networks.rate_limits import actions as budgets
from pregonero.networks.rate_limits import queries as rooms
from pregonero.networks.rate_limits.capacity import Admission
from pregonero.networks.rate_limits.models import NetworkSuspension, Quota, UsageBucket
from pregonero.networks.rate_limits.policy import PostClass, dollars
from pregonero.networks.rate_limits.queries import InFlight
from pregonero.newsroom.models import News
from pregonero.outbox.actions.throttling import resume_sending, set_limit, suspend_for, wait_to_prepare
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.limits import get_quota_line
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing.calendar import at_hour
from pregonero.records.models import Event
from tests.publishing.test_states import put
from tests.publishing.test_views import sent
from tests.stage import deliveries_in, drafted, programmed

pytestmark = pytest.mark.procedure("P-6")
FULL = QuotaExhausted("El canal llegó al número de videos de un día.", code="uploadLimitExceeded", retry_after=6 * 3600)
SPENT = QuotaExhausted("Se agotó el saldo para usar X: alguien debe recargarlo.", code="402", retry_after=3600)


def signed_in(person: Member) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def spend(account: Account, acts: list[PostClass]) -> None:
    with transaction.atomic():
        rooms.lock_quota(account.pk)
        budgets.admit(account=account, post_classes=acts, in_flight=InFlight(), now=timezone.now())


@pytest.fixture
def x(accounts: dict[str, Account]) -> Account:
    return accounts["x"]


@pytest.fixture
def waiting(x: Account, news: News, ana: Member) -> Delivery:
    delivery = deliveries_in(programmed(news, ana, timezone.now())).get(account=x)
    put(delivery, DeliveryState.DUE)
    return delivery


def stop(x: Account) -> NetworkSuspension:
    with transaction.atomic():
        assert suspend_for(x, SPENT, now=timezone.now())
    return NetworkSuspension.objects.get()


def test_it_shows_what_was_spent_whose_word_it_is_and_the_month(x: Account, ana: Member) -> None:
    spend(x, [PostClass.LINK_POST, PostClass.POST])
    page = signed_in(ana).get(reverse("publishing:limits")).content.decode()

    assert "0,215 USD este mes" in page
    assert "2 de 100" in page
    assert "nuestro conteo; límite de la red al" in page
    assert "Poner tope" not in page  # only who coordinates sets limits


def test_who_coordinates_sets_the_month_s_money_and_it_is_recorded(x: Account, carmen: Member) -> None:
    path = reverse("publishing:limit", args=[x.pk, "money"])
    page = signed_in(carmen).post(path, {"limit": "0,02"}, follow=True).content.decode()

    assert Quota.objects.get(quota_key="money").own_limit == 20_000
    assert "0,02" in page
    event = Event.objects.get(event_type="limit.set")
    assert event.facts["after"] == 20_000
    with transaction.atomic():
        room = budgets.admit(account=x, post_classes=[PostClass.POST] * 3, in_flight=InFlight(), now=timezone.now())
    assert (room.admitted, room.quota) == (1, "money")


@pytest.mark.parametrize(
    ("quota", "written", "sentence"),
    [
        ("money", "mucho", "Escribe un número, como 50,00."),
        ("posts", "muchas", "Escribe un número, como 50."),
        ("posts", "1,5", "Escribe un número entero."),
        ("money", "0,001", "Escribe dos decimales como máximo."),
        ("posts", "-1", "Escribe cero o más."),
    ],
)
def test_a_limit_that_is_no_number_is_said_beside_the_field_and_changes_nothing(
    x: Account, carmen: Member, quota: str, written: str, sentence: str
) -> None:
    response = signed_in(carmen).post(reverse("publishing:limit", args=[x.pk, quota]), {"limit": written})
    page = response.content.decode()

    assert response.status_code == 422
    assert page.count(sentence) == 2  # in the list of errors, with its link, and beside the field
    assert f'value="{written}"' in page
    assert not Quota.objects.filter(own_limit__isnull=False).exists()


@pytest.mark.parametrize(
    ("quota", "written", "stored"),
    [("posts", "1.500", 1500), ("posts", "40", 40), ("money", "1.250,50", 1_250_500_000), ("money", "0.5", 500_000)],
)
def test_a_limit_is_read_as_numbers_are_written_in_colombia(
    x: Account, carmen: Member, quota: str, written: str, stored: int
) -> None:
    signed_in(carmen).post(reverse("publishing:limit", args=[x.pk, quota]), {"limit": written})
    assert Quota.objects.get(quota_key=quota).own_limit == stored


def test_an_empty_limit_removes_the_entity_s_own(x: Account, carmen: Member) -> None:
    set_limit(account=x, budget="posts", limit=5, by=carmen, now=timezone.now())
    path = reverse("publishing:limit", args=[x.pk, "posts"])
    assert 'value="5"' in signed_in(carmen).get(path).content.decode()
    page = signed_in(carmen).post(path, {"limit": ""}, follow=True).content.decode()

    assert "Tope quitado." in page
    assert Quota.objects.get(quota_key="posts").own_limit is None


def test_the_page_has_no_inputs_and_tells_used_reserved_and_left(x: Account, waiting: Delivery, carmen: Member) -> None:
    set_limit(account=x, budget="posts", limit=10, by=carmen, now=timezone.now())
    spend(x, [PostClass.POST] * 3)
    put(waiting, DeliveryState.SENDING)
    line = get_quota_line(account=x, key="posts", now=timezone.now())

    assert (line.settled, line.reserved, line.left.remaining) == (2, 1, 7)
    assert (line.settled_percent, line.reserved_percent) == (20, 10)
    page = signed_in(carmen).get(reverse("publishing:limits")).content.decode()
    assert "quedan 7" in page
    assert 'name="limit"' not in page
    assert "puesto por Carmen" in page


def test_what_a_network_reports_restarts_when_it_says(x: Account, ana: Member) -> None:
    now = timezone.now()
    Quota.objects.create(
        entity=x.entity,
        network="x",
        account=x,
        quota_key="posts",
        reported_limit=100,
        reported_remaining=40,
        reported_at=now,
        resets_at=now + timedelta(minutes=9),
    )
    line = get_quota_line(account=x, key="posts", now=now)
    assert (line.left.used, line.restarts_at, line.restarts_whole) == (60, now + timedelta(minutes=9), True)


def test_spent_money_holds_what_waits_with_its_reason_until_a_person_says(
    x: Account, waiting: Delivery, ana: Member
) -> None:
    held = stop(x)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason_code, waiting.reason) == ("DUE", "limit:402", SPENT.reason)
    assert waiting.ready_at > timezone.now() + timedelta(minutes=10)
    page = signed_in(ana).get(reverse("publishing:limits")).content.decode()
    assert "hay envíos detenidos" in page

    resume_sending(stop=held, by=ana, now=timezone.now())
    waiting.refresh_from_db()
    assert waiting.reason == ""
    assert waiting.ready_at <= timezone.now()
    assert rooms.current_suspension(x, now=timezone.now()) is None
    assert Event.objects.filter(event_type="sending.resumed").count() == 1


def test_a_channel_that_takes_no_more_videos_lets_out_at_their_minute_those_that_it_has(
    accounts: dict[str, Account], news: News, ana: Member
) -> None:
    youtube, now = accounts["youtube"], timezone.now()
    there, missing = (deliveries_in(programmed(news, ana, now)).get(account=youtube) for _ in range(2))
    put(there, DeliveryState.DUE)
    put(missing, DeliveryState.DUE)
    Delivery.objects.filter(pk=there.pk).update(prepared_for="a" * 64)
    with transaction.atomic():
        assert suspend_for(youtube, FULL, now=now)

    there.refresh_from_db()
    missing.refresh_from_db()
    assert (there.reason, there.ready_at <= now) == ("", True)
    assert (missing.reason, missing.ready_at) == (FULL.reason, now + timedelta(hours=6))
    spend(youtube, [PostClass.POST])
    assert UsageBucket.objects.get(quota_key="units").amount == 50
    assert wait_to_prepare(missing, now=now) == Admission(0, FULL.reason, now + timedelta(hours=6), FULL.code)
    assert ana.notices.get(kind="sending.suspended").title == "YouTube no recibe más por ahora"


def test_people_are_told_of_a_stop_once_and_the_coordinator_too(
    x: Account, waiting: Delivery, ana: Member, carmen: Member
) -> None:
    stop(x)
    stop(x)

    for person in (ana, carmen):
        assert person.notices.filter(kind="sending.suspended").count() == 1
    assert ana.notices.filter(kind__startswith="delivery.will_be_late").count() == 1


def test_eighty_hundredths_are_told_once_in_each_window(x: Account, ana: Member, carmen: Member) -> None:
    set_limit(account=x, budget="money", limit=100_000, by=carmen, now=timezone.now())
    spend(x, [PostClass.POST] * 5)
    assert not ana.notices.filter(kind__startswith="budget.near").exists()
    spend(x, [PostClass.POST])
    spend(x, [PostClass.REPLY])

    assert ana.notices.filter(kind__startswith="budget.near").count() == 1
    assert carmen.notices.get(kind__startswith="budget.near").title == "X: va en 90 % de gasto del mes"


@pytest.mark.parametrize(
    ("micros", "words"),
    [(0, "0,00 USD"), (1_000, "0,001 USD"), (215_000, "0,215 USD"), (1_234_560_000, "1.234,56 USD")],
)
def test_money_reads_as_it_is_written_here(micros: int, words: str) -> None:
    assert dollars(micros) == words


def test_the_programme_says_when_each_would_really_leave(x: Account, news: News, ana: Member, carmen: Member) -> None:
    set_limit(account=x, budget="posts", limit=1, by=carmen, now=timezone.now())
    tomorrow = at_hour(timezone.localdate() + timedelta(days=1), 9)
    for minutes in (0, 1):
        programmed(news, ana, timezone.now(), due_at=tomorrow + timedelta(minutes=minutes))
    page = signed_in(ana).get(reverse("publishing:day", args=[tomorrow.date()])).content.decode()

    assert "Con estos límites, la de las 09:01 en X saldría a las 09:15." in page


def test_the_editor_says_what_it_would_cost_and_when_it_would_leave(
    x: Account, news: News, ana: Member, carmen: Member
) -> None:
    set_limit(account=x, budget="posts", limit=1, by=carmen, now=timezone.now())
    tomorrow = at_hour(timezone.localdate() + timedelta(days=1), 9)
    programmed(news, ana, timezone.now(), due_at=tomorrow)
    draft = drafted(news, ana, timezone.now())
    about = sent(draft) | {"day": f"{tomorrow:%Y-%m-%d}", "hour": "09:05"}
    page = signed_in(ana).post(reverse("publishing:review", args=[draft.pk]), about).content.decode()

    assert "X: con estos límites, saldría a las 09:15." in page
    assert "Publicar en X cuesta 0,20 USD." in page


def test_the_month_s_forecast_counts_what_is_programmed(x: Account, news: News, ana: Member) -> None:
    programmed(news, ana, timezone.now(), due_at=timezone.now() + timedelta(minutes=5))
    page = signed_in(ana).get(reverse("publishing:limits")).content.decode()

    assert "Lo programado hasta fin de mes costará" in page
