"""Deliveries per second, all due at the same instant, and how late they are: ours, the upper bound and the peer.

The three post the same bodies to the same lab, one after the other, in one run. On a machine that other programs use
too, only the ratios between them mean something.
"""

import asyncio
import json
import os
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import setup, upper_bound
from pregonero import processes
from pregonero.outbox.models import Delivery

ROOT = Path(__file__).resolve().parent.parent
CELERY = ROOT / ".venv-bench" / "bin" / "celery"
CELERY_APP = [str(CELERY), "-A", "bench.celery_baseline"]
PREPARATION_SECONDS = 0.012  # per delivery; the deliveries are due after their preparation
START_SECONDS = 20.0
TIMEOUT_SECONDS = 900.0
CELERY_START_SECONDS = 60.0


@dataclass(frozen=True)
class Measurement:
    """The posts per second of one program and, where the posts have a due time, their lateness in seconds."""

    program: str
    posts: int
    per_second: float
    late_p50: float | None = None
    late_p99: float | None = None


@dataclass(frozen=True)
class Report:
    """All measurements of one run, and the ratios of our best to the upper bound and to the peer."""

    rows: tuple[Measurement, ...]
    accounts: int
    against_limit: float
    against_peer: float

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the table that the command prints."""
        return [
            f"{'':<34}{'envíos/s':>10}{'tarde p50':>12}{'tarde p99':>12}",
            *(
                f"{row.program:<34}{row.per_second:>10.0f}{_seconds(row.late_p50):>12}{_seconds(row.late_p99):>12}"
                for row in self.rows
            ),
            "",
            f"frente al límite: {self.against_limit:.2f}   frente al par: {self.against_peer:.2f}"
            f"   cuentas: {self.accounts}",
        ]


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


def measure(count: int, *, accounts: int = 1, workers: tuple[int, ...] = (1, 2)) -> Report:
    """Measure `count` posts spread over `accounts` accounts: the upper bound, the peer, and ours.

    Ours are measured once for each number of workers in `workers`.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pregonero-bench-")))
        lab = stack.enter_context(setup.running_lab(folder / "lab"))
        bound = _measure_upper_bound(lab, count, accounts)
        peer = _measure_peer(lab, count, accounts, folder)
        ours = [_measure_ours(lab, count, accounts, number, folder) for number in workers]
    best = max(row.per_second for row in ours)
    return Report((bound, peer, *ours), accounts, best / bound.per_second, best / peer.per_second)


def _posts_of(accounts: list[setup.LabAccount], count: int) -> list[tuple[str, str]]:
    """Return pairs of text and token, spread over the accounts."""
    texts = setup.sample_texts(count)
    return [(text, accounts[index % len(accounts)]["token"]) for index, text in enumerate(texts)]


def _measure_upper_bound(lab: str, count: int, accounts: int) -> Measurement:
    posts = _posts_of(setup.create_lab_accounts(lab, "limite", accounts), count)
    seconds = asyncio.run(upper_bound.post_all(f"{lab}/x/2/tweets", posts))
    return Measurement("límite: bucle asíncrono, sin nada", count, count / seconds)


def _measure_peer(lab: str, count: int, accounts: int, folder: Path) -> Measurement:
    lab_accounts = setup.create_lab_accounts(lab, "par", accounts)
    port = processes.free_port(0)
    environment = {**os.environ, "BENCH_REDIS": f"redis://127.0.0.1:{port}/0", "BENCH_URL": f"{lab}/x/2/tweets"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)  # Celery would import Django, which .venv-bench does not have
    redis = processes.start(
        ["redis-server", "--port", str(port), "--save", "", "--dir", str(folder)], output=subprocess.DEVNULL
    )
    try:
        return _run_celery(lab, lab_accounts, count, environment)
    finally:
        processes.stop(redis)


def _run_celery(lab: str, accounts: list[setup.LabAccount], count: int, environment: dict[str, str]) -> Measurement:
    command = [*CELERY_APP, "worker", "-Q", "idle", "-c", "4", "--loglevel", "ERROR"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    enqueue = [str(CELERY.parent / "python"), "-m", "bench.celery_enqueue"]
    posts = json.dumps(_posts_of(accounts, count))
    try:
        subprocess.run(enqueue, cwd=ROOT, env=environment, input=posts, text=True, check=True)
        started = datetime.now(UTC)
        _start_consuming(environment)
        published = _wait_for_posts(lab, accounts, count)
    finally:
        worker.terminate()
        worker.wait()
    first = min(instant for instant in published if instant >= started)
    seconds = (max(published) - first).total_seconds()
    return Measurement("par: Celery y Redis", len(published), len(published) / seconds)


def _start_consuming(environment: dict[str, str]) -> None:
    """Make the peer's worker consume its queue, as soon as the worker answers."""
    command = [*CELERY_APP, "control", "add_consumer", "posts"]
    deadline = time.monotonic() + CELERY_START_SECONDS
    while subprocess.run(
        command, cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the Celery worker did not answer in {CELERY_START_SECONDS:.0f} s")


def _wait_for_posts(lab: str, accounts: list[setup.LabAccount], count: int) -> list[datetime]:
    """Wait until the accounts have `count` public posts; return the instants when they became public."""
    ids = {account["id"] for account in accounts}
    deadline = time.monotonic() + TIMEOUT_SECONDS
    posts: list[dict[str, Any]] = []
    last_seq = 0
    while time.monotonic() < deadline:
        new = setup.published_posts(lab, after=last_seq)
        last_seq = new[-1]["seq"] if new else last_seq
        posts += [post for post in new if post["account"] in ids]
        if len(posts) >= count:
            return [datetime.fromisoformat(post["at"]) for post in posts]
        time.sleep(1)
    raise TimeoutError(f"only {len(posts)} of {count} posts are public after {TIMEOUT_SECONDS:.0f} s")


def _measure_ours(lab: str, count: int, accounts: int, workers: int, folder: Path) -> Measurement:
    lab_accounts = setup.create_lab_accounts(lab, "pregonero", accounts)
    due_at = datetime.now(UTC) + timedelta(seconds=START_SECONDS + count * PREPARATION_SECONDS)
    account_ids = setup.schedule_publications(lab_accounts, setup.sample_texts(count), due_at)
    environment = {"PREGONERO_X_ADDRESS": f"{lab}/x", "PREGONERO_DEBUG": "0"}
    running = [setup.start_worker(environment, folder / "worker.log") for _ in range(workers)]
    try:
        published = _wait_for_posts(lab, lab_accounts, count)
        _check_deliveries(account_ids, published, count)
    finally:
        processes.stop(*running)
    late = sorted((instant - due_at).total_seconds() for instant in published)
    seconds = (max(published) - max(due_at, min(published))).total_seconds()
    return Measurement(
        f"Pregonero, {workers} trabajador{'es' if workers > 1 else ''}",
        count,
        count / seconds,
        statistics.median(late),
        late[int(len(late) * 0.99)],
    )


def _check_deliveries(account_ids: list[int], published: list[datetime], count: int) -> None:
    """Check that each delivery is PUBLISHED in our tables and that no post was made twice."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while Delivery.objects.filter(account_id__in=account_ids, state="PUBLISHED").count() < count:
        if time.monotonic() > deadline:
            raise TimeoutError("some posts are public, but their deliveries are not PUBLISHED in the database")
        time.sleep(0.5)
    if len(published) != count:
        raise AssertionError(f"{len(published)} posts for {count} deliveries")
