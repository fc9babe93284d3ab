"""What befell the installation is kept and shown; the doctor and the status page say what to do."""

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
from pregonero.health.runner import examine
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.models import Member
from pregonero.publishing.actions import stop_everything
from pregonero.publishing.models import Delivery
from pregonero.publishing.states import DeliveryState
from tests.publishing.conftest import accounts, candidate, news, picture, video
from tests.publishing.test_states import put
from tests.publishing.test_stopping import client_of
from tests.stage import programmed

__all__ = ["accounts", "candidate", "news", "picture", "video"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    incident_buffer.take()


def said(name: str, entity_id: int | None = None) -> tuple[bool, str]:
    (found,) = (each for each in examine(entity_id=entity_id) if each.name == name)
    return found.ok, found.sentence


def beat(worker: str, now: datetime, since: datetime, drift: float = 0.0) -> Heartbeat:
    return record_heartbeat(worker=worker, drift_seconds=drift, free_bytes=10**12, database_since=since, now=now)


def test_a_beat_is_kept_with_both_clocks() -> None:
    tasks.beat.func(timestamp=0)
    kept = Heartbeat.objects.get()
    assert abs(kept.drift_seconds) < 600
    assert kept.database_since == queries.database_since()


def test_a_database_that_restarted_is_an_incident_once() -> None:
    now = timezone.now()
    beat("a", now, now - timedelta(days=2))
    beat("b", now, now - timedelta(minutes=1))
    beat("a", now + timedelta(seconds=15), now - timedelta(minutes=1))
    assert [incident.kind for incident in Incident.objects.all()] == ["DATABASE_RESTARTED"]


def test_the_same_soon_after_is_counted_and_later_is_another() -> None:
    now = timezone.now()
    for minutes in (0, 5, 60):
        record_incident(kind=IncidentKind.WORKER_LOST, words="Murió.", now=now + timedelta(minutes=minutes))
    assert list(Incident.objects.order_by("pk").values_list("times", flat=True)) == [2, 1]


def test_a_full_disk_is_remembered_wherever_it_was_found() -> None:
    wrapped = ValueError("wrapped")
    wrapped.__cause__ = DiskFull()
    incident_buffer.note_error(wrapped)
    incident_buffer.note_error(OSError(errno.ENOSPC, "no space"))
    incident_buffer.note_error(OSError(errno.EACCES, "another"))
    assert [kind for kind, _ in incident_buffer.take()] == ["DISK_FULL", "DISK_FULL"]


def test_causes_in_a_circle_hold_nobody() -> None:
    """As the database's errors come to be when it goes away under many threads: a worker stood still for good."""
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    looking = threading.Thread(target=incident_buffer.note_error, args=(first,), daemon=True)
    looking.start()
    looking.join(60)
    assert not looking.is_alive()


def test_a_clock_that_jumped_is_remembered_and_written_by_the_next_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    incident_buffer.watch_clock()
    real = time.time
    monkeypatch.setattr(incident_buffer.time, "time", lambda: real() + 3600)
    incident_buffer.watch_clock()
    monkeypatch.undo()
    incident_buffer.watch_clock()
    jumps = incident_buffer.take()
    assert [("adelantó" in words, "atrasó" in words) for _, words in jumps] == [(True, False), (False, True)]
    for kind, words in jumps:
        incident_buffer.note_incident(kind, words)
    tasks.beat.func(timestamp=0)
    assert Incident.objects.get().kind == "CLOCK_JUMPED"


def test_a_worker_that_only_says_that_it_lives_is_not_enough() -> None:
    ok, words = said("workers")
    assert (ok, "No hay un trabajador activo" in words) == (False, True)


def test_a_clock_that_differs_is_said() -> None:
    now = timezone.now()
    beat("equipo-2:1:a", now, now, drift=42.0)
    ok, words = said("clock")
    assert not ok
    assert "equipo-2:1:a difiere 42 s" in words


@pytest.mark.parametrize(("version", "ok"), [("v21.0", False), ("v26.0", True), ("v99.0", True)])
def test_the_end_of_metas_version_is_watched(version: str, ok: bool, settings: pytest.FixtureRequest) -> None:
    settings.GRAPH_VERSION = version  # type: ignore[attr-defined]
    assert said("graph")[0] is ok


@pytest.mark.usefixtures("accounts")
def test_what_waits_for_a_person_is_counted_for_its_entity_only(news: News, ana: Member, dario: Member) -> None:
    delivery = programmed(news, ana, timezone.now()).deliveries.order_by("pk").first()
    assert delivery is not None
    put(delivery, DeliveryState.NEEDS_PERSON)
    assert said("needs_person", ana.entity_id) == (False, "1 envío espera que una persona decida si salió.")
    assert said("needs_person", dario.entity_id)[0] is True


@pytest.mark.usefixtures("accounts")
def test_a_lost_queue_is_rebuilt_from_the_table(news: News, ana: Member) -> None:
    programmed(news, ana, timezone.now(), due_at=timezone.now().replace(microsecond=0) + timedelta(hours=2))
    ProcrastinateJob.objects.filter(task_name="publishing.look").delete()
    assert said("alarms")[0] is False
    examine(requeue=True)
    assert said("alarms")[0] is True


@pytest.mark.usefixtures("accounts")
def test_a_pause_is_not_lateness(news: News, ana: Member) -> None:
    programmed(news, ana, timezone.now())
    Delivery.objects.update(ready_at=timezone.now() - timedelta(minutes=10))
    assert said("overdue")[0] is False
    stop_everything(reason="Llegó una alerta.", by=ana, now=timezone.now())
    assert said("overdue")[0] is True
    assert "por Ana Rojas: Llegó una alerta." in said("paused")[1]


def test_the_page_shows_it_all(accounts: dict[str, Account], news: News, ana: Member) -> None:
    delivery = programmed(news, ana, timezone.now()).deliveries.get(account=accounts["x"])
    put(delivery, DeliveryState.NEEDS_PERSON)
    record_incident(kind=IncidentKind.DISK_FULL, words="No se pudo escribir.", now=timezone.now())
    page = client_of(ana).get("/estado/").content.decode()
    for words in ("Estado del sistema", "No hay un trabajador activo", "Se llenó el disco", "No se pudo escribir.",
                  f"/envios/{delivery.pk}/decision/", "Pausar todo", "X · @mincomercioco"):  # fmt: skip
        assert words in page


def test_nobody_sees_it_without_signing_in() -> None:
    assert Client().get("/estado/").status_code == 302


def test_the_findings_can_be_read_by_a_program() -> None:
    assert json.loads(json.dumps([vars(each) for each in examine()]))
