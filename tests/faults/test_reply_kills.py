"""kill -9 of a real worker at every boundary of an answer to a citizen, on every network: lost 0, twice 0 (Q-1, Q-2).

The cases come from `reply_boundaries.py`, also with what its author does in the seconds in which it can be undone: a
cancellation, another text, and a pause. The judge is the laboratory's ledger.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from pregonero.inbox.models import Answer
from pregonero.outbox.models import Delivery
from tests.faults.boundaries import BOUNDARIES, Boundary, table
from tests.faults.campaign import Campaign
from tests.faults.cases import Case
from tests.faults.nursery import nursery
from tests.faults.replies import ReplyStage
from tests.faults.reply_boundaries import NETWORKS, REPLY_BOUNDARIES
from tests.lab.process import Lab
from tests.networks.subjects import BASES
from tests.stage import Workers

pytestmark = [pytest.mark.procedure("Q-1"), pytest.mark.procedure("Q-2")]


OF_ITS_AUTHOR = {
    ("facebook", "promote_due · después · detenida"),
    ("x", "record_outcomes · antes · corregida"),
    ("mastodon", "commit 1 · enviada · pausada"),
}


def ordinary(boundary: Boundary, network: str) -> bool:
    """Return whether a case is of the ordinary run: a call that has left, on each network, and acts of its author."""
    return boundary.title == "commit 1 · enviada · llana" or (network, boundary.title) in OF_ITS_AUTHOR


ALL = [
    pytest.param(
        boundary,
        network,
        marks=() if ordinary(boundary, network) else pytest.mark.slow,
        id=f"{network} · {boundary.title}",
    )
    for boundary in REPLY_BOUNDARIES
    for network in boundary.networks
]


class Played:
    """All the cases of this run, played together before the first is looked at."""

    def __init__(self, cases: list[Case], stage: ReplyStage, passed: set[str]) -> None:
        self._cases = {(case.boundary, case.network): case for case in cases}
        self.stage, self.passed = stage, passed

    def case(self, boundary: Boundary, network: str) -> Case:
        return self._cases[boundary, network]


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, lab: Lab, module_workers: Workers, tmp_path_factory: Any) -> Played:
    wanted = [item.callspec.params for item in request.session.items if getattr(item, "originalname", "") == TEST]
    cases = [Case(each["boundary"], each["network"]) for each in wanted]
    folder = Path(tmp_path_factory.mktemp("muertes"))
    stage = ReplyStage(lab, None, folder=folder)
    addresses = {name: f"{lab.url}/{BASES[name]}" for name in NETWORKS}
    with (
        override_settings(PRIVATE_ADDRESSES_ALLOWED=["127.0.0.1"], NETWORK_ADDRESSES=addresses),
        nursery(module_workers) as born,
    ):
        campaign = Campaign(stage, born, module_workers.url, folder)
        campaign.run(sorted(cases, key=lambda case: REPLY_BOUNDARIES.index(case.boundary)))
    deaths = sum(case.arrived for case in cases)
    print(f"\n{deaths} muertes de {len(cases)} casos, en {campaign.workers_killed} procesos")
    return Played(cases, stage, campaign.passed)


@pytest.mark.parametrize(("boundary", "network"), ALL)
def test_kill_leaves_the_answer_out_once(boundary: Boundary, network: str, played: Played) -> None:
    case = played.case(boundary, network)
    assert case.arrived, f"no worker ever died there, in {case.tries} tries"
    deliveries = Delivery.objects.filter(pk__in=[case.delivery, *case.earlier]).select_related("account")
    by_account: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        by_account.setdefault(delivery.account.remote_id, []).append(delivery)
    for account, theirs in by_account.items():
        judged(case, theirs, played.stage.out(network, account))


TEST = test_kill_leaves_the_answer_out_once.__name__


def judged(case: Case, deliveries: list[Delivery], out: list[str]) -> None:
    """Hold our rows against what is public under the question: one answer, or none when nobody is sure or it ended."""
    said = [delivery.remote_id.rpartition("_")[2] for delivery in deliveries if delivery.state == "PUBLISHED"]
    unsure = [delivery for delivery in deliveries if delivery.state == "NEEDS_PERSON"]
    assert len(out) <= 1, f"twice: {out}"
    if unsure:  # a network that may still show it: a person looks and decides, nothing is sent again
        return
    assert said == out, f"{[delivery.state for delivery in deliveries]}: ours {said}, public {out}"
    states = {delivery.pk: delivery.state for delivery in deliveries}
    assert states[max(states)] in {case.course.ends} | ({"PUBLISHED"} if case.course.ends == "REJECTED" else set())
    for delivery in deliveries:
        answer = Answer.objects.get(pk=delivery.subject_id)
        assert (answer.state == "PUBLISHED") == (delivery.state == "PUBLISHED"), (answer.state, delivery.state)


def test_no_worker_passes_where_the_list_has_nothing(played: Played) -> None:
    """What the workers did on the way is in one of the lists: an act or a call that is new must be put there."""
    known = {re.sub(r" \d+ ", " ", boundary.name) for boundary in (*BOUNDARIES, *REPLY_BOUNDARIES)}
    passed = {re.sub(r" \d+ ", " ", name) for name in played.passed}
    late = ("store_superseded", "publish_superseded", "start_recheck", "record_recheck")
    assert {name for name in passed if not name.startswith(late)} <= known


def test_the_readme_shows_this_list() -> None:
    shown = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
    assert table(REPLY_BOUNDARIES, NETWORKS) in shown
