"""kill -9 of a real worker at every boundary between two statements of the rules, on every network: each post is out
once, and our tables say what the networks say.

The cases come from `boundaries.py`. The judges are the laboratory's ledger and, for Bluesky, a real server.
"""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from pregonero.outbox.models import Delivery
from pregonero.publishing import actions
from tests.bluesky.harness import Bluesky
from tests.faults.boundaries import AFTER, BEFORE, BOUNDARIES, Boundary, table
from tests.faults.campaign import Campaign
from tests.faults.cases import Case, Stage
from tests.faults.nursery import nursery
from tests.lab.process import Lab
from tests.stage import Workers

pytestmark = pytest.mark.procedure("P-6")
ROOT = Path(actions.__file__).parents[2]
ACTIONS = [*(ROOT / "outbox" / "actions").glob("*.py"), *(ROOT / "publishing" / "actions").glob("*.py")]
APART = ("prepare sesión", "commit sesión")  # sessions, opened again whenever they are needed
# Durable acts of the machine that are in no delivery's way, and what their own tests are about.
OTHERS = {
    "store_superseded": "a call taken late (test_late_posts.py, which also stops the worker around each)",
    "publish_superseded": "a call taken late",
    "start_recheck": "a call taken late",
    "record_recheck": "a call taken late",
    "keep_link_check": "what a link answered",
    "keep_form": "what was sent after the session ended (test_kept_form.py)",
    "start_conversion": "a version of a medium",
    "_replace_original": "a version of a medium",
    "fail_conversion": "a version of a medium",
}
AROUND_THE_CALL = ("claim_batch", "commit 1", "record_outcomes")


def ordinary(boundary: Boundary, network: str) -> bool:
    """Return whether a case is of the ordinary run: each side of the publishing call, and the middle one of every other
    act, on one network each.
    """
    at = BOUNDARIES.index(boundary)
    sides = [each for each in BOUNDARIES if (each.place, each.course) == (boundary.place, boundary.course)]
    is_chosen = boundary.place in AROUND_THE_CALL or boundary == sides[len(sides) // 2]
    return is_chosen and network == boundary.networks[at % len(boundary.networks)]


ALL = [
    pytest.param(
        boundary,
        network,
        marks=() if ordinary(boundary, network) else pytest.mark.slow,
        id=f"{network} · {boundary.title}",
    )
    for boundary in BOUNDARIES
    for network in boundary.networks
]


class Played:
    """All the cases of this run, played together before the first is looked at."""

    def __init__(self, cases: list[Case], stage: Stage, passed: set[str]) -> None:
        self._cases = {(each.boundary, each.network): each for each in cases}
        self.stage, self.passed = stage, passed

    def case(self, boundary: Boundary, network: str) -> Case:
        return self._cases[boundary, network]


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, lab: Lab, bluesky: Bluesky | str, module_workers: Workers, tmp_path_factory: Any
) -> Played:
    server = bluesky if isinstance(bluesky, Bluesky) else None
    wanted = [item.callspec.params for item in request.session.items if getattr(item, "originalname", "") == TEST]
    cases = [Case(each["boundary"], each["network"]) for each in wanted if server or each["network"] != "bluesky"]
    stage = Stage(lab, server)
    with (
        override_settings(PRIVATE_ADDRESSES_ALLOWED=["127.0.0.1"]),
        module_workers.web(),
        nursery(module_workers) as born,
    ):
        campaign = Campaign(stage, born, module_workers.url, Path(tmp_path_factory.mktemp("muertes")))
        campaign.run(sorted(cases, key=lambda case: BOUNDARIES.index(case.boundary)))
    deaths = sum(each.arrived for each in cases)
    print(f"\n{deaths} muertes de {len(cases)} casos, en {campaign.workers_killed} procesos")
    return Played(cases, stage, campaign.passed)


@pytest.mark.parametrize(("boundary", "network"), ALL)
def test_kill_leaves_it_out_once(boundary: Boundary, network: str, bluesky: Bluesky | str, played: Played) -> None:
    if network == "bluesky" and isinstance(bluesky, str):
        pytest.skip(bluesky)
    case = played.case(boundary, network)
    assert case.arrived, f"no worker ever died there, in {case.tries} tries"
    for pk in (case.delivery, *case.earlier):
        judged(played.stage, case, Delivery.objects.select_related("account").get(pk=pk))


TEST = test_kill_leaves_it_out_once.__name__


def test_no_worker_passes_where_the_list_has_nothing(played: Played) -> None:
    """What the workers did on the way is all in the list: an act or a call that is new must be put there."""
    known = {re.sub(r" \d+ ", " ", boundary.name) for boundary in BOUNDARIES}
    passed = {re.sub(r" \d+ ", " ", name) for name in played.passed}
    apart = (*APART, *OTHERS)  # a slow machine reaches the time of another look at a call taken late
    assert {name for name in passed if not name.startswith(apart)} <= known


def test_every_durable_act_of_a_delivery_has_its_boundaries() -> None:
    """An act that no person does, in one durable transaction: a worker can die on both sides of it."""
    acts = {name for path in ACTIONS for name in durable_acts(ast.parse(path.read_text(encoding="utf-8")))}
    places = {(each.place, each.side) for each in BOUNDARIES}
    assert acts - set(OTHERS) == {place for place, _ in places if " " not in place}
    assert {(act, side) for act in acts - set(OTHERS) for side in (BEFORE, AFTER)} <= places
    assert set(OTHERS) <= acts, "nothing is put apart that is not there"


def durable_acts(module: ast.Module) -> set[str]:
    """Return the functions that are one durable transaction and name nobody who does them."""
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    return {
        each.name
        for each in functions
        if any("durable=True" in ast.unparse(decorator) for decorator in each.decorator_list)
        and "by" not in {argument.arg for argument in (*each.args.args, *each.args.kwonlyargs)}
    }


def test_the_readme_shows_this_list() -> None:
    shown = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
    assert table() in shown, "python -m tests.faults.boundaries prints it"


def judged(stage: Stage, case: Case, delivery: Delivery) -> None:
    """Hold our row against what is public on its account."""
    out = stage.out(case.network, delivery.account.remote_id)
    said = [delivery.remote_id.rpartition("_")[2]] if delivery.state == "PUBLISHED" else []
    if delivery.state == "NEEDS_PERSON":
        assert case.network == "x"
        assert len(out) <= 1
        return
    assert said == out, f"{delivery.state}: ours {said}, public {out}"
    # A refusal that its worker did not live to keep is found out, and sent again.
    assert delivery.state in {case.course.ends} | ({"PUBLISHED"} if case.course.ends == "REJECTED" else set())
