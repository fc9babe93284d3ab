"""Records know nobody: these tests use entities by number, without rows of their own."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import DjangoDbBlocker

from tests.databases import as_default_database, fresh_database


@pytest.fixture
def committed(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Give a database of its own, where what is written is really committed, and its address."""
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        yield url


@pytest.fixture
def later(now: datetime) -> datetime:
    return now.replace(hour=15, microsecond=250)
