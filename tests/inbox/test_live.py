"""X's persistent stream: what it brings is stored once, its falls are waited for, and polling goes on (Q-1)."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoDbBlocker, Settings

from lab.x.filtered_stream import APP_TOKEN
from pregonero.inbox.live import follow_live
from pregonero.inbox.models import LiveConnection, Message, Stream
from pregonero.inbox.tasks import open_live, read_streams
from pregonero.networks.actions.register import save_application
from pregonero.networks.base import ApiCredentials, NetworkError, Permanent, QuotaExhausted, Transient, Unauthorized
from pregonero.networks.live import LiveAccess
from pregonero.networks.models import Account, Application
from pregonero.networks.x.live import TAG, XLiveStream
from pregonero.networks.x.network import STREAM_BUSY
from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.conftest import member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.inbox.conftest import account_of, read_all
from tests.lab.process import ROOT, Lab
from tests.lab.process import until as until_true

pytestmark = pytest.mark.procedure("Q-1")
END_SECONDS = 15


def until(condition: Callable[[], Any], timeout: float = 40.0) -> Any:
    return until_true(condition, timeout)


@pytest.fixture
def url(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), fresh_database() as address, as_default_database(address):
        yield address


@pytest.fixture
def application(url: str, lab: Lab, settings: Settings) -> Application:
    until(lambda: not of_stream(lab, reset=True, act="", keep_alive=20, enterprise=False)["connected"])
    carmen = member(register_mincomercio(timezone.now()), "carmen", "Carmen", Role.COORDINATOR)
    account_of(lab, "x", carmen, settings)
    read_streams(timestamp=int(timezone.now().timestamp()))
    live, now = LiveAccess(APP_TOKEN), timezone.now()
    return save_application(network="x", server="", client_id="id", secret="secreto", live=live, by=carmen, now=now)


def of_stream(lab: Lab, **change: Any) -> dict[str, Any]:
    found: dict[str, Any] = lab.client.post("/streams/x", json=change).json()
    return found


def mention(lab: Lab, text: str) -> None:
    account = Account.objects.get()
    response = lab.client.post(f"/menciones/x/{account.handle}", data={"nombre": "Rosa Mejía", "texto": text})
    assert response.status_code == 303, response.text


@contextmanager
def following(application: Application, lab: Lab) -> Iterator[threading.Event]:
    """Follow the stream in a thread, as a worker does, until the block ends."""
    stop, failed = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            follow_live(application, stop)
        except BaseException as error:  # noqa: BLE001  the test fails with it
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until(lambda: of_stream(lab)["connected"] or failed or not thread.is_alive())
        yield stop
    finally:
        stop.set()
        thread.join(END_SECONDS)
    assert not failed, failed
    assert not thread.is_alive()


def texts() -> list[str]:
    return sorted(text.partition(" ")[2] for text in Message.objects.values_list("text", flat=True))


def test_what_people_write_arrives_at_the_moment_and_polling_stores_nothing_twice(
    application: Application, lab: Lab
) -> None:
    with following(application, lab):
        for number in range(3):
            mention(lab, f"número {number}")
        until(lambda: Message.objects.count() == 3)
        assert LiveConnection.objects.get().is_open(timezone.now())
    read_all(Account.objects.get())

    assert texts() == ["número 0", "número 1", "número 2"]
    message = Message.objects.order_by("pk").first()
    assert message is not None and message.contact is not None
    assert (str(message.contact), message.why_assisted) == ("Rosa Mejía", "")
    assert not LiveConnection.objects.get().is_open(timezone.now())


@pytest.mark.parametrize("act", ["end", "cut"])
def test_a_fall_is_followed_by_a_new_connection_and_polling_brings_what_was_lost(
    act: str, application: Application, lab: Lab
) -> None:
    Stream.objects.update(next_read_at=timezone.now().replace(year=2030))
    with following(application, lab):
        mention(lab, "antes")
        until(lambda: texts() == ["antes"])
        of_stream(lab, act=act)
        until(lambda: LiveConnection.objects.get().problem or Stream.objects.filter(next_read_at__year=2026).exists())
        until(lambda: of_stream(lab)["connected"])
        mention(lab, "después")
        until(lambda: "después" in texts())
    read_all(Account.objects.get())

    assert texts() == ["antes", "después"]


def test_a_silence_longer_than_the_keep_alive_is_a_lost_connection(
    application: Application, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(XLiveStream, "silence_seconds", 0.6)
    sent = of_stream(lab, keep_alive=0.1)["keep_alives"]
    with following(application, lab):
        # Ten lines take longer than the silence that ends a connection: they hold it.
        until(lambda: of_stream(lab)["keep_alives"] >= sent + 10)
        before = LiveConnection.objects.get()

        def is_connected_again() -> bool:
            of_stream(lab, act="silence")  # again: on a busy machine it may have connected just before
            return LiveConnection.objects.filter(connected_at__gt=before.connected_at).exists()

        until(is_connected_again)
    assert before.failures == 0 and before.problem == ""


def test_a_second_connection_is_refused_and_left_to_a_later_job(application: Application, lab: Lab) -> None:
    credentials = ApiCredentials("", "", f"{lab.url}/x", APP_TOKEN, network="x")
    with XLiveStream().connect(credentials, 0) as other:
        follow_live(application, threading.Event())
        other.abort()

    connection = LiveConnection.objects.get()
    assert "una conexión permanente a la vez" in connection.problem
    assert (connection.next_try_at - timezone.now()).total_seconds() > 30


def test_without_a_good_token_nothing_is_followed_and_polling_works(application: Application, lab: Lab) -> None:
    bad, carmen = LiveAccess("otra-ficha"), Member.objects.get()
    application = save_application(
        network="x", server="", client_id="id", secret="", live=bad, by=carmen, now=timezone.now()
    )

    follow_live(application, threading.Event())
    mention(lab, "por consulta")

    connection = LiveConnection.objects.get()
    assert connection.problem and (connection.next_try_at - timezone.now()).total_seconds() > 3_000
    read_all(Account.objects.get())
    assert texts() == ["por consulta"]


def test_one_job_follows_each_application_and_the_next_waits_for_its_end(application: Application) -> None:
    for _ in range(2):
        open_live(timestamp=int(timezone.now().timestamp()))

    jobs = ProcrastinateJob.objects.filter(task_name="inbox.follow_live")
    assert [(job.lock, job.queue_name) for job in jobs] == [(f"live:{application.pk}", "live")]


def test_a_worker_with_an_open_connection_ends_soon_after_sigterm(url: str, application: Application, lab: Lab) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "PREGONERO_X_ADDRESS": f"{lab.url}/x"}
    command = [sys.executable, "-m", "pregonero", "worker", "--pool", "reading", "--pool", "live"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: of_stream(lab)["connected"], timeout=90)
        mention(lab, "por el proceso")
        until(lambda: texts() == ["por el proceso"])
        worker.send_signal(signal.SIGTERM)
        code = worker.wait(END_SECONDS)
    finally:
        worker.kill()

    assert code == 0
    until(lambda: not of_stream(lab)["connected"])
    assert LiveConnection.objects.get().connected_at is None


def test_the_rules_are_of_our_accounts_and_those_of_others_stay(lab: Lab) -> None:
    of_stream(lab, reset=True)
    credentials = ApiCredentials("", "", f"{lab.url}/x", APP_TOKEN, network="x")
    other = {"add": [{"value": "@otra", "tag": "de otro programa"}]}
    headers = {"Authorization": f"Bearer {APP_TOKEN}"}
    lab.client.post("/x/2/tweets/search/stream/rules", json=other, headers=headers).raise_for_status()
    one = ApiCredentials("1", "uno", f"{lab.url}/x", token="")

    XLiveStream().set_rules(credentials, [one])
    for _ in range(2):
        XLiveStream().set_rules(credentials, [replace(one, remote_id="2", handle="dos")])

    rules = {rule["tag"]: rule["value"] for rule in of_stream(lab)["rules"]}
    assert rules == {"de otro programa": "@otra", f"{TAG}2": "(@dos OR to:dos) -is:retweet -from:dos"}
    of_stream(lab, reset=True)


def test_minutes_sent_again_are_asked_for_only_where_the_access_has_them(lab: Lab) -> None:
    credentials = ApiCredentials("", "", f"{lab.url}/x", APP_TOKEN, network="x")
    of_stream(lab, act="cut", enterprise=False)
    with pytest.raises(Permanent), XLiveStream().connect(credentials, 5):
        pass
    of_stream(lab, enterprise=True)
    until(lambda: not of_stream(lab)["connected"])
    with XLiveStream().connect(credentials, 5) as response:
        assert of_stream(lab)["connected"]
        response.abort()
    until(lambda: not of_stream(lab)["connected"])


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (Transient("", code="lost"), [0.0, 0.25, 0.5, 16.0]),
        (Transient("", code="503"), [5.0, 10.0, 20.0, 320.0]),
        (Transient("", code="429"), [60.0, 120.0, 240.0, 960.0]),
        (Transient("", code=STREAM_BUSY), [60.0, 120.0, 240.0, 960.0]),
        (Transient("", code="429", retry_after=700.0), [700.0, 700.0, 700.0, 960.0]),
        (Unauthorized(""), [3_600.0] * 4),
        (Permanent(""), [3_600.0] * 4),
        (QuotaExhausted("", code="usage-capped"), [3_600.0] * 4),
    ],
)
def test_the_wait_grows_as_x_asks_for_each_kind_of_error(error: NetworkError, waits: list[float]) -> None:
    assert [XLiveStream().seconds_to_wait(error, failures) for failures in (1, 2, 3, 200)] == waits


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
        b"null",
        b"[]",
        b'{"data": {}}',
        b'{"data": {"id": "1"}, "nuevo": [1]}',
        b'{"data": {"id": "1"}, "matching_rules": [{"id": "1", "tag": "pregonero:7"}]}',
    ],
)
def test_a_line_that_is_not_understood_is_left_to_polling(line: bytes) -> None:
    account = ApiCredentials("7", "mincomercio", "http://127.0.0.1:9/x", token="")

    assert list(XLiveStream().read_line(line, {"7": account})) == []
