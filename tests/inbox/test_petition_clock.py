"""The legal date of petitions: worked terms, one or more for each article, each with its day-by-day table (Q-5)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pregonero.errors import Refused
from pregonero.inbox.petition_clock import (
    TERMS,
    DayRow,
    PetitionKind,
    Step,
    StepKind,
    count_petition,
    silence_of_documents,
)
from pregonero.inbox.petition_law import ARTICLES
from pregonero.working_days import LEY_2578, is_working_day
from tests.inbox.petition_terms import WORKED, Worked

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


def steps_of(term: Worked) -> list[Step]:
    """Return the steps of a worked term, with its reception first."""
    steps = [received(term.received)]
    for text in filter(None, term.steps.split(" | ")):
        kind, day, *rest = text.split(" ")
        hour, until = (rest[0], None) if ":" in rest[0] else ("10:00", rest[0])
        until = rest[1] if len(rest) > 1 else until
        steps.append(Step(StepKind(kind), at(f"{day} {hour}"), d(until) if until else None))
    return steps


@pytest.mark.parametrize("term", WORKED, ids=lambda term: f"{term.article}: {term.received} {term.steps[:30]}")
def test_worked_terms_with_their_tables(term: Worked) -> None:
    count = count_petition(PetitionKind(term.kind), steps_of(term))

    assert f"{count.due_on or ''}" == term.due
    if not term.due:
        return
    begun = max(place for place, row in enumerate(count.rows) if row.number == 0)
    rows = count.rows[begun:]
    days = [rows[0].day + timedelta(days=number) for number in range(len(rows))]
    assert [row.day for row in rows] == days, "no day is left out"
    stopped = [row for row in rows if "art. 17" in row.note or row.note == "espera a la persona"]
    holidays = [row for row in rows if row.number is None and row.day.weekday() < 5 and row not in stopped]
    assert " ".join(f"{row.day:%m-%d}" for row in holidays if row.day <= d(term.due)) == term.holidays
    assert all("Ley" in row.note for row in holidays), "each holiday names its law"
    assert all(row.note for row in rows if row.day.weekday() >= 5 and row.number is None)
    numbers = [row.number for row in rows if row.number is not None]
    assert numbers == list(range(len(numbers))), "from the day after its reception, one by one"


def test_there_are_sixty_worked_terms_of_every_article() -> None:
    articles = {"14", "14 par.", "14.1", "14.2", "17", "18", "19", "21", "30", "258"}
    assert (len(WORKED), {term.article for term in WORKED}) == (60, articles)


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([(S.MORE_TIME, "2026-12-01 10:00")], "No se le había pedido"),
        ([(S.COMPLETED, "2026-12-01 10:00")], "No se le había pedido"),
        ([(S.RETURNED, "2026-12-01 10:00"), (S.MORE_TIME, "2026-12-02 10:00")], "No se le había pedido"),
        ([(S.ASKED_TO_COMPLETE, "2026-11-30 10:00"), (S.MORE_TIME, "2026-12-31 10:00")], "antes del 30/12/2026"),
        ([(S.ASKED_TO_COMPLETE, "2026-11-30 10:00"), (S.ARCHIVED, "2026-12-30 10:00")], "antes no se archiva"),
        ([(S.ASKED_TO_COMPLETE, "2026-11-30 10:00"), (S.RETURNED, "2026-12-01 10:00")], "ya está detenida"),
        ([(S.ARCHIVED, "2026-12-30 10:00")], "Solo se archiva"),
        ([(S.WITHDRAWN, "2026-12-01 10:00"), (S.ANSWERED, "2026-12-02 10:00")], "ya terminó"),
        ([(S.RECEIVED, "2026-12-01 10:00")], "una sola vez"),
    ],
)
def test_a_step_that_the_law_has_not_is_refused(steps: list[tuple[StepKind, str]], why: str) -> None:
    with pytest.raises(Refused, match=why):
        count_petition(K.GENERAL, [received("2026-11-24 10:00"), *(Step(kind, at(when)) for kind, when in steps)])


def test_the_table_says_on_which_day_the_count_stopped() -> None:
    stopped = count_petition(K.GENERAL, [received("2026-11-24 10:00"), Step(S.RETURNED, at("2026-12-02 10:00"))])

    assert stopped.rows[-1] == DayRow(
        d("2026-12-02"), None, "se devolvió para aclararla: la cuenta se detiene (art. 19)"
    )
    assert stopped.waits_until == d("2026-12-17")


@pytest.mark.parametrize(
    ("asked", "completed", "due"),
    [
        ("2026-11-30 10:00", "2026-12-10 10:00", "2026-12-29"),
        ("2026-12-09 10:00", "2026-12-09 16:00", "2026-12-17"),
        ("2026-12-01 10:00", "2026-12-12 10:00", "2026-12-30"),
        ("2026-11-25 10:00", "2026-12-07 18:00", "2026-12-31"),
    ],
)
def test_the_count_goes_on_when_it_is_completed(asked: str, completed: str, due: str) -> None:
    steps = [received("2026-11-24 10:00"), Step(S.ASKED_TO_COMPLETE, at(asked))]
    stopped = count_petition(K.GENERAL, steps)
    again = count_petition(K.GENERAL, [*steps, Step(S.COMPLETED, at(completed))])

    assert (stopped.due_on, stopped.norm) == (None, "Ley 1755 de 2015, art. 17")
    assert again.due_on == d(due)


def test_what_is_counted_after_the_pause_keeps_what_had_passed() -> None:
    """Article 17 reactivates the term: asking again, forwarding and extending count the same days."""
    paused = [received("2026-11-24 10:00"), Step(S.ASKED_TO_COMPLETE, at("2026-11-30 10:00"))]
    going = [*paused, Step(S.COMPLETED, at("2026-12-10 10:00"))]  # three days had passed

    assert count_petition(K.GENERAL, [*going, Step(S.FORWARDED, at("2026-12-14 10:00"))]).due_on == d("2026-12-14")
    again = [*going, Step(S.ASKED_TO_COMPLETE, at("2026-12-15 10:00")), Step(S.COMPLETED, at("2026-12-17 10:00"))]
    assert count_petition(K.GENERAL, again).due_on == d("2027-01-04")
    with pytest.raises(Refused, match="hasta el 21/12/2026"):
        count_petition(K.GENERAL, [*going, Step(S.ASKED_TO_COMPLETE, at("2026-12-22 10:00"))])
    longest = count_petition(K.GENERAL, [*going, Step(S.EXTENDED, at("2026-12-29 10:00"), d("2027-01-20"))])
    assert longest.due_on == d("2027-01-20")
    with pytest.raises(Refused, match="21/01/2027"):
        count_petition(K.GENERAL, [*going, Step(S.EXTENDED, at("2026-12-29 10:00"), d("2027-01-22"))])


def test_each_norm_that_sets_a_date_has_its_words_and_its_source() -> None:
    norms = {count_petition(PetitionKind(term.kind), steps_of(term)).norm for term in WORKED if term.due}
    assert norms - ARTICLES.keys() == {"Ley 1755 de 2015, art. 30"}, "not found in full"
    assert all(article.source.startswith("https://") and article.words for article in ARTICLES.values())
    assert "quince (15) días" in ARTICLES[TERMS[K.GENERAL].norm].words
    assert "diez (10) días" in ARTICLES[TERMS[K.DOCUMENTS].norm].words
    assert "treinta (30) días" in ARTICLES[TERMS[K.CONSULTATION].norm].words
    assert "cinco (5) días" in ARTICLES[TERMS[K.CONGRESS].norm].words


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
