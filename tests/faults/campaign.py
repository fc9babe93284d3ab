"""Kill workers at many boundaries in few rounds: each worker stops several cases at theirs and is then killed."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg

from pregonero.outbox.models import Delivery
from tests.faults.cases import HALF_AN_HOUR, Case, Stage, bring_forward, let_pass_its_hour
from tests.faults.crowd import FINAL
from tests.faults.nursery import Nursery
from tests.lab.process import until

AT_ONCE = 24  # cases that stand still in one worker
TRIES = 8
PATIENCE = 4.0  # seconds without anybody new coming, after which a worker dies with those who came
A_ROUND, THE_END = 300.0, 600.0


class Campaign:
    """The kill cases of one test run, on one database."""

    def __init__(self, stage: Stage, nursery: Nursery, url: str, folder: Path) -> None:
        self._stage, self._nursery, self._url, self._folder = stage, nursery, url, folder
        self.workers_killed = 0
        self.passed: set[str] = set()

    def run(self, cases: list[Case]) -> None:
        """Kill a worker at the boundary of every case, and then let an ordinary worker finish everything."""
        waiting = list(cases)
        while waiting:
            together = self._next(waiting)
            self._begin([each for each in together if not each.deaths])
            self._round(together)
            waiting = [each for each in cases if not each.arrived and each.tries < TRIES]
        self._finish(cases)

    def _next(self, waiting: list[Case]) -> list[Case]:
        """Return the cases of the next round; those of an action that serves every delivery run apart."""
        chosen = [each for each in waiting if each.boundary.for_all == waiting[0].boundary.for_all]
        if waiting[0].boundary.for_all:
            return [each for each in chosen if each.boundary == waiting[0].boundary]
        return chosen[:AT_ONCE]

    def _begin(self, cases: list[Case]) -> None:
        for group in _told_together(cases):
            self._stage.begin(group)
        prepared = [each for each in cases if each.course.prepared_first]
        if prepared:
            self._until_prepared(prepared)
        self._stage.intervene(prepared)
        met = [each for each in prepared if each.course.once_prepared]
        for case in met:
            self._stage.make_fault(case.network, case.account, case.course.once_prepared)
        bring_forward(self._url, [each.delivery for each in met], HALF_AN_HOUR)
        let_pass_its_hour(self._url, [each.delivery for each in cases if each.course.act == "expire"])

    def _until_prepared(self, cases: list[Case]) -> None:
        left = Delivery.objects.filter(pk__in=[each.delivery for each in cases], prepared_for="")
        self._meanwhile(lambda: not left.exists())

    def _meanwhile(self, condition: Callable[[], bool]) -> None:
        worker = self._nursery.start()
        try:
            until(condition, timeout=THE_END)
        finally:
            worker.kill()

    def _round(self, cases: list[Case]) -> None:
        """Start a worker that is killed at the boundaries of the cases, and record which cases reached theirs."""
        log = self._folder / f"{self.workers_killed}.jsonl"
        armed = [{"boundary": each.deaths[0], "account": each.account} for each in cases]
        deliveries = [each.delivery for each in cases]
        worker = self._nursery.start(armed=armed, log=str(log), patience=PATIENCE)
        # Every worker passes a boundary for all, also with nothing left to do. One that is final without having come to
        # another boundary met something else: it begins again at once.
        passes = all(each.boundary.for_all and each.deaths == [each.boundary.name] for each in cases)
        until(lambda: worker.poll() is not None or (not passes and self._all_ended(deliveries)), timeout=A_ROUND)
        worker.kill()
        self.workers_killed += 1
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        self.passed |= {line["passed"][0] for line in lines if "passed" in line}
        came = {tuple(line["case"]) for line in lines if "case" in line}
        for case in cases:
            if (case.deaths[0], case.account) in came:
                del case.deaths[0]
            else:
                case.deaths = []  # what it was to meet may be spent by now: it begins again with a new delivery
                case.delivery, case.earlier = 0, [*case.earlier, case.delivery]

    def _finish(self, cases: list[Case]) -> None:
        self._stage.clear_the_way()
        deliveries = [pk for each in cases for pk in (each.delivery, *each.earlier) if pk]
        self._meanwhile(lambda: self._all_ended(deliveries))

    def _all_ended(self, deliveries: list[int]) -> bool:
        with psycopg.connect(self._url) as connection:
            left = connection.execute(
                "SELECT (SELECT count(*) FROM outbox_delivery WHERE id = ANY(%s) AND NOT state = ANY(%s)),"
                " (SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'outbox.clean'"
                "   AND status IN ('todo', 'doing'))",
                [deliveries, list(FINAL)],
            ).fetchone()
        return left == (0, 0)


def _told_together(cases: list[Case]) -> list[list[Case]]:
    """Return the cases in as few groups as can be, each of one course with every network once: a publication each."""
    groups: list[list[Case]] = []
    for case in cases:
        mates = (group for group in groups if _can_join(case, group))
        group = next(mates, None)
        if group is None:
            groups.append([case])
        else:
            group.append(case)
    return groups


def _can_join(case: Case, group: list[Case]) -> bool:
    return group[0].course == case.course and case.network not in {each.network for each in group}
