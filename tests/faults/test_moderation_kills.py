"""kill -9 of a real worker in the call that hides a comment or shows it again, on every network that can (N-3).

The judge is the laboratory: what the network shows is what our table says, also when a person decides the opposite
while nobody knows what became of the call, and when the network takes the dead worker's call last of all.
"""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from pregonero.inbox.models import Message
from pregonero.moderation.actions.decisions import decide
from pregonero.moderation.models import ModeratedComment
from pregonero.moderation.rules import Ruling
from pregonero.moderation.states import Verb, Visibility
from pregonero.networks.models import Account
from pregonero.networks.queries import credentials_for
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import UNFINISHED
from pregonero.people.models import Member
from tests.faults.cases import somebody
from tests.inbox.conftest import read_all
from tests.lab.process import SAMPLE_MEDIA, Lab, until
from tests.moderation.conftest import hidden_there, hide, read_back, restore, rules_in_force, send_changes
from tests.networks.subjects import BASES, Subject, medium_of
from tests.stage import Workers, register_accounts

pytestmark = pytest.mark.procedure("N-3")
NETWORKS = ("x", "facebook", "instagram", "youtube")
FATES = ("never taken", "taken", "taken last")
ENOUGH = 240.0  # seconds
VERBS = ("hide", "unhide", "hold")


@dataclass
class Case:
    """A comment, the change during whose call the worker dies, and what a person decides meanwhile."""

    message: Message
    by: Member
    ruling: Ruling
    opposite: Ruling
    meanwhile: bool

    @property
    def wants_hidden(self) -> bool:
        return (self.ruling.verb != Verb.RESTORE) != self.meanwhile


CASES = [
    pytest.param(
        network,
        fate,
        marks=() if (network, fate) in {("facebook", "taken last"), ("youtube", "never taken")} else pytest.mark.slow,
    )
    for network in NETWORKS
    for fate in FATES
]


@pytest.fixture(scope="module")
def addresses(lab: Lab) -> Iterator[None]:
    found = {name: f"{lab.url}/{BASES[name]}" for name in NETWORKS}
    with override_settings(PRIVATE_ADDRESSES_ALLOWED=["127.0.0.1"], NETWORK_ADDRESSES=found):
        yield


@pytest.mark.parametrize(("network", "fate"), CASES)
def test_a_killed_worker_leaves_the_network_as_our_table_says(
    network: str, fate: str, lab: Lab, module_workers: Workers, addresses: None, tmp_path: Path
) -> None:
    cases = [begun(network, lab, tmp_path, verb, meanwhile) for verb in VERBS for meanwhile in (False, True)]
    for case in cases:
        kind = "hold_after" if fate == "taken" else "hold_before"
        lab.fault(kind=kind, network=network, account=case.message.account.remote_id, endpoint="commit", times=1)
        decided(case, case.ruling)
    with worker(module_workers) as first:
        wait_until_held(lab, len(cases))
        kill(first)
    for case in cases:
        if case.meanwhile:
            decided(case, case.opposite)
    if fate != "taken last":
        lab.client.post("/faults/release", json={"verdict": "cut"}).raise_for_status()
    with worker(module_workers) as second:
        until(lambda: all(is_settled(case) for case in cases), timeout=ENOUGH)
        kill(second)
    if fate == "taken last":
        lab.client.post("/faults/release", json={"verdict": "process"}).raise_for_status()
    for case in cases:
        read_until_quiet(case.message.account)

    shown = {case.message.remote_id: hidden_there(lab, case.message.account)[case.message.remote_id] for case in cases}
    assert shown == {case.message.remote_id: case.wants_hidden for case in cases}
    for case in cases:
        state = ModeratedComment.objects.select_related("decision").get(message=case.message)
        assert (state.visibility != Visibility.VISIBLE) == case.wants_hidden
        assert (state.is_hidden_there, state.decision.effect) in {(case.wants_hidden, "DONE"), (None, "DONE")}


def begun(network: str, lab: Lab, folder: Path, verb: str, meanwhile: bool) -> Case:
    """Return a comment on an account of its own, hidden already when the change is to show it again."""
    person = somebody()
    (account,) = register_accounts(lab, person, timezone.now(), (network,))
    rules, subject = rules_in_force(person), subject_of(account, lab, folder)
    post = subject.publish(subject.post())
    form = {"nombre": "Rosa Mejía", "texto": "Un insulto"}
    lab.client.post(f"/comentarios/{network}/{post.remote_id}", data=form)
    read_all(account)
    message = Message.objects.select_related("account").get(account=account, contact__isnull=False)
    hides = hide(rules[0]) if verb == "hide" else Ruling(Verb.HOLD, rules[0], "Lo decide otra persona.")
    case = Case(message, person, hides, restore(), meanwhile)
    if verb == "unhide":
        decided(case, hides)
        send_changes(account)
        case.ruling, case.opposite = restore(), hide(rules[0])
    return case


def subject_of(account: Account, lab: Lab, folder: Path) -> Subject:
    files: dict[str, Any] = {}
    for kind, suffix, mime in (("picture", "jpg", "image/jpeg"), ("video", "mp4", "video/mp4")):
        path = folder / f"muestra.{suffix}"
        if not path.exists():
            path.write_bytes(lab.client.get(f"{SAMPLE_MEDIA}.{suffix}").content)
        files[kind] = medium_of(kind, path, mime, f"{lab.url}{SAMPLE_MEDIA}.{suffix}", "Una bodega")
    return Subject(account.network, lab, files["picture"], files["video"], credentials_for(account))


def decided(case: Case, ruling: Ruling) -> None:
    decide(message=case.message, ruling=ruling, by=case.by, now=timezone.now())


@contextmanager
def worker(workers: Workers) -> Iterator[subprocess.Popen[bytes]]:
    process = workers.start()
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait()


def wait_until_held(lab: Lab, count: int) -> None:
    query = {"wait_held": count, "timeout": 100}
    for _ in range(3):
        if lab.client.get("/faults", params=query, timeout=110).json()["reached"]:
            return
    raise AssertionError(f"fewer than {count} calls are held: {lab.client.get('/faults').json()}")


def is_settled(case: Case) -> bool:
    """Return whether no change of the comment is open, and the latest decision is done."""
    account = case.message.account
    state = ModeratedComment.objects.select_related("decision").get(message=case.message)
    is_open = Delivery.objects.filter(account=account, target=case.message.remote_id, state__in=UNFINISHED).exists()
    return not is_open and state.decision.effect == "DONE"


def read_until_quiet(account: Account) -> None:
    """Read back what the network shows, as the worker does two minutes later, and send what that asks for."""
    for _ in range(4):
        read_back(account)
        Delivery.objects.filter(account=account, state="DUE").update(ready_at=timezone.now() - timedelta(seconds=1))
        send_changes(account)
