"""What a measurement needs: a lab with accounts, and publications in the state in which scheduling leaves them.

Import it after Django is set up.
"""

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

from django.db import transaction
from django.utils import timezone

from pregonero import processes
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News, NewsState
from pregonero.outbox.models import Delivery
from pregonero.outbox.payload import fingerprint_of, post_payload
from pregonero.outbox.wakeups import schedule_wakeups
from pregonero.people import actions as people
from pregonero.people.models import Employment, Entity, Member
from pregonero.people.roles import Role
from pregonero.publishing.models import Adaptation, Publication, PublicationState

ROOT = Path(__file__).resolve().parent.parent

LabAccount = dict[str, str]


@contextmanager
def running_lab(folder: Path) -> Iterator[str]:
    """Run a lab for the time of the block and yield its URL."""
    command = [sys.executable, "-m", "lab", "--port", "0", "--data", str(folder)]
    lab = processes.start(command, output=subprocess.PIPE)
    try:
        assert lab.stdout is not None  # noqa: S101  PIPE was given
        yield json.loads(lab.stdout.readline())["url"]
    finally:
        processes.stop(lab)


def create_lab_accounts(lab: str, name: str, count: int) -> list[LabAccount]:
    """Create X accounts in the lab, without limits and without the refusal of repeated texts."""
    first = time.monotonic_ns()
    fields = [
        {
            "network": "x",
            "id": str(number),
            "handle": f"{name}{number}",
            "token": f"t{number}",
            "name": name,
            "extra": {"allow_duplicates": True},
        }
        for number in range(first, first + count)
    ]
    return list(_fetch(f"{lab}/accounts", fields)["accounts"])


def published_posts(lab: str, *, after: int) -> list[dict[str, Any]]:
    """Return what became public on X after a sequence number of the lab's audit log, oldest first."""
    return list(_fetch(f"{lab}/ledger.json?network=x&after={after}")["posts"])


def _fetch(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310  loopback
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        return json.load(response)


def sample_texts(count: int) -> list[str]:
    """Return different texts of the usual length, each with a link."""
    return [f"Nota {number}: crecen las exportaciones. https://www.mincit.gov.co/n/{number}" for number in range(count)]


def schedule_publications(accounts: list[LabAccount], texts: list[str], due_at: datetime) -> list[int]:
    """Store publications due at the same instant, spread over the accounts; return the ids of the accounts."""
    now = timezone.now()
    member = new_member(uuid4().hex[:12])
    entity = member.entity
    connected = [_connect(entity, member, account, now) for account in accounts]
    publications = _create_publications(entity, member, texts, due_at, now)
    _create_deliveries(publications, texts, connected, now)
    with transaction.atomic():
        schedule_wakeups([now, due_at], now=now)
    return [account.pk for account in connected]


def new_member(slug: str) -> Member:
    """Return the coordinator of a new entity."""
    now = timezone.now()
    entity = people.register_entity(
        slug=slug,
        name="Banco de pruebas",
        short_name="Banco",
        initials="BP",
        official_domains=["mincit.gov.co"],
        now=now,
    )
    return people.register_member(
        entity=entity,
        email=f"{slug}@bench.test",
        password="",
        name="Carmen",
        roles=[Role.COORDINATOR],
        employment=Employment.STAFF,
        by=None,
        now=now,
    )


def _connect(entity: Entity, member: Member, account: LabAccount, now: datetime) -> Account:
    registered = register_account(
        entity=entity,
        network="x",
        handle=account["handle"],
        remote_id=account["id"],
        display_name="Banco",
        purpose="Medir",
        root_mailbox="",
        by=member,
        now=now,
    )
    connect_account(account=registered, token=account["token"], expires_at=None, by=member, now=now)
    return registered


def _create_publications(
    entity: Entity, member: Member, texts: list[str], due_at: datetime, now: datetime
) -> list[Publication]:
    address = f"https://www.mincit.gov.co/{entity.slug}"
    news = News.objects.create(
        entity=entity, address=address, key=address, title="Medir", state=NewsState.INFORMED, found_at=now
    )
    return Publication.objects.bulk_create(
        Publication(
            entity=entity,
            number=f"{entity.slug}-{number}",
            key=uuid4(),
            source_kind="news",
            source_id=news.pk,
            source_name=news.title,
            title=text[:60],
            why="Medir",
            link=address,
            state=PublicationState.PROGRAMMED,
            due_at=due_at,
            created_by=member,
            created_at=now,
            edited_by=member,
            edited_at=now,
        )
        for number, text in enumerate(texts)
    )


def _create_deliveries(
    publications: list[Publication], texts: list[str], accounts: list[Account], now: datetime
) -> None:
    targets = [
        (publication, accounts[index % len(accounts)], text)
        for index, (publication, text) in enumerate(zip(publications, texts, strict=True))
    ]
    Adaptation.objects.bulk_create(
        Adaptation(publication=publication, account=account, text=text) for publication, account, text in targets
    )
    Delivery.objects.bulk_create(
        Delivery(
            entity=publication.entity,
            subject_kind="publication",
            subject_id=publication.pk,
            subject_name=publication.title,
            payload=payload,
            fingerprint=fingerprint_of(payload),
            account=account,
            due_at=publication.due_at,
            prepare_at=now,
            ready_at=publication.due_at,
            expires_at=publication.due_at + timedelta(hours=1),
        )
        for publication, account, text in targets
        for payload in [post_payload(text)]
        if publication.due_at is not None
    )


def start_worker(environment: dict[str, str], log: Path) -> subprocess.Popen[str]:
    """Start one worker process that writes to a log file."""
    with log.open("a", encoding="utf-8") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "pregonero", "worker"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
            text=True,
        )
