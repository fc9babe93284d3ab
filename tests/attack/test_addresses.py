"""Each address leads to its own page, and an address that a person wrote breaks none, whatever it is."""

import pytest
from django.urls import resolve

from pregonero.hosts import host_in
from tests.attack.conftest import Stage
from tests.attack.row import Row
from tests.attack.url_table import ROWS


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_no_address_is_taken_by_another(row: Row, stage: Stage) -> None:
    assert resolve(row.path(stage).partition("?")[0]).view_name == row.name


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://WWW.MinCIT.gov.co/prensa", "www.mincit.gov.co"), ("https://[::1]:8000/", "::1"),
        ("https://[::1", ""), ("https://[uno]/", ""), ("https://a\u2100b/", ""), ("mincit.gov.co", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_host_of_any_address(address: str, host: str) -> None:
    assert host_in(address) == host
