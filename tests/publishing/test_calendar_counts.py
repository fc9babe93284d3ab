"""The calendar, the proposed hours and making room make the same queries with few and with many publications (P-2).

`pregonero bench calendar` measures their times on the same installations.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.calendar import make_installation

pytestmark = [pytest.mark.procedure("P-2"), pytest.mark.django_db]


def test_each_page_makes_the_same_queries_with_few_and_with_many() -> None:
    counts: dict[str, set[int]] = {}
    for installation in (make_installation(100), make_installation(300)):
        for page, path in installation.paths.items():
            assert installation.browser.get(path).status_code == 200, page  # fills the caches
            with CaptureQueriesContext(connection) as queries:
                installation.browser.get(path)
            counts.setdefault(page, set()).add(len(queries))
    assert {page: found for page, found in counts.items() if len(found) > 1} == {}
