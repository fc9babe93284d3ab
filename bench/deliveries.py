"""How many deliveries go out in a second, all programmed for the same minute, and how late: ours, the limit, the peer.

The three post the same bodies to the same laboratory, one after the other, in one run. Only the ratios mean something
on a machine that others use too.
"""

import asyncio
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

ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / ".venv-bench" / "bin" / "celery"
PREPARING_SECONDS = 0.012  # for each delivery: how far ahead the minute is put, so that preparing is over by then
GIVE_UP_SECONDS = 900.0
PEER_SECONDS = 60.0


@dataclass(frozen=True)
class Measured:
    """One way of posting: how many a second, and how late after their minute (only ours have one)."""

    way: str
    posts: int
    per_second: float
    late_p50: float | None = None
    late_p99: float | None = None


@dataclass(frozen=True)
class Report:
    """Everything that was measured in one run."""

    rows: tuple[Measured, ...]
    against_limit: float
    against_peer: float

    def as_dict(self) -> dict[str, object]:
        """Return it for a program."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return it for a person."""
        said = [f"{'':<34}{'envíos/s':>10}{'tarde p50':>12}{'tarde p99':>12}"]
        said += [
            f"{row.way:<34}{row.per_second:>10.0f}{_seconds(row.late_p50):>12}{_seconds(row.late_p99):>12}"
            for row in self.rows
        ]
        return [*said, "", f"frente al límite: {self.against_limit:.2f}   frente al par: {self.against_peer:.2f}"]


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


def measure(count: int) -> Report:
    """Measure the limit, the peer, and ours with one and two workers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pregonero-bench-")))
        lab = stack.enter_context(setup.laboratory(folder / "lab"))
        plain = _limit(lab, count)
        peer = _peer(lab, count, folder)
        ours = [_ours(lab, count, workers, folder) for workers in (1, 2)]
    best = max(row.per_second for row in ours)
    return Report((plain, peer, *ours), best / plain.per_second, best / peer.per_second)


def _limit(lab: str, count: int) -> Measured:
    account = setup.new_account(lab, "limite")
    seconds = asyncio.run(upper_bound.post_all(f"{lab}/x/2/tweets", account["token"], setup.texts(count)))
    return Measured("límite: bucle asíncrono, sin nada", count, count / seconds)


def _peer(lab: str, count: int, folder: Path) -> Measured:
    account = setup.new_account(lab, "par")
    port = processes.free_port(0)
    environment = {
        "BENCH_REDIS": f"redis://127.0.0.1:{port}/0", "BENCH_TOKEN": account["token"],
        "BENCH_ADDRESS": f"{lab}/x/2/tweets",
    }  # fmt: skip
    redis = processes.start(
        ["redis-server", "--port", str(port), "--save", "", "--dir", str(folder)], output=subprocess.DEVNULL
    )
    try:
        return _celery(lab, account["id"], count, environment)
    finally:
        processes.stop(redis)


def _celery(lab: str, account: str, count: int, environment: dict[str, str]) -> Measured:
    environment = {**os.environ, **environment}
    environment.pop("DJANGO_SETTINGS_MODULE", None)  # Celery would look for a Django that it does not have
    command = [str(PEER), "-A", "bench.celery_baseline", "worker", "-Q", "idle", "-c", "4", "--loglevel", "ERROR"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    python = str(PEER.parent / "python")
    enqueue = [python, "-c", f"from bench import peer, peer_texts\npeer_texts.enqueue({count})"]
    try:
        subprocess.run(enqueue, cwd=ROOT, env=environment, check=True)
        started = datetime.now(UTC)
        _begin(environment)
        posts = _wait(lab, account, count)
    finally:
        worker.terminate()
        worker.wait()
    first = min(when for when in posts if when >= started)
    return Measured("par: Celery y Redis", len(posts), len(posts) / (max(posts) - first).total_seconds())


def _begin(environment: dict[str, str]) -> None:
    """Tell the peer's worker to take its queue, as soon as it is up to hear it."""
    command = [str(PEER), "-A", "bench.celery_baseline", "control", "add_consumer", "posts"]
    until = time.monotonic() + PEER_SECONDS
    while subprocess.run(
        command, cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode:
        if time.monotonic() > until:
            raise TimeoutError("the peer's worker never answered")


def _wait(lab: str, account: str, count: int) -> list[datetime]:
    """Return when each post became public, once all of them are; what was seen is not asked for again."""
    until = time.monotonic() + GIVE_UP_SECONDS
    posts: list[dict[str, Any]] = []
    while time.monotonic() < until:
        posts += setup.ledger(lab, account, after=posts[-1]["seq"] if posts else 0)
        if len(posts) >= count:
            return [datetime.fromisoformat(post["at"]) for post in posts]
        time.sleep(1)
    raise TimeoutError(f"{len(posts)} of {count} posts after {GIVE_UP_SECONDS:.0f} s")


def _ours(lab: str, count: int, workers: int, folder: Path) -> Measured:
    account = setup.new_account(lab, "pregonero")
    due_at = datetime.now(UTC) + timedelta(seconds=20 + count * PREPARING_SECONDS)
    ours = setup.programme(account, setup.texts(count), due_at)
    environment = {"PREGONERO_X_ADDRESS": f"{lab}/x", "PREGONERO_DEBUG": "0"}
    running = [setup.worker(environment, folder / "worker.log") for _ in range(workers)]
    try:
        posts = _wait(lab, account["id"], count)
        _check_ours(ours, posts, count)
    finally:
        processes.stop(*running)
    late = sorted((when - due_at).total_seconds() for when in posts)
    took = (max(posts) - max(due_at, min(posts))).total_seconds()
    return Measured(
        f"Pregonero, {workers} trabajador{'es' if workers > 1 else ''}", count, count / took,
        statistics.median(late), late[int(len(late) * 0.99)],
    )  # fmt: skip


def _check_ours(account: int, posts: list[datetime], count: int) -> None:
    """A figure of deliveries that went out twice, or that we do not know of, would be no figure."""
    from pregonero.publishing.models import Delivery

    until = time.monotonic() + GIVE_UP_SECONDS
    while Delivery.objects.filter(account_id=account, state="PUBLISHED").count() < count:
        if time.monotonic() > until:
            raise TimeoutError("posts are out that our tables do not have")
        time.sleep(0.5)
    if len(posts) != count:
        raise AssertionError(f"{len(posts)} posts for {count} deliveries")
