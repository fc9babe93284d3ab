"""kill -9 of a real worker at every boundary of a private answer, on every network that has them: lost 0, twice 0.

A private message has no public page: the judge is what the laboratory's ledger says that the person received. The
boundaries are those of a public answer that are around its call and its reconciliation.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Conversation
from pregonero.inbox.states import Question
from pregonero.networks.models import Account
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from tests.faults.boundaries import Boundary
from tests.faults.campaign import Campaign
from tests.faults.cases import Case
from tests.faults.nursery import nursery
from tests.faults.replies import ReplyStage
from tests.faults.reply_boundaries import REPLY_BOUNDARIES
from tests.faults.test_reply_kills import Played, judged
from tests.inbox.conftest import read_all
from tests.lab.process import Lab
from tests.networks.subjects import BASES
from tests.stage import Workers

pytestmark = [pytest.mark.procedure("Q-1"), pytest.mark.procedure("Q-2")]
NETWORKS = ("facebook", "instagram", "x", "mastodon")
PLACES = ("claim_batch", "commit 1", "record_outcomes", "resolve 1", "record_finding", "recover_abandoned")
COURSES = ("llana", "cortada", "no tomada", "rechazada", "abandonada")
BOUNDARIES = tuple(
    replace(boundary, networks=NETWORKS)
    for boundary in REPLY_BOUNDARIES
    if boundary.place in PLACES and boundary.course in COURSES
)
ALL = [
    pytest.param(
        boundary,
        network,
        marks=() if boundary.title == "commit 1 · enviada · llana" else pytest.mark.slow,
        id=f"{network} · {boundary.title}",
    )
    for boundary in BOUNDARIES
    for network in boundary.networks
]


class MessageStage(ReplyStage):
    """Where private answers are played: a citizen writes privately to an account."""

    def _ask(self, account: Account, person: Member) -> Conversation:
        question = {"nombre": "Rosa Mejía", "texto": "¿Hasta qué fecha está abierta la convocatoria?"}
        path = f"/mensajes/{account.network}/{account.handle}"
        assert self.lab.client.post(path, data=question).status_code == 303
        (conversation,) = read_all(account)
        return sort_conversation(
            conversation=conversation, question=Question.BASIC, reason="", by=person, now=timezone.now()
        )


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, lab: Lab, module_workers: Workers, tmp_path_factory: Any
) -> Iterator[Played]:
    wanted = [item.callspec.params for item in request.session.items if getattr(item, "originalname", "") == TEST]
    cases = [Case(each["boundary"], each["network"]) for each in wanted]
    folder = Path(tmp_path_factory.mktemp("muertes"))
    stage = MessageStage(lab, None, folder=folder)
    addresses = {name: f"{lab.url}/{BASES[name]}" for name in NETWORKS}
    with (
        override_settings(PRIVATE_ADDRESSES_ALLOWED=["127.0.0.1"], NETWORK_ADDRESSES=addresses),
        nursery(module_workers) as born,
    ):
        campaign = Campaign(stage, born, module_workers.url, folder)
        campaign.run(sorted(cases, key=lambda case: BOUNDARIES.index(case.boundary)))
    yield Played(cases, stage, campaign.passed)


@pytest.mark.parametrize(("boundary", "network"), ALL)
def test_kill_leaves_the_private_answer_out_once(boundary: Boundary, network: str, played: Played) -> None:
    case = played.case(boundary, network)
    assert case.arrived, f"no worker ever died there, in {case.tries} tries"
    deliveries = Delivery.objects.filter(pk__in=[case.delivery, *case.earlier]).select_related("account")
    by_account: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        assert delivery.kind == "MESSAGE"
        by_account.setdefault(delivery.account.remote_id, []).append(delivery)
    for account, theirs in by_account.items():
        judged(case, theirs, played.stage.out(network, account))


TEST = test_kill_leaves_the_private_answer_out_once.__name__
