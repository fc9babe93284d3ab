"""What Estado, Hoy and `pregonero doctor` say of accounts that do not publish: paused, lost, or held by a limit."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pregonero.health.actions import record_heartbeat
from pregonero.health.models import Incident
from pregonero.health.runner import Level
from pregonero.networks.actions.credentials import record_lost_authorization
from pregonero.networks.actions.register import pause_account, resume_account
from pregonero.networks.base import Transient
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.actions.throttling import suspend_for
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.account_stops import StopKind, account_stops
from pregonero.people.models import Member
from tests.health.test_health import check_result, run_check
from tests.publishing.conftest import accounts, candidate, news, picture, video
from tests.publishing.test_stopping import client_of
from tests.stage import programmed

__all__ = ["accounts", "candidate", "news", "picture", "video"]
pytestmark = pytest.mark.django_db
WHY = "Revisión de accesos."
REFUSED = "X ya no acepta la autorización."
QUARTER = 15 * 60


def pages_of(member: Member) -> tuple[str, str]:
    client = client_of(member)
    return main_of(client.get("/").content.decode()), main_of(client.get("/estado/").content.decode())


def main_of(page: str) -> str:
    """Return the part of a page that is its own: the frame also says how each account is."""
    return page.partition("<main")[2].partition("</main>")[0]


def lose(account: Account, now: datetime) -> None:
    record_lost_authorization(account_id=account.pk, generation=account.credential.generation, reason=REFUSED, now=now)


def throttle(account: Account, now: datetime, seconds: float = QUARTER) -> None:
    promote_due(now=now)
    error = Transient("X pide esperar: se alcanzó su límite de llamadas.", code="429", retry_after=seconds)
    assert suspend_for(account, error, now=now)


@pytest.mark.procedure("P-6")
def test_a_paused_account_is_counted_on_estado_and_said_on_hoy_to_every_role(
    accounts: dict[str, Account], carmen: Member, ana: Member, luis: Member
) -> None:
    pause_account(account=accounts["x"], reason=WHY, by=carmen, now=timezone.now())
    pause = check_result("paused", carmen.entity_id)
    assert (pause.level, pause.sentence) == (Level.PAUSED, "Hay una pausa.")
    assert [(each.text, each.why) for each in pause.details] == [(str(accounts["x"]), WHY)]
    for member in (carmen, ana, luis):
        today, status = pages_of(member)
        assert f"{accounts['x']} está en pausa." in today
        assert WHY in today
        assert "Todo funciona." not in status
        assert status.count(WHY) == 1
        assert "Nada está en pausa" not in status
    resume_account(account=accounts["x"], by=carmen, now=timezone.now())
    assert run_check("paused", carmen.entity_id) == (True, "Nada está en pausa.")
    assert "está en pausa" not in pages_of(ana)[0]


def test_a_pause_of_another_entity_is_not_counted(accounts: dict[str, Account], carmen: Member, dario: Member) -> None:
    pause_account(account=accounts["x"], reason=WHY, by=carmen, now=timezone.now())
    assert run_check("paused", dario.entity_id) == (True, "Nada está en pausa.")
    assert "está en pausa" not in pages_of(dario)[0]


def test_a_lost_account_is_no_pause_and_its_reason_is_written_once(
    accounts: dict[str, Account], news: News, ana: Member, carmen: Member
) -> None:
    programmed(news, ana, timezone.now())
    lose(accounts["x"], timezone.now())
    (stop,) = account_stops(entity_id=ana.entity_id, now=timezone.now())
    assert (stop.kind, stop.publications) == (StopKind.LOST, 1)
    lost = check_result("accounts", ana.entity_id)
    assert (lost.level, [each.text for each in lost.details]) == (Level.ERROR, [str(accounts["x"])])
    assert run_check("paused", ana.entity_id) == (True, "Nada está en pausa.")
    today, status = pages_of(ana)
    assert f"{accounts['x']} no está conectada." in today
    assert status.count(REFUSED) == 1


def test_an_account_held_by_a_429_is_said_with_its_local_hour(
    accounts: dict[str, Account], news: News, ana: Member
) -> None:
    now = timezone.now()
    programmed(news, ana, now)
    throttle(accounts["x"], now)
    until = timezone.localtime(now + timedelta(seconds=QUARTER))
    throttled = check_result("throttled", ana.entity_id)
    assert throttled.level == Level.REVIEW
    (account,) = throttled.details
    assert account.text.startswith(f"{accounts['x']} espera a su red hasta las {until:%H:%M}")
    assert account.why.endswith("Una publicación espera.")
    assert all(f"hasta las {until:%H:%M}" in page for page in pages_of(ana))


def test_a_429_that_delays_nothing_is_no_fault(accounts: dict[str, Account], ana: Member) -> None:
    throttle(accounts["x"], timezone.now())
    assert check_result("throttled", ana.entity_id).level == Level.PAUSED
    assert "espera a su red" not in pages_of(ana)[0]


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(("seconds", "is_late"), [(20, False), (45, True)])
def test_overdue_is_said_within_a_minute_even_while_it_is_retried(
    news: News, ana: Member, *, seconds: int, is_late: bool
) -> None:
    now = timezone.now()
    programmed(news, ana, now)
    Delivery.objects.update(
        due_at=now - timedelta(seconds=seconds), ready_at=now + timedelta(seconds=20), reason="X no respondió."
    )
    overdue = check_result("overdue")
    assert overdue.ok is not is_late
    assert any(each.why == "X no respondió." for each in overdue.details) is is_late


def test_what_a_network_makes_wait_is_not_overdue_besides(
    accounts: dict[str, Account], news: News, ana: Member
) -> None:
    now = timezone.now()
    programmed(news, ana, now)
    Delivery.objects.update(due_at=now - timedelta(minutes=5))
    throttle(accounts["x"], now)
    Delivery.objects.exclude(account=accounts["x"]).update(due_at=now, ready_at=now)
    assert run_check("overdue", ana.entity_id)[0] is True
    assert run_check("throttled", ana.entity_id)[0] is False


def test_a_restart_of_the_database_is_told_in_local_time() -> None:
    now = timezone.now()
    for since in (now - timedelta(days=1), now - timedelta(minutes=1)):
        record_heartbeat(worker="a", drift_seconds=0, free_bytes=10**12, database_since=since, now=now)
    detail = Incident.objects.get().detail
    assert f"{timezone.localtime(now - timedelta(minutes=1)):%H:%M:%S}" in detail
    assert "UTC" not in detail


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize(("count", "sentence"), [(1, "Un envío sigue sin"), (2, "2 envíos siguen sin")])
def test_what_is_unconfirmed_is_said_in_its_number(
    accounts: dict[str, Account], news: News, ana: Member, now: datetime, count: int, sentence: str
) -> None:
    programmed(news, ana, now)
    stuck = Delivery.objects.order_by("pk").values_list("pk", flat=True)[:count]
    long_ago = timezone.now() - timedelta(hours=1)
    changed = Delivery.objects.filter(pk__in=list(stuck))
    changed.update(state="DUE", ready_at=long_ago, attempts_made=1, prepared_for="f")
    changed.update(state="SENDING", leased_by="w", leased_until=long_ago)
    result = check_result("stuck")
    assert (result.ok, result.sentence) == (False, f"{sentence} confirmar desde hace rato.")
    assert len(result.details) == count
