"""Fixtures of the records' tests, which name entities by number, without rows in `people`."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import DjangoDbBlocker

from tests.databases import as_default_database, fresh_database


@pytest.fixture
def committed(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Yield the address of a database of its own, where transactions really commit."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        yield url


@pytest.fixture
def later(now: datetime) -> datetime:
    return now.replace(hour=15, microsecond=250)
