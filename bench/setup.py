"""What a measurement stands on: a laboratory, and publications written in bulk, as their actions leave them."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from pregonero import processes

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def laboratory(folder: Path) -> Iterator[str]:
    """Have a laboratory of its own and give its address."""
    command = [sys.executable, "-m", "lab", "--port", "0", "--data", str(folder)]
    lab = processes.start(command, output=subprocess.PIPE)
    try:
        assert lab.stdout is not None  # noqa: S101  it was asked for
        yield json.loads(lab.stdout.readline())["url"]
    finally:
        processes.stop(lab)


def new_account(lab: str, name: str) -> dict[str, str]:
    """Give an X account of the laboratory that does not refuse repeated texts; nothing limits it."""
    number = time.monotonic_ns()
    extra = {"allow_duplicates": True}
    account = {"network": "x", "id": str(number), "handle": f"{name}{number}", "token": f"t{number}", "name": name}
    return dict(_ask(f"{lab}/accounts", [account | {"extra": extra}])["accounts"][0])


def ledger(lab: str, account: str, *, after: int) -> list[dict[str, Any]]:
    """Return what became public on an account after a place in the judge's book, in order."""
    return list(_ask(f"{lab}/ledger.json?network=x&account={account}&after={after}")["posts"])


def _ask(address: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310  loopback
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        return json.load(response)


def texts(count: int) -> list[str]:
    """Return as many different texts as a network would get: some words and a link."""
    return [f"Nota {number}: crecen las exportaciones. https://www.mincit.gov.co/n/{number}" for number in range(count)]


def programme(account: dict[str, str], words: list[str], due_at: datetime) -> int:
    """Write publications programmed for the same minute on one account; return the account's id."""
    from django.utils import timezone

    from pregonero.networks.actions.credentials import connect_account
    from pregonero.networks.actions.register import register_account
    from pregonero.networks.models import Network
    from pregonero.newsroom.models import News, NewsState
    from pregonero.people import actions as people
    from pregonero.people.models import Employment
    from pregonero.people.roles import Role
    from pregonero.publishing.models import Adaptation, Delivery, Publication, PublicationState
    from pregonero.publishing.wakeups import schedule_wakeups

    now = timezone.now()
    slug = uuid4().hex[:12]
    entity = people.register_entity(
        slug=slug,
        name="Banco de pruebas",
        short_name="Banco",
        initials="BP",
        official_domains=["mincit.gov.co"],
        now=now,
    )
    carmen = people.register_member(
        entity=entity, email=f"{slug}@bench.test", password="", name="Carmen", roles=[Role.COORDINATOR],
        employment=Employment.STAFF, by=None, now=now,
    )  # fmt: skip
    ours = register_account(
        entity=entity, network=Network.X, handle=account["handle"], remote_id=account["id"], display_name="Banco",
        purpose="Medir", root_mailbox="", by=carmen, now=now,
    )  # fmt: skip
    connect_account(account=ours, token=account["token"], expires_at=None, by=carmen, now=now)
    address = f"https://www.mincit.gov.co/{slug}"
    news = News.objects.create(
        entity=entity, address=address, key=address, title="Medir", state=NewsState.INFORMED, found_at=now
    )
    publications = Publication.objects.bulk_create(
        Publication(
            entity=entity, number=f"{slug}-{number}", key=uuid4(), news=news, title=text[:60], why="Medir",
            link=address,
            state=PublicationState.PROGRAMMED, due_at=due_at, created_by=carmen, created_at=now, edited_by=carmen,
            edited_at=now,
        )
        for number, text in enumerate(words)
    )  # fmt: skip
    Adaptation.objects.bulk_create(
        Adaptation(publication=publication, account=ours, text=text)
        for publication, text in zip(publications, words, strict=True)
    )
    Delivery.objects.bulk_create(
        Delivery(
            entity=entity,
            publication=publication,
            account=ours,
            due_at=due_at,
            prepare_at=now,
            ready_at=due_at,
            expires_at=due_at + timedelta(hours=1),
        )
        for publication in publications
    )
    from django.db import transaction

    with transaction.atomic():
        schedule_wakeups([now, due_at], now=now)
    return ours.pk


def worker(environment: dict[str, str], log: Path) -> subprocess.Popen[str]:
    """Start one worker process."""
    with log.open("a", encoding="utf-8") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "pregonero", "worker"], cwd=ROOT, env={**os.environ, **environment}, stdout=output,
            stderr=output, text=True,
        )  # fmt: skip
