"""How long the list of conversations and a thread take with few and with many: their p95 and their queries.

Each size has an entity of its own in one database, and the sizes are asked in turns, so that what else the machine
does weighs on all of them alike. Only the ratios between sizes mean something.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from bench.setup import new_member
from pregonero.inbox.models import Contact, Conversation, Message
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.people.models import Member

ROUNDS, WARM_UP = 40, 5
SIZES = (100, 10_000, 200_000)
BATCH, OPEN, ANSWERED = 2_000, 4, 5
RATIO = 1.5  # of the p95 of a size to that of the smallest one


@dataclass(frozen=True)
class PageTime:
    """The p95 of a page with a number of items, in milliseconds, its queries, and how it compares to the smallest."""

    page: str
    items: int
    p95_ms: float
    queries: int
    ratio: float


@dataclass(frozen=True)
class Report:
    """All pages of one run."""

    rows: tuple[PageTime, ...]

    @property
    def is_constant(self) -> bool:
        """Return whether each page makes the same queries at every size, and none takes more than `RATIO`."""
        by_page: dict[str, set[int]] = {}
        for row in self.rows:
            by_page.setdefault(row.page, set()).add(row.queries)
        return all(len(counts) == 1 for counts in by_page.values()) and all(row.ratio <= RATIO for row in self.rows)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the table that the command prints."""
        return [
            f"{'':<34}{'elementos':>10}{'p95':>12}{'consultas':>12}{'frente a la menor':>20}",
            *(
                f"{row.page:<34}{row.items:>10}{row.p95_ms:>9.1f} ms{row.queries:>12}{row.ratio:>20.2f}"
                for row in self.rows
            ),
        ]


@dataclass(frozen=True)
class _Stage:
    """An entity with a number of conversations, a conversation with as many messages, and somebody signed in."""

    size: int
    browser: Client
    thread: int
    short_thread: int


def measure(sizes: tuple[int, ...] = SIZES) -> Report:
    """Make the rows of each size, and measure every page in turns."""
    with override_settings(ALLOWED_HOSTS=["*"]):
        stages = [_make(size) for size in sizes]
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        rows: list[PageTime] = []
        for page, path_of in PAGES.items():
            rows += _measure_page(page, path_of, stages)
    return Report(tuple(rows))


# Each has a full page of rows at every size.
PAGES: dict[str, Callable[[_Stage], str]] = {
    "lista, sin responder": lambda stage: "/conversacion/",
    "lista, respondidas": lambda stage: "/conversacion/?estado=respondidas",
    "lista, comentarios": lambda stage: "/conversacion/?tipo=COMMENT",
    "hilo corto": lambda stage: f"/conversacion/{stage.short_thread}/",
    "hilo largo": lambda stage: f"/conversacion/{stage.thread}/",
}


def _measure_page(page: str, path_of: Callable[[_Stage], str], stages: list[_Stage]) -> list[PageTime]:
    times: dict[int, list[float]] = {stage.size: [] for stage in stages}
    queries: dict[int, int] = {}
    for number in range(WARM_UP + ROUNDS):
        for stage in stages:
            seconds, made = _get(stage, path_of(stage))
            if number >= WARM_UP:
                times[stage.size].append(seconds)
                queries[stage.size] = made
    p95 = {size: statistics.quantiles(found, n=20, method="inclusive")[18] * 1000 for size, found in times.items()}
    smallest = p95[stages[0].size]
    return [
        PageTime(page, stage.size, p95[stage.size], queries[stage.size], p95[stage.size] / smallest) for stage in stages
    ]


def _get(stage: _Stage, path: str) -> tuple[float, int]:
    made = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal made
        made += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        started = time.perf_counter()
        response = stage.browser.get(path)
        seconds = time.perf_counter() - started
    if response.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"{path} answered {response.status_code}")
    return seconds, made


def _make(size: int) -> _Stage:
    member = new_member(f"muchas-{size}")
    account, now = _account(member), timezone.now()
    contacts = Contact.objects.bulk_create(
        Contact(entity=member.entity, network="facebook", remote_id=f"p{n}", name=f"Persona {n}", first_seen_at=now)
        for n in range(500)
    )
    conversations = Conversation.objects.bulk_create(
        (_conversation(account, contacts[n % 500], n, now) for n in range(size)), batch_size=BATCH
    )
    short_thread, long_thread = conversations[1], conversations[11]
    Message.objects.bulk_create((_message(each, each.thread_id, now) for each in conversations), batch_size=BATCH)
    more = (_message(long_thread, f"m{n}", now - timedelta(seconds=n)) for n in range(size))
    Message.objects.bulk_create(more, batch_size=BATCH)
    browser = Client()
    browser.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return _Stage(size, browser, long_thread.pk, short_thread.pk)


def _conversation(account: Account, contact: Contact, number: int, now: datetime) -> Conversation:
    """Return one of many: of ten, four are open, five answered and one closed; half are basic questions."""
    at = now - timedelta(seconds=number)
    return Conversation(
        entity_id=account.entity_id,
        account=account,
        kind="MENTION" if number % 7 == 0 else "COMMENT",
        thread_id=f"c{number}",
        post_id="post",
        contact=contact,
        state="OPEN" if number % 10 < OPEN else "ANSWERED" if number % 10 < OPEN + ANSWERED else "CLOSED",
        question="BASIC" if number % 2 == 0 else "NONE",
        question_why="Trae una pregunta.",
        waiting_since=at,
        last_at=at,
    )


def _message(conversation: Conversation, remote_id: str, at: datetime) -> Message:
    return Message(
        conversation=conversation,
        account_id=conversation.account_id,
        remote_id=remote_id,
        kind=conversation.kind,
        contact_id=conversation.contact_id,
        is_work=True,
        text=f"¿Hasta qué fecha está abierta la convocatoria {remote_id}?",
        salt="s",
        digest="d",
        written_at=at,
        received_at=at,
    )


def _account(by: Member) -> Account:
    return register_account(
        entity=by.entity,
        network="facebook",
        handle=f"pagina{by.pk}",
        display_name="Página",
        purpose="Medición",
        root_mailbox="",
        by=by,
        now=timezone.now(),
    )
