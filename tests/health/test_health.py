"""Heartbeats, system incidents, and the checks of `pregonero doctor` and the status page."""

import errno
import json
import threading
import time
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.errors import DiskFull

from pregonero.health import incident_buffer, queries, tasks
from pregonero.health.actions import record_heartbeat, record_incident
from pregonero.health.models import Heartbeat, Incident, IncidentKind
from pregonero.health.report import installation_report
from pregonero.health.runner import CheckResult, run_checks
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.health_checks import rebuild_queue
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing.actions import pause_everything
from tests.publishing.conftest import accounts, candidate, news, picture, video
from tests.publishing.test_states import put
from tests.publishing.test_stopping import client_of
from tests.stage import deliveries_in, programmed

__all__ = ["accounts", "candidate", "news", "picture", "video"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_buffer() -> None:
    incident_buffer.drain()


def check_result(name: str, entity_id: int | None = None) -> CheckResult:
    (result,) = (result for result in run_checks(entity_id=entity_id) if result.name == name)
    return result


def run_check(name: str, entity_id: int | None = None) -> tuple[bool, str]:
    result = check_result(name, entity_id)
    return result.ok, result.text


def store_heartbeat(worker: str, now: datetime, database_since: datetime, drift: float = 0.0) -> Heartbeat:
    return record_heartbeat(
        worker=worker, drift_seconds=drift, free_bytes=10**12, database_since=database_since, now=now
    )


def test_beat_stores_the_drift_between_both_clocks() -> None:
    tasks.heartbeat.func(timestamp=0)
    heartbeat = Heartbeat.objects.get()
    assert abs(heartbeat.drift_seconds) < 600
    assert heartbeat.database_since == queries.database_since()


def test_record_heartbeat_stores_one_incident_when_the_database_restarted() -> None:
    now = timezone.now()
    store_heartbeat("a", now, now - timedelta(days=2))
    store_heartbeat("b", now, now - timedelta(minutes=1))
    store_heartbeat("a", now + timedelta(seconds=15), now - timedelta(minutes=1))
    assert [incident.kind for incident in Incident.objects.all()] == ["DATABASE_RESTARTED"]


def test_record_incident_counts_a_repetition_within_ten_minutes_and_adds_a_row_later() -> None:
    now = timezone.now()
    for minutes in (0, 5, 60):
        record_incident(kind=IncidentKind.WORKER_LOST, detail="Murió.", now=now + timedelta(minutes=minutes))
    assert list(Incident.objects.order_by("pk").values_list("occurrences", flat=True)) == [2, 1]


def test_note_error_finds_a_full_disk_in_the_chain_of_causes() -> None:
    wrapped = ValueError("wrapped")
    wrapped.__cause__ = DiskFull()
    incident_buffer.note_error(wrapped)
    incident_buffer.note_error(OSError(errno.ENOSPC, "no space"))
    incident_buffer.note_error(OSError(errno.EACCES, "another"))
    assert [kind for kind, _ in incident_buffer.drain()] == ["DISK_FULL", "DISK_FULL"]


def test_note_error_ends_on_a_circular_chain_of_causes() -> None:
    """psycopg's errors form such a chain when the database stops under many threads."""
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    thread = threading.Thread(target=incident_buffer.note_error, args=(first,), daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_beat_stores_the_clock_jumps_that_watch_clock_buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    incident_buffer.watch_clock()
    real = time.time
    monkeypatch.setattr(incident_buffer.time, "time", lambda: real() + 3600)
    incident_buffer.watch_clock()
    monkeypatch.undo()
    incident_buffer.watch_clock()
    jumps = incident_buffer.drain()
    assert [("adelantó" in detail, "atrasó" in detail) for _, detail in jumps] == [(True, False), (False, True)]
    for kind, detail in jumps:
        incident_buffer.note_incident(kind, detail)
    tasks.heartbeat.func(timestamp=0)
    assert Incident.objects.get().kind == "CLOCK_JUMPED"


def test_workers_check_fails_without_a_connected_pool() -> None:
    ok, sentence = run_check("workers")
    assert (ok, "no hay un trabajador en marcha" in sentence) == (False, True)


def test_clock_check_names_the_worker_whose_clock_differs() -> None:
    now = timezone.now()
    store_heartbeat("equipo-2:1:a", now, now, drift=42.0)
    ok, sentence = run_check("clock")
    assert not ok
    assert "equipo-2:1:a difiere 42 s" in sentence


@pytest.mark.parametrize(("version", "ok"), [("v21.0", False), ("v26.0", True), ("v99.0", True)])
def test_graph_check_fails_when_the_version_ends_soon(version: str, ok: bool, settings: pytest.FixtureRequest) -> None:
    settings.GRAPH_VERSION = version  # type: ignore[attr-defined]
    assert run_check("graph")[0] is ok


@pytest.mark.usefixtures("accounts")
def test_needs_person_check_counts_deliveries_of_its_entity_only(news: News, ana: Member, dario: Member) -> None:
    delivery = deliveries_in(programmed(news, ana, timezone.now())).order_by("pk").first()
    assert delivery is not None
    put(delivery, DeliveryState.NEEDS_PERSON)
    assert run_check("needs_person", ana.entity_id) == (False, "Un envío espera que alguien decida si salió.")
    assert run_check("needs_person", dario.entity_id)[0] is True


@pytest.mark.usefixtures("accounts")
def test_rebuild_queue_schedules_the_wakeups_that_were_lost(news: News, ana: Member) -> None:
    programmed(news, ana, timezone.now(), due_at=timezone.now().replace(microsecond=0) + timedelta(hours=2))
    ProcrastinateJob.objects.filter(task_name="outbox.look").delete()
    assert run_check("alarms")[0] is False
    rebuild_queue()
    assert run_check("alarms")[0] is True


@pytest.mark.usefixtures("accounts")
def test_overdue_check_ignores_paused_deliveries(news: News, ana: Member) -> None:
    programmed(news, ana, timezone.now())
    Delivery.objects.update(ready_at=timezone.now() - timedelta(minutes=10))
    assert run_check("overdue")[0] is False
    pause_everything(reason="Llegó una alerta.", by=ana, now=timezone.now())
    assert run_check("overdue")[0] is True
    (pause,) = check_result("paused").details
    assert (pause.text, pause.path) == ("Todo lo de MinComercio", "/pausa/")
    assert pause.why.startswith("Ana Rojas, desde las ")
    assert pause.why.endswith(": Llegó una alerta.")


def test_status_page_shows_checks_incidents_and_undecided_deliveries(
    accounts: dict[str, Account], news: News, ana: Member
) -> None:
    delivery = deliveries_in(programmed(news, ana, timezone.now())).get(account=accounts["x"])
    put(delivery, DeliveryState.NEEDS_PERSON)
    record_incident(kind=IncidentKind.DISK_FULL, detail="No se pudo escribir.", now=timezone.now())
    record_incident(kind=IncidentKind.PART_RESTARTED, detail="El trabajador: terminó solo.", now=timezone.now())
    page = client_of(ana).get("/estado/").content.decode()
    expected_texts = (
        "no hay un trabajador en marcha",
        "Se llenó el disco",
        "No se pudo escribir.",
        "Una parte terminó sola y se levantó otra vez",
        "El trabajador: terminó solo.",
        f"/envios/{delivery.pk}/decision/",
        "X · @mincomercioco",
    )
    for text in expected_texts:
        assert text in page


def test_status_page_requires_sign_in() -> None:
    assert Client().get("/estado/").status_code == 302


def test_check_results_are_serializable_to_json() -> None:
    assert json.loads(json.dumps(installation_report().as_dict(), default=str))


def test_every_app_registers_its_checks() -> None:
    names = [result.name for result in run_checks()]
    assert names == [
        "database",
        "migrations",
        "disk",
        "clock",
        "workers",
        "mail",
        "triggers",
        "keys",
        "graph",
        "accounts",
        "brand",
        "overdue",
        "throttled",
        "alarms",
        "stuck",
        "needs_person",
        "rejected",
        "paused",
        "reading",
        "notices",
    ]
