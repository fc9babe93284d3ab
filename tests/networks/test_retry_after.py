"""The wait that a network asks for with `Retry-After`, which every network and its token address read in one way."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.http_client import MAX_RETRY_AFTER, retry_after_seconds
from pregonero.networks.base import Transient
from pregonero.networks.client import HttpError
from pregonero.networks.error_mapping import network_error_for
from pregonero.networks.oauth import ClientCredentials, OAuthConfig, refresh_tokens
from pregonero.networks.registry import auth_config_of, network
from tests.lab.process import Lab
from tests.networks.peers import answering, peer
from tests.networks.subjects import NETWORKS, lab_credentials

ANSWERED = "Sun, 06 Nov 2026 08:49:37 GMT"


def in_two_minutes() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("1.5", 1.5),
        ("Sun, 06 Nov 2026 08:51:37 GMT", 120),
        ("Sunday, 06-Nov-26 08:51:37 GMT", 120),
        ("Sun Nov  6 08:51:37 2026", 120),
        ("Sun, 06 Nov 2026 03:51:37 -0500", 120),
        ("Sun, 06 Nov 2026 08:00:00 GMT", 0),
        ("Sun, 06 Nov 2099 08:00:00 GMT", MAX_RETRY_AFTER),
        ("9" * 15, MAX_RETRY_AFTER),
        ("9" * 400, None),
        ("-5", None),
        ("²", None),
        ("٣", None),
        ("pronto", None),
        ("Sun, 99 Nov 2026 08:51:37 GMT", None),
        ("", None),
    ],
)
def test_header_is_read_as_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": value, "date": ANSWERED}) == seconds


def test_date_is_measured_from_our_clock_without_the_date_of_the_answer() -> None:
    assert retry_after_seconds({"retry-after": in_two_minutes()}) == pytest.approx(120, abs=2)
    assert retry_after_seconds({}) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    seconds = retry_after_seconds({"retry-after": text, "date": text})

    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("status", [429, 503])
def test_every_network_is_waited_for_until_the_date_that_it_gives(name: str, status: int) -> None:
    refusal = HttpError(status, {"retry-after": in_two_minutes()}, {})

    error = network_error_for(network(name).errors, refusal, public=False)

    assert isinstance(error, Transient)
    assert error.retry_after == pytest.approx(120, abs=2)


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_token_address_is_waited_for_until_the_date_that_it_gives(lab: Lab, status: str) -> None:
    config = auth_config_of("x")
    assert isinstance(config, OAuthConfig)
    with peer(answering(status, b"", f"Retry-After: {in_two_minutes()}")) as server:
        credentials = replace(lab_credentials(lab, "x"), address=server.address)
        with pytest.raises(Transient) as caught:
            refresh_tokens(config, credentials, ClientCredentials("a", "b"), "c")

    assert caught.value.retry_after == pytest.approx(120, abs=2)


def test_reset_that_is_not_a_number_is_not_taken_for_one() -> None:
    for name, header in (("x", "x-rate-limit-reset"), ("bluesky", "ratelimit-reset")):
        table = network(name).errors
        assert table.wait(HttpError(429, {header: "²"}, {})) is None
        assert table.wait(HttpError(429, {header: f"{time.time() + 60:.3f}"}, {})) == pytest.approx(61, abs=2)
