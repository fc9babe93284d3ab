"""A reply of an owner that is not publishing: it is scheduled, claimed, cut by kill -9, reconciled and published once.

The worker runs without publishing; the judge is the laboratory's ledger.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from pregonero.outbox.models import Attempt, Delivery, Outcome
from pregonero.people.roles import Role
from pregonero.records.models import Event
from tests.conftest import member, register_mincomercio
from tests.databases import as_default_database, fresh_database
from tests.lab.process import Lab, until
from tests.outbox import toy
from tests.outbox.conftest import WriteNetworkPost, connected_account

pytestmark = pytest.mark.procedure("P-6")
ROOT = Path(__file__).resolve().parents[2]
ENOUGH = 240.0  # seconds
TEXT = "Abre el lunes. Gracias por preguntar."


@pytest.fixture
def environment(lab: Lab, django_db_blocker: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The environment of a worker on a database of its own, which is also the default database of the test."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):  # type: ignore[attr-defined]
        toy.create_table()
        yield {
            **os.environ,
            "DATABASE_URL": url,
            "PREGONERO_X_ADDRESS": f"{lab.url}/x",
            "PREGONERO_MASTODON_ADDRESS": f"{lab.url}/mastodon",
            "PREGONERO_PRIVATE_ADDRESSES": "127.0.0.1",
            "PREGONERO_LEASE_SECONDS": "15",
            "PREGONERO_CALL_SECONDS": "4",
        }


def start_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.outbox.worker"], cwd=ROOT, env=environment)


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


@pytest.mark.parametrize(
    ("network", "fault"),
    [
        pytest.param("x", "hold_after", id="x, taken before the kill"),
        # The kills of real answers (tests/faults/test_reply_kills.py) have Mastodon in the ordinary run.
        pytest.param("mastodon", "hold_after", id="mastodon, taken before the kill", marks=pytest.mark.slow),
        pytest.param("mastodon", "hold_before", id="mastodon, never taken", marks=pytest.mark.slow),
        # X is asked for a minute before it is concluded that it does not have the reply.
        pytest.param("x", "hold_before", id="x, never taken", marks=pytest.mark.slow),
    ],
)
def test_a_reply_whose_worker_is_killed_in_its_call_is_public_once(
    network: str, fault: str, lab: Lab, environment: dict[str, str], write_post: WriteNetworkPost
) -> None:
    now = timezone.now()
    carmen = member(register_mincomercio(now), "carmen", "Carmen Ortiz", Role.COORDINATOR)
    account = connected_account(lab, network, carmen, now)
    question = write_post(network, account.handle)
    lab.fault(kind=fault, network=network, account=account.remote_id, endpoint="commit", times=1)
    with transaction.atomic():
        delivery = toy.schedule_answer(account, to=question, text=TEXT, now=now)

    first = start_worker(environment)
    held = lab.client.get("/faults", params={"wait_held": 1, "timeout": 100}, timeout=110).json()
    kill(first)
    assert held["reached"], held
    lab.client.post("/faults/release", json={"verdict": "cut"}).raise_for_status()
    second = start_worker(environment)
    try:
        until(lambda: Delivery.objects.get(pk=delivery.pk).state == "PUBLISHED", timeout=ENOUGH)
    finally:
        kill(second)

    (post,) = lab.posts(network=network, account=account.remote_id)
    delivery.refresh_from_db()
    assert (post["id"], post["text"], post["under"]) == (delivery.remote_id, TEXT, question)
    assert toy.outcomes() == [(delivery.pk, toy.PUBLISHED, False)]
    assert Attempt.objects.get(delivery=delivery, number=1).outcome == Outcome.UNCERTAIN
    event_types = Event.objects.filter(ref=delivery.ref.reference).values_list("event_type", flat=True)
    assert {"delivery.uncertain", "delivery.reconciled", "delivery.published"} <= set(event_types)


def test_the_jobs_of_the_outbox_load_without_publishing() -> None:
    check = (
        "import sys; from tests.outbox.worker import set_up; set_up(); "
        "sys.exit([name for name in sys.modules if name.startswith('pregonero.publishing')] or None)"
    )
    loaded = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=False)

    assert loaded.returncode == 0, loaded.stderr
