"""The legal date of petitions: worked terms, one or more for each article, each with its day-by-day table (Q-5)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.errors import Refused
from pregonero.inbox.petition_clock import TERMS, PetitionKind, Step, StepKind, count_petition, silence_of_documents
from pregonero.working_days import LEY_2578, is_working_day

pytestmark = pytest.mark.procedure("Q-5")
BOGOTA = ZoneInfo("America/Bogota")
K, S = PetitionKind, StepKind


def at(text: str) -> datetime:
    """Return an hour of Bogotá: "2026-11-24 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=BOGOTA)


def received(text: str) -> Step:
    return Step(S.RECEIVED, at(text))


def d(text: str) -> date:
    return date.fromisoformat(text)


WORKED = [
    # kind, received, legal date: the days are in the tables of the law's calendar
    (K.GENERAL, "2026-11-24 10:00", "2026-12-16"), (K.GENERAL, "2026-11-24 16:59", "2026-12-16"),
    (K.GENERAL, "2026-11-24 17:00", "2026-12-17"), (K.GENERAL, "2026-11-27 18:30", "2026-12-22"),
    (K.GENERAL, "2026-11-28 09:00", "2026-12-22"), (K.GENERAL, "2026-11-29 23:59", "2026-12-22"),
    (K.GENERAL, "2026-12-18 10:00", "2027-01-13"), (K.GENERAL, "2026-12-24 18:00", "2027-01-20"),
    (K.GENERAL, "2026-03-27 08:00", "2026-04-21"), (K.GENERAL, "2026-07-01 08:00", "2026-07-24"),
    (K.GENERAL, "2025-06-12 08:00", "2025-07-07"), (K.GENERAL, "2028-02-28 08:00", "2028-03-21"),
    (K.DOCUMENTS, "2026-11-24 10:00", "2026-12-09"), (K.DOCUMENTS, "2026-11-24 17:01", "2026-12-10"),
    (K.DOCUMENTS, "2026-12-21 10:00", "2027-01-06"), (K.DOCUMENTS, "2026-07-03 10:00", "2026-07-21"),
    (K.DOCUMENTS, "2026-05-08 10:00", "2026-05-25"), (K.DOCUMENTS, "2026-04-01 10:00", "2026-04-17"),
    (K.CONSULTATION, "2026-11-24 10:00", "2027-01-08"), (K.CONSULTATION, "2026-06-05 10:00", "2026-07-24"),
    (K.CONSULTATION, "2026-10-09 10:00", "2026-11-25"), (K.AUTHORITY, "2026-11-24 10:00", "2026-12-09"),
    (K.AUTHORITY, "2026-08-06 10:00", "2026-08-24"), (K.CONGRESS, "2026-11-24 10:00", "2026-12-01"),
    (K.CONGRESS, "2026-12-04 10:00", "2026-12-14"), (K.CONGRESS, "2026-12-31 20:00", "2027-01-12"),
    (K.CONGRESS, "2026-10-30 10:00", "2026-11-09"), (K.CONGRESS, "2026-01-02 10:00", "2026-01-09"),
    (K.GENERAL, "2026-01-09 10:00", "2026-02-02"), (K.GENERAL, "2026-05-15 10:00", "2026-06-09"),
    (K.GENERAL, "2026-06-12 10:00", "2026-07-07"), (K.GENERAL, "2026-08-14 10:00", "2026-09-07"),
    (K.GENERAL, "2026-10-30 10:00", "2026-11-24"), (K.DOCUMENTS, "2025-04-14 10:00", "2025-04-30"),
    (K.DOCUMENTS, "2025-12-24 10:00", "2026-01-09"), (K.DOCUMENTS, "2027-03-19 10:00", "2027-04-07"),
    (K.CONSULTATION, "2025-12-01 10:00", "2026-01-16"), (K.CONSULTATION, "2027-12-01 10:00", "2028-01-14"),
    (K.CONGRESS, "2027-03-22 10:00", "2027-04-01"), (K.AUTHORITY, "2028-04-10 10:00", "2028-04-26"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "when", "due"), WORKED)
def test_worked_terms_of_article_14_and_30(kind: PetitionKind, when: str, due: str) -> None:
    count = count_petition(kind, [received(when)])

    assert count.due_on == d(due)
    assert count.norm == TERMS[kind].norm
    assert [row.number for row in count.rows if row.number] == list(range(1, TERMS[kind].days + 1))
    assert all(row.note for row in count.rows if not row.number), "each day that does not count says why"


@pytest.mark.parametrize(
    ("asked", "completed", "due"),
    [
        ("2026-11-30 10:00", "2026-12-10 10:00", "2027-01-04"),
        ("2026-12-09 10:00", "2026-12-09 16:00", "2026-12-31"),
        ("2026-12-01 10:00", "2026-12-12 10:00", "2027-01-06"),
        ("2026-11-25 10:00", "2026-12-07 18:00", "2026-12-31"),
    ],
)
def test_the_count_starts_again_when_it_is_completed(asked: str, completed: str, due: str) -> None:
    steps = [received("2026-11-24 10:00"), Step(S.ASKED_TO_COMPLETE, at(asked))]
    stopped = count_petition(K.GENERAL, steps)
    again = count_petition(K.GENERAL, [*steps, Step(S.COMPLETED, at(completed))])

    assert (stopped.due_on, stopped.norm) == (None, "Ley 1755 de 2015, art. 17")
    assert again.due_on == d(due)


@pytest.mark.parametrize("day", ["2026-12-10 08:00", "2026-12-15 08:00", "2027-01-15 08:00"])
def test_after_ten_days_nothing_more_is_asked_for(day: str) -> None:
    with pytest.raises(Refused, match="hasta el 09/12/2026"):
        count_petition(K.GENERAL, [received("2026-11-24 10:00"), Step(S.ASKED_TO_COMPLETE, at(day))])


@pytest.mark.parametrize(
    ("day", "late"), [("2026-11-25 10:00", False), ("2026-12-01 10:00", False), ("2026-12-02 10:00", True)]
)
def test_another_authority_gets_it_within_five_days(day: str, late: bool) -> None:
    count = count_petition(K.GENERAL, [received("2026-11-24 10:00"), Step(S.FORWARDED, at(day))])

    assert (count.due_on, count.is_late(d("2027-01-01"))) == (d("2026-12-01"), late)
    assert ("tarde" in count.note) == late


@pytest.mark.parametrize(
    ("told", "until", "works"),
    [
        ("2026-12-15 10:00", "2026-12-30", True),
        ("2026-12-16 10:00", "2027-01-08", True),  # the double of fifteen
        ("2026-12-16 10:00", "2027-01-12", False),
        ("2026-12-17 10:00", "2026-12-30", False),  # told after it expired
        ("2026-12-10 10:00", "2026-12-16", False),  # no later than the first
    ],
)
def test_an_extension_is_told_before_it_expires_and_is_at_most_double(told: str, until: str, works: bool) -> None:
    steps = [received("2026-11-24 10:00"), Step(S.EXTENDED, at(told), d(until))]
    if not works:
        with pytest.raises(Refused):
            count_petition(K.GENERAL, steps)
        return

    assert count_petition(K.GENERAL, steps).due_on == d(until)


def test_documents_are_granted_by_silence_and_delivered_in_three_days() -> None:
    count = count_petition(K.DOCUMENTS, [received("2026-11-24 10:00")])
    answered = count_petition(K.DOCUMENTS, [received("2026-11-24 10:00"), Step(S.ANSWERED, at("2026-12-01 10:00"))])

    assert silence_of_documents(count) == (d("2026-12-10"), d("2026-12-14"))
    assert silence_of_documents(answered) is None


def test_an_answer_ends_it_and_says_whether_it_was_on_time() -> None:
    on_time = count_petition(K.CONGRESS, [received("2026-11-24 10:00"), Step(S.ANSWERED, at("2026-12-01 23:00"))])
    late = count_petition(K.CONGRESS, [received("2026-11-24 10:00"), Step(S.ANSWERED, at("2026-12-02 08:00"))])

    assert not on_time.is_late(d("2027-01-01")) and late.is_late(d("2026-12-02"))
    with pytest.raises(Refused, match="ya terminó"):
        ended = [received("2026-11-24 10:00"), Step(S.ANSWERED, at("2026-12-01 10:00"))]
        count_petition(K.CONGRESS, [*ended, Step(S.ANSWERED, at("2026-12-02 10:00"))])


def test_a_new_holiday_law_moves_the_date_and_the_difference_can_be_shown() -> None:
    steps = [received("2026-07-01 08:00")]

    assert count_petition(K.GENERAL, steps).due_on == d("2026-07-24")
    assert count_petition(K.GENERAL, steps, without=LEY_2578).due_on == d("2026-07-23")


@pytest.mark.parametrize("steps", [[], [Step(S.ANSWERED, at("2026-11-24 10:00"))]])
def test_without_its_reception_there_is_no_count(steps: list[Step]) -> None:
    with pytest.raises(Refused, match="empieza cuando se recibe"):
        count_petition(K.GENERAL, steps)


FIRST, LAST = datetime.fromisoformat("2025-01-01"), datetime.fromisoformat("2028-12-31")


@given(st.datetimes(FIRST, LAST), st.sampled_from(list(K)))
def test_the_date_is_a_working_day_and_never_earlier_for_a_later_petition(moment: datetime, kind: PetitionKind) -> None:
    first = count_petition(kind, [Step(S.RECEIVED, moment.replace(tzinfo=BOGOTA))]).due_on
    later = moment.replace(hour=23, minute=59, tzinfo=BOGOTA)
    second = count_petition(kind, [Step(S.RECEIVED, later)]).due_on

    assert first is not None and second is not None
    assert is_working_day(first) and first <= second
