"""A clock jumps by an hour while calls are in the air: nothing is out twice, nothing is lost, nothing goes out before
its minute by the database's clock, and the jobs go on.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from pregonero.health.models import Heartbeat, Incident, IncidentKind
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from tests.faults import clocks
from tests.faults.cases import bring_forward
from tests.faults.crowd import due_at_once, ended
from tests.faults.nursery import Nursery, nursery
from tests.faults.telling import doctor
from tests.faults.test_crowds import ENOUGH
from tests.faults.test_database_cut import held
from tests.lab.process import Lab, until
from tests.stage import Workers, informed_news, programmed

pytestmark = pytest.mark.procedure("P-6")
AN_HOUR = 3600.0
AHEAD = timedelta(minutes=40)
NETWORKS = ("x", "facebook")
# All the calls are in the air together before the clock jumps, however slow the machine is.
PATIENT = {"PREGONERO_LEASE_SECONDS": "240", "PREGONERO_CALL_SECONDS": "200"}


Setting = Callable[[Nursery, float, str], None]


def machine(born: Nursery, seconds: float, url: str) -> None:
    born.ask({"do": "set", "seconds": seconds})


def database(born: Nursery, seconds: float, url: str) -> None:
    clocks.set_database(url, seconds)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("whose", "seconds"),
    [
        pytest.param(whose, seconds, id=f"{whose.__name__}, {words}")
        for whose in (machine, database)
        for seconds, words in ((AN_HOUR, "ahead"), (-AN_HOUR, "back"))
    ],
)
def test_a_clock_that_jumps_changes_nothing(
    whose: Setting, seconds: float, lab: Lab, workers: Workers, people: dict[str, Member]
) -> None:
    clocks.make_settable(workers.url)
    number = due_at_once(lab, people, 3, NETWORKS)
    now = [each.pk for each in Delivery.objects.all()]
    lab.fault(kind="hold_after", endpoint="commit")
    with nursery(workers, **PATIENT) as born:
        worker = born.start()
        until(lambda: held(lab) == number, timeout=ENOUGH)
        later = due_later(lab, people)
        whose(born, seconds, workers.url)
        lab.client.delete("/faults")
        until(lambda: set(states(now)) == {"PUBLISHED"}, timeout=ENOUGH)
        drifts = jobs_go_on()
        reached = seconds if whose is database else 0.0
        if reached < AHEAD.total_seconds():
            assert set(states(later)) == {"PLANNED"}
            bring_forward(workers.url, later, AHEAD - timedelta(seconds=reached))
        until(lambda: set(states(later)) == {"PUBLISHED"}, timeout=ENOUGH)
        assert worker.poll() is None
        assert all(abs(drift) > AN_HOUR / 2 for drift in drifts)
        if whose is machine:
            until(lambda: Incident.objects.filter(kind=IncidentKind.CLOCK_JUMPED).exists(), timeout=ENOUGH)
        assert "sincron" in doctor(workers)["clock"]
        worker.kill()
    judged = ended(lab, workers.url)
    assert (judged.lost, judged.twice) == (0, 0)
    assert judged.states == {"PUBLISHED": len(now) + len(later)}
    assert judged.attempts.total() == len(now) + len(later)


def due_later(lab: Lab, people: dict[str, Member]) -> list[int]:
    """Program one more for each account, whose minute is still far."""
    now = timezone.now()
    due_at = (now + AHEAD).replace(second=0, microsecond=0)
    publication = programmed(
        informed_news(lab, people["luis"], now, with_media=False), people["beto"], now, due_at=due_at
    )
    return list(Delivery.objects.filter(subject_id=publication.pk).values_list("pk", flat=True))


def states(deliveries: list[int]) -> list[str]:
    return list(Delivery.objects.filter(pk__in=deliveries).values_list("state", flat=True))


def jobs_go_on() -> list[float]:
    """See two beats more, which only jobs of every few seconds leave; returns by how much the clocks differ then."""
    for _ in range(2):
        before = set(Heartbeat.objects.values_list("at", flat=True))
        until(partial(_beat_since, before), timeout=ENOUGH)
    return list(Heartbeat.objects.values_list("drift_seconds", flat=True))


def _beat_since(before: set[datetime]) -> bool:
    return not before & set(Heartbeat.objects.values_list("at", flat=True))
