"""Deliveries of an account that are prepared, taken and kept together: as safe as one by one (decision 0010)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pregonero.deadlines import boottime
from pregonero.networks.base import Permanent, Published, Unknown
from pregonero.networks.models import Account
from pregonero.networks.rate_limits import actions as budgets
from pregonero.networks.rate_limits.header_buffer import rate_limit_buffer
from pregonero.networks.rate_limits.policy import PostClass
from pregonero.networks.rate_limits.queries import InFlight
from pregonero.newsroom.models import Informing, News, NewsState
from pregonero.outbox import send_batches, sender, tasks
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.outcomes import record_outcomes
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.batch_prepare import prepare_locally
from pregonero.outbox.models import Attempt, Delivery, Outcome
from pregonero.outbox.queries.queue import to_prepare_locally, to_prepare_remotely
from pregonero.outbox.send_job import SendJob, SendResult
from pregonero.people.models import Member
from pregonero.publishing.models import Adaptation
from pregonero.records.models import Event, Pending
from tests.lab.process import until
from tests.stage import programmed, publication_of

pytestmark = pytest.mark.procedure("P-6")
WORKER = "worker-1"


def news(number: int, luis: Member, now: datetime) -> News:
    address = f"https://www.mincit.gov.co/prensa/noticias/comercio/{number}"
    made = News.objects.create(
        entity=luis.entity,
        address=address,
        key=address,
        title=f"Las exportaciones crecieron, nota {number}",
        summary="Café, flores y software.",
        section="Comercio",
        state=NewsState.INFORMED,
        found_at=now,
    )
    Informing.objects.create(news=made, by=luis, at=now)
    return made


@pytest.fixture
def due(accounts: dict[str, Account], luis: Member, ana: Member) -> Callable[[int], list[Delivery]]:
    """Give how to have so many texts on X whose minute has come."""

    def make(count: int) -> list[Delivery]:
        now = timezone.now()
        made = [programmed(news(Delivery.objects.count() + at, luis, now), ana, now) for at in range(count)]
        promote_due(now=timezone.now())
        return [Delivery.objects.filter(subject_id=publication.pk).get(account=accounts["x"]) for publication in made]

    return make


def claimed(account: Account, *, prepared: bool = True) -> list[SendJob]:
    if prepared:
        prepare_locally(now=timezone.now(), account_id=account.pk)
    return claim_batch(account_id=account.pk, worker=WORKER, limit=64, now=timezone.now())


def yes(work: SendJob, id: str) -> SendResult:
    return SendResult(work, Outcome.PUBLISHED, published=Published(id, f"https://x.com/m/status/{id}"))


def states(deliveries: list[Delivery]) -> list[str]:
    return [Delivery.objects.get(pk=delivery.pk).state for delivery in deliveries]


def event_types(delivery: Delivery) -> list[str]:
    events = Event.objects.filter(ref=delivery.ref.reference).order_by("pk")
    return list(events.values_list("event_type", flat=True))


def test_what_leaves_nothing_at_its_network_needs_no_job_of_its_own(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    texts = due(3)
    tasks.dispatch_due()
    assert not ProcrastinateJob.objects.filter(task_name="outbox.prepare").exists()
    tasks.prepare_locally()
    for delivery in texts:
        delivery.refresh_from_db()
        assert delivery.prepared_for == delivery.prepared["fingerprint"]
        assert event_types(delivery) == ["delivery.prepared"]
    apart = {job.args["delivery_id"] for job in ProcrastinateJob.objects.filter(task_name="outbox.prepare")}
    assert apart == set(Delivery.objects.filter(account=accounts["facebook"]).values_list("pk", flat=True))


def test_two_never_prepare_all_that_waits_at_once(due: Callable[[int], list[Delivery]]) -> None:
    (text,) = due(1)
    here = connection.connection.info
    with psycopg.connect(here.dsn, password=here.password, autocommit=True) as another:
        another.execute("SELECT pg_advisory_lock(hashtextextended('outbox.prepare_locally', 0))")
        tasks.prepare_locally()
        text.refresh_from_db()
        assert not text.prepared_for

    def prepared() -> str:
        tasks.prepare_locally()
        text.refresh_from_db()
        return text.prepared_for

    until(prepared)  # its connection is gone, as a dead worker's: nobody waits for it


def test_what_waits_for_its_own_job_is_not_read_again(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    due(2)
    here = to_prepare_locally(now=timezone.now(), account_id=None, limit=100)
    apart = to_prepare_remotely(now=timezone.now())
    texts = Delivery.objects.filter(account=accounts["x"]).values_list("pk", flat=True)
    assert set(here) == set(texts)
    assert set(apart) == set(Delivery.objects.exclude(pk__in=texts).values_list("pk", flat=True)) != set()


def test_a_wave_carries_each_ones_attempt_and_record(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    deliveries = due(5)
    works = claimed(accounts["x"])
    assert [work.delivery_id for work in works] == [delivery.pk for delivery in deliveries]
    assert states(deliveries) == ["SENDING"] * 5
    record_outcomes(results=[yes(work, str(work.delivery_id)) for work in works], now=timezone.now())
    assert states(deliveries) == ["PUBLISHED"] * 5
    for delivery in deliveries:
        attempt = Attempt.objects.get(delivery=delivery)
        assert (attempt.number, attempt.outcome, attempt.content["text"]) == (1, "PUBLISHED", _text(delivery))
        assert event_types(delivery) == ["delivery.prepared", "delivery.attempted", "delivery.published"]
        published = Event.objects.get(event_type="delivery.published", ref=delivery.ref.reference)
        assert published.facts["fingerprint"] == attempt.fingerprint
        assert published.related == [publication_of(delivery).ref.reference]
        assert Pending.objects.filter(event_id=published.pk).exists()


def _text(delivery: Delivery) -> str:
    return Adaptation.objects.get(publication=publication_of(delivery), account=delivery.account).text


def statements(captured: CaptureQueriesContext) -> int:
    """Count them without those around an alarm: one that is set already, for the same second, needs another."""
    return len([query for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]])


def test_a_wave_costs_as_many_statements_as_one_delivery(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    def costs(count: int) -> tuple[int, int]:
        due(count)
        prepare_locally(now=timezone.now(), account_id=accounts["x"].pk)
        with CaptureQueriesContext(connection) as taking:
            works = claimed(accounts["x"], prepared=False)
        assert len(works) == count
        ended = [yes(work, str(work.delivery_id)) for work in works]
        with CaptureQueriesContext(connection) as keeping:
            record_outcomes(results=ended, now=timezone.now())
        return statements(taking), statements(keeping)

    assert costs(2) == costs(8)


def test_one_outcome_that_cannot_be_kept_never_undoes_the_others(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    deliveries = due(3)
    first, second, third = claimed(accounts["x"])
    with pytest.raises(IntegrityError):  # a post is one delivery's alone
        sender.store_results([yes(first, "1"), yes(second, "1"), yes(third, "3")])
    assert states(deliveries) == ["PUBLISHED", "SENDING", "PUBLISHED"]


def test_every_kind_of_outcome_is_kept_in_one_go(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    deliveries = due(3)
    first, second, third = claimed(accounts["x"])
    bug = RuntimeError("an SDK of theirs")
    lost = SendResult(third, Outcome.UNCERTAIN, error=Unknown("El envío se interrumpió.", code="bug"), bug=bug)
    with pytest.raises(RuntimeError) as raised:
        sender.store_results([yes(first, "1"), SendResult(second, Outcome.REJECTED, error=Permanent("No.")), lost])
    assert raised.value is bug
    assert states(deliveries) == ["PUBLISHED", "REJECTED", "UNCERTAIN"]


def test_a_yes_is_kept_by_itself_when_somebody_stopped_it_meanwhile(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    deliveries = due(2)
    first, second = claimed(accounts["x"])
    Delivery.objects.filter(pk=first.delivery_id).update(cancel_requested_reason="La cifra cambió")
    record_outcomes(results=[yes(first, "1"), yes(second, "2")], now=timezone.now())
    assert states(deliveries) == ["PUBLISHED", "PUBLISHED"]
    assert Delivery.objects.get(pk=first.delivery_id).cancel_requested_reason == ""


def test_what_cannot_be_read_is_left_aside_and_the_others_go(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    broken, sound = due(2)
    prepare_locally(now=timezone.now(), account_id=accounts["x"].pk)
    missing = {**broken.payload, "media": [{"sha256": "0" * 64, "alt": ""}]}
    Delivery.objects.filter(pk=broken.pk).update(payload=missing)
    assert [work.delivery_id for work in claimed(accounts["x"], prepared=False)] == [sound.pk]
    broken.refresh_from_db()
    assert (broken.state, broken.reason_code) == ("DUE", "bug")
    assert broken.ready_at > timezone.now()


def test_a_row_that_the_database_refuses_does_not_stop_its_wave(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    broken, sound = due(2)
    prepare_locally(now=timezone.now(), account_id=accounts["x"].pk)
    Attempt.objects.create(  # an attempt that was left open, which no act of ours does
        delivery=broken, number=1, started_at=timezone.now(), worker="w", fingerprint="f", content={}, prepared={}
    )
    works = sender.claim(account_id=accounts["x"].pk, worker=WORKER, limit=64)
    assert [work.delivery_id for work in works] == [sound.pk]
    broken.refresh_from_db()
    assert (broken.state, broken.reason_code) == ("DUE", "bug")


def test_words_that_changed_after_preparing_together_are_prepared_again(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    (delivery,) = due(1)
    prepare_locally(now=timezone.now(), account_id=accounts["x"].pk)
    changed = {**delivery.payload, "text": "Otras palabras"}
    Delivery.objects.filter(pk=delivery.pk).update(payload=changed)
    assert claimed(accounts["x"]) == []  # what was prepared for the words before is let go of first, by its own job
    sender.prepare_delivery(delivery_id=delivery.pk, worker=WORKER)
    (work,) = claimed(accounts["x"])
    assert work.post.text == "Otras palabras"


def test_what_somebody_holds_is_not_prepared_over_him(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    (delivery,) = due(1)
    held: dict[str, Any] = {"leased_by": "otro", "leased_until": timezone.now() + timedelta(minutes=1)}
    Delivery.objects.filter(pk=delivery.pk).update(**held)
    assert prepare_locally(now=timezone.now(), account_id=accounts["x"].pk).stored == 0


def test_nothing_is_held_back_for_an_answer_that_is_in_the_air(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account]
) -> None:
    """Held until the quarter of an hour of the documents, it would stay although the network takes it."""
    deliveries = due(3)
    prepare_locally(now=timezone.now(), account_id=accounts["x"].pk)
    now = timezone.now()
    taking: dict[str, Any] = {"account_id": accounts["x"].pk, "worker": WORKER, "now": now}
    with transaction.atomic():  # ninety-nine of the hundred that X documents
        budgets.admit(account=accounts["x"], post_classes=[PostClass.POST] * 99, in_flight=InFlight(), now=now)
    (first,) = claim_batch(**taking, limit=1)
    assert claim_batch(**taking, limit=2) == []
    assert Delivery.objects.filter(pk__in=[each.pk for each in deliveries], state="DUE", ready_at__lte=now).count() == 2
    headers = {"x-rate-limit-remaining": "500", "x-rate-limit-reset": str(int(now.timestamp()) + 600)}
    rate_limit_buffer.observe(
        account_id=accounts["x"].pk, network="x", call="POST /2/tweets", headers=headers, body=b""
    )
    sender.flush_limit_readings()
    record_outcomes(results=[yes(first, "1")], now=now)
    assert len(claim_batch(**taking, limit=2)) == 2


def test_a_second_job_of_a_process_leaves_an_account_to_the_first_while_it_advances(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their claims would only wait for each other; but a wave whose calls all hang takes nothing more."""
    ran: list[int] = []
    monkeypatch.setattr(tasks, "send_for_a_while", lambda *, account_id, **_: ran.append(account_id))
    due(1)
    account = accounts["x"].pk
    prepare_locally(now=timezone.now(), account_id=account)
    with ThreadPoolExecutor() as senders, send_batches._running(account, senders) as batch:
        tasks.send(account_id=account)
        assert ran == []
        later = ProcrastinateJob.objects.get(task_name="outbox.help")
        assert later.args == {"account_id": account}
        assert later.scheduled_at is not None
        batch.advanced_at = boottime() - send_batches.STUCK_SECONDS
        tasks.send(account_id=account)
        assert ran == [account]
    tasks.help_send(account_id=account)
    assert ran == [account, account]


def test_two_batches_of_a_process_leave_no_third_to_their_network(accounts: dict[str, Account], dario: Member) -> None:
    """The others' deliveries fill them; a batch that hangs, or of another network, does not count."""
    entity_accounts = [accounts["x"].pk, accounts["facebook"].pk]
    another = Account.objects.create(
        entity=dario.entity, network="x", handle="otra", remote_id="77", registered_at=timezone.now()
    )
    with ThreadPoolExecutor() as senders, send_batches._running(entity_accounts[0], senders) as first:
        assert not send_batches.is_sending_here(another.pk)
        with send_batches._running(entity_accounts[0], senders):
            assert send_batches.is_sending_here(another.pk)
            assert not send_batches.is_sending_here(entity_accounts[1])
            first.advanced_at -= send_batches.STUCK_SECONDS
            assert not send_batches.is_sending_here(another.pk)


def test_results_are_stored_when_the_readings_of_limits_cannot_be(
    due: Callable[[int], list[Delivery]], accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = due(2)
    first, second = claimed(accounts["x"])

    def broken(**_arguments: Any) -> None:
        raise ProgrammingError

    monkeypatch.setattr(sender, "flush_limit_readings", broken)
    with pytest.raises(ProgrammingError):
        sender.store_results([yes(first, "1"), yes(second, "2")])
    assert states(deliveries) == ["PUBLISHED", "PUBLISHED"]
