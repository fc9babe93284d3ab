"""The day's order: clashes, repeated themes, free places and what to put in them (P-2)."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing.calendar import ThreadPosition, at_hour, find_problems, free_hours, propose
from pregonero.publishing.queries.calendar import programme_of
from tests.publishing.test_states import put
from tests.stage import deliveries_in, drafted, programmed

pytestmark = pytest.mark.procedure("P-2")
DAY = date(2026, 11, 24)


def place(
    key: int, hour: int, minute: int = 0, *, account: int = 1, theme: str = "", publication: int = 0
) -> ThreadPosition:
    return ThreadPosition(key, publication or key, account, at_hour(DAY, hour, minute), f"Tema {key}", theme)


def test_two_topics_within_a_quarter_of_an_hour_clash() -> None:
    problems = find_problems([place(1, 9), place(2, 9, 14)])
    assert problems[2].text == "a 14 min de «Tema 1», de las 09:00"
    assert 1 not in problems


def test_a_quarter_of_an_hour_apart_is_no_clash() -> None:
    assert find_problems([place(1, 9), place(2, 9, 15)]) == {}


def test_the_same_minute_on_two_accounts_is_no_clash() -> None:
    assert find_problems([place(1, 9, account=1), place(2, 9, account=2)]) == {}


def test_a_repeated_theme_says_of_which_hour() -> None:
    problems = find_problems([place(1, 9, 15, theme="Turismo"), place(2, 15, theme="turismo")])
    assert problems[2].kind == "repeat"
    assert "09:15" in problems[2].text


def test_one_publication_on_an_account_troubles_nobody_alone() -> None:
    assert find_problems([place(1, 9, theme="Turismo"), place(2, 10, theme="Comercio"), place(3, 11)]) == {}


def test_free_hours_leave_out_what_is_taken_and_what_passed() -> None:
    free = free_hours([place(1, 11)], [1], DAY, at_hour(DAY, 9, 30))
    assert [hour.hour for hour in free] == [10, 12, 13, 14, 15, 16, 17]


def test_the_proposal_is_far_from_its_neighbours() -> None:
    (proposal,) = propose([(7, "Turismo")], [place(1, 8), place(2, 17)], [1], DAY, at_hour(DAY, 7))
    assert proposal.at.hour in (12, 13)
    assert proposal.waiting == 7


@given(taken=st.lists(st.integers(0, 23), max_size=12), waiting=st.integers(0, 15), now=st.integers(0, 23))
def test_a_proposal_is_never_taken_nor_past_nor_given_twice(taken: list[int], waiting: int, now: int) -> None:
    places = [place(number, hour) for number, hour in enumerate(taken)]
    clock = at_hour(DAY, now)
    proposals = propose([(key, "") for key in range(waiting)], places, [1], DAY, clock)
    hours = [proposal.at for proposal in proposals]
    assert len(set(hours)) == len(hours)
    assert all(hour >= clock and hour.hour not in taken for hour in hours)


@pytest.mark.usefixtures("accounts")
def test_the_day_shows_each_account_and_what_waits(news: News, ana: Member, now: datetime) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    day = programme_of(ana.entity, DAY, now=now)
    at_ten = next(hour for hour in day.hours if hour.hour == "10:00")
    assert [len(cell.entries) for cell in at_ten.cells] == [1, 1, 1, 1]
    assert at_ten.cells[0].entries[0].word == "programada"
    assert day.publications == 1
    assert day.waiting == ()


@pytest.mark.usefixtures("accounts")
def test_a_draft_waits_with_a_free_hour_proposed(news: News, ana: Member, now: datetime) -> None:
    drafted(news, ana, now)
    (waiting,) = programme_of(ana.entity, DAY, now=now).waiting
    assert waiting.proposal is not None
    assert waiting.proposal.at >= now


def test_a_clash_shows_in_its_place(news: News, ana: Member, now: datetime, accounts: dict[str, Account]) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    programmed(news, ana, now, due_at=now + timedelta(hours=1, minutes=5))
    day = programme_of(ana.entity, DAY, now=now)
    at_ten = next(hour for hour in day.hours if hour.hour == "10:00")
    assert [entry.state for entry in at_ten.cells[0].entries] == ["", "wait"]
    assert "a 5 min de" in at_ten.cells[0].entries[1].word
    assert day.troubles == 1


@pytest.mark.usefixtures("accounts")
def test_a_day_takes_the_same_queries_whatever_it_holds(news: News, ana: Member, now: datetime) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            programme_of(ana.entity, DAY, now=now)
        return len(captured)

    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    few = count()
    for minutes in range(5, 100, 5):
        programmed(news, ana, now, due_at=now + timedelta(hours=1, minutes=minutes))
    assert count() == few


@pytest.mark.usefixtures("accounts")
def test_empty_hours_are_folded_into_one_row(news: News, ana: Member, now: datetime) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    day = programme_of(ana.entity, DAY, now=now)
    assert [(hour.hour, hour.free_until, hour.opens_at) for hour in day.hours] == [
        ("07:00", "10:00", "09:00"),
        ("10:00", "", ""),
        ("11:00", "19:00", "11:00"),
    ]


def test_only_what_did_not_go_out_is_red(news: News, ana: Member, now: datetime, accounts: dict[str, Account]) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    rejected = programmed(news, ana, now, due_at=now + timedelta(hours=1, minutes=5))
    put(deliveries_in(rejected).get(account=accounts["x"]), DeliveryState.REJECTED)
    at_ten = next(hour for hour in programme_of(ana.entity, DAY, now=now).hours if hour.hour == "10:00")
    assert [[entry.state for entry in cell.entries] for cell in at_ten.cells] == [["", "bad"], *[["", "wait"]] * 3]


def test_a_proposal_of_a_later_day_does_not_speak_of_today() -> None:
    (proposal,) = propose([(7, "Turismo")], [], [1], DAY, at_hour(DAY, 7))
    assert "hoy" not in proposal.why
