"""How long pages take with few and with many rows: their p95 and their queries, measured in turns.

What else the machine does weighs on all sizes alike. Only the ratios between sizes mean something on a busy one.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.test import Client

from pregonero.people.security import verified_session

ROUNDS, WARM_UP = 40, 5
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
class Installation:
    """An entity with a number of items, the paths of its pages by name, and somebody signed in."""

    size: int
    browser: Client
    paths: Mapping[str, str]


def measure_pages(installations: Sequence[Installation]) -> Report:
    """Ask each page of every size in turns. The sizes are in order, the smallest first."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Report(tuple(row for page in installations[0].paths for row in _measure_page(page, installations)))


def _measure_page(page: str, installations: Sequence[Installation]) -> list[PageTime]:
    times: dict[int, list[float]] = {one.size: [] for one in installations}
    queries: dict[int, int] = {}
    for number in range(WARM_UP + ROUNDS):
        for one in installations:
            seconds, made = _get(one.browser, one.paths[page])
            if number >= WARM_UP:
                times[one.size].append(seconds)
                queries[one.size] = made
    p95 = {size: statistics.quantiles(found, n=20, method="inclusive")[18] * 1000 for size, found in times.items()}
    smallest = p95[installations[0].size]
    return [
        PageTime(page, one.size, p95[one.size], queries[one.size], p95[one.size] / smallest) for one in installations
    ]


def _get(browser: Client, path: str) -> tuple[float, int]:
    made = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal made
        made += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        started = time.perf_counter()
        response = browser.get(path)
        seconds = time.perf_counter() - started
    if response.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"{path} answered {response.status_code}")
    return seconds, made


def signed_in(user: Any) -> Client:
    """Return a browser with somebody who signed in and has shown the second factor."""
    browser = Client()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = browser.session
    session[verified_session.SESSION_KEY] = True
    session.save()
    return browser
