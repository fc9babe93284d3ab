"""The calendar: clashes, repeated themes, free hours and what to put in them; its views and filters (P-2)."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.networks.actions.register import pause_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.calendar import ThreadPosition, Topic, at_hour, find_problems, free_hours, free_spans, propose
from pregonero.publishing.calendar_filters import Filters
from pregonero.publishing.calendar_form import CalendarForm
from pregonero.publishing.models import Publication
from pregonero.publishing.queries.calendar_entries import Entry
from pregonero.publishing.queries.calendar_pages import Day, Days, day_of, list_of, month_of, week_of
from pregonero.publishing.templatetags.calendar_labels import waiting_why
from pregonero.ui.templatetags.ui_time import day_words
from tests.publishing.test_states import put
from tests.publishing.test_views import signed_in
from tests.stage import deliveries_in, drafted, programmed

pytestmark = pytest.mark.procedure("P-2")
DAY = date(2026, 11, 24)


def place(
    key: int, hour: int, minute: int = 0, *, account: int = 1, theme: str = "", publication: int = 0
) -> ThreadPosition:
    return ThreadPosition(key, publication or key, account, at_hour(DAY, hour, minute), f"Tema {key}", theme)


def test_two_topics_within_a_quarter_of_an_hour_clash() -> None:
    problems = find_problems([place(1, 9), place(2, 9, 14)])
    assert problems[2].text == "a 14 min de la de las 09:00"
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
    (proposal,) = propose([Topic(7, "Turismo")], [place(1, 8), place(2, 17)], [1], DAY, at_hour(DAY, 7))
    assert proposal.at.hour in (12, 13)
    assert proposal.waiting == 7


@given(taken=st.lists(st.integers(0, 23), max_size=12), waiting=st.integers(0, 15), now=st.integers(0, 23))
def test_a_proposal_is_never_taken_nor_past_nor_given_twice(taken: list[int], waiting: int, now: int) -> None:
    places = [place(number, hour) for number, hour in enumerate(taken)]
    clock = at_hour(DAY, now)
    proposals = propose([Topic(key, "") for key in range(waiting)], places, [1], DAY, clock)
    hours = [proposal.at for proposal in proposals]
    assert len(set(hours)) == len(hours)
    assert all(hour >= clock and hour.hour not in taken for hour in hours)


def row_of(page: Day, publication: Publication) -> Entry:
    return next(entry for entry in page.entries if entry.publication == publication)


def kinds_of(page: Day) -> list[tuple[str, str]]:
    return [(item.kind, f"{item.at:%H:%M}") for item in page.items]


@pytest.mark.usefixtures("accounts")
def test_the_day_has_one_row_for_a_publication_with_its_state_on_each_account(
    news: News, ana: Member, now: datetime
) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    day = day_of(ana, DAY, Filters(), now=now)
    assert [f"{entry.at:%H:%M}" for entry in day.entries] == ["10:00"]
    assert [state.label for state in day.entries[0].states.values()] == ["programada"] * 4
    assert day.waiting == ()


def test_a_publication_moved_after_it_went_out_somewhere_has_a_row_at_each_hour(
    news: News, ana: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    publication = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    put(deliveries_in(publication).get(account=accounts["x"]), DeliveryState.PUBLISHED)
    actions.move_publication(publication=publication, due_at=now + timedelta(hours=3), by=ana, now=now)
    entries = day_of(ana, DAY, Filters(), now=now).entries
    assert [(f"{entry.at:%H:%M}", len(entry.states)) for entry in entries] == [("10:00", 1), ("12:00", 3)]


@pytest.mark.usefixtures("accounts")
def test_a_draft_waits_with_a_free_hour_proposed(news: News, ana: Member, now: datetime) -> None:
    drafted(news, ana, now)
    (waiting,) = day_of(ana, DAY, Filters(), now=now).waiting
    assert waiting.proposal is not None
    assert waiting.proposal.at >= now


@pytest.mark.usefixtures("accounts")
def test_when_a_day_is_full_the_next_one_is_proposed(news: News, ana: Member, now: datetime) -> None:
    drafted(news, ana, now)
    late = now.replace(hour=23)
    (waiting,) = day_of(ana, DAY, Filters(), now=late).waiting
    assert waiting.proposal is not None
    assert waiting.proposal.at.date() == DAY + timedelta(days=1)
    assert "mañana no sale otra" in waiting.proposal.why


def test_an_hour_is_proposed_for_the_active_accounts_and_says_which_are_paused(
    news: News, ana: Member, carmen: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    pause_account(account=accounts["instagram"], reason="Incidente.", by=carmen, now=now)
    drafted(news, ana, now)
    (waiting,) = day_of(ana, DAY, Filters(), now=now).waiting
    assert waiting.proposal is not None
    assert accounts["instagram"].pk not in waiting.proposal.accounts
    assert "Instagram está en pausa: allí saldrá cuando se reanude." in waiting_why(waiting, now)


def test_nothing_is_proposed_while_every_account_is_paused(
    news: News, ana: Member, carmen: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    for account in accounts.values():
        pause_account(account=account, reason="Incidente.", by=carmen, now=now)
    drafted(news, ana, now)
    (waiting,) = day_of(ana, DAY, Filters(), now=now).waiting
    assert waiting.proposal is None
    assert waiting_why(waiting, now) == "Todas las cuentas están en pausa."


def test_a_clash_shows_once_in_its_row(news: News, ana: Member, now: datetime, accounts: dict[str, Account]) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    programmed(news, ana, now, due_at=now + timedelta(hours=1, minutes=5))
    day = day_of(ana, DAY, Filters(), now=now)
    assert [entry.tint for entry in day.entries] == ["", "wait"]
    assert day.entries[1].problem.startswith("a 5 min de")
    assert {state.tint for state in day.entries[1].states.values()} == {""}


@pytest.mark.parametrize("read", [day_of, week_of, month_of, list_of])
@pytest.mark.usefixtures("accounts")
def test_a_page_takes_the_same_queries_whatever_it_holds(
    news: News, ana: Member, now: datetime, read: Callable[..., Day | Days]
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            read(ana, DAY, Filters(), now=now)
        return len(captured)

    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    few = count()
    for minutes in range(5, 40, 5):
        programmed(news, ana, now, due_at=now + timedelta(hours=1, minutes=minutes))
    assert count() == few


@pytest.mark.usefixtures("accounts")
def test_empty_hours_are_one_row_that_creates_and_now_stands_among_them(news: News, ana: Member, now: datetime) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=3))
    day = day_of(ana, DAY, Filters(), now=now)
    assert kinds_of(day) == [("now", "09:00"), ("free", "09:15"), ("entry", "12:00"), ("free", "12:30")]
    spans = [item.free for item in day.items if item.free is not None]
    assert [f"{span.end:%H:%M}" for span in spans] == ["12:00", "19:00"]


@pytest.mark.usefixtures("accounts")
def test_a_past_day_offers_no_hour(news: News, ana: Member, now: datetime) -> None:
    drafted(news, ana, now)
    page = signed_in(ana).get(f"/parrilla/{DAY - timedelta(days=900)}/").content.decode()
    assert "Ese día no salió nada." in page
    assert "programar aquí" not in page


@given(
    taken=st.lists(st.tuples(st.integers(0, 23), st.integers(0, 59)), max_size=12),
    now=st.tuples(st.integers(0, 23), st.integers(0, 59)),
)
def test_free_time_has_no_publication_and_is_never_past(taken: list[tuple[int, int]], now: tuple[int, int]) -> None:
    times, clock = [at_hour(DAY, *at) for at in taken], at_hour(DAY, *now)
    spans = free_spans(times, DAY, clock)
    for span in spans:
        assert span.start > clock
        assert span.end - span.start >= timedelta(hours=1)
        assert not [at for at in times if span.start - timedelta(minutes=15) < at < span.end]
    assert [span.start for span in spans] == sorted(span.start for span in spans)


def test_only_what_did_not_go_out_is_red(news: News, ana: Member, now: datetime, accounts: dict[str, Account]) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    rejected = programmed(news, ana, now, due_at=now + timedelta(hours=1, minutes=5))
    put(deliveries_in(rejected).get(account=accounts["x"]), DeliveryState.REJECTED)
    day = day_of(ana, DAY, Filters(), now=now)
    assert [entry.tint for entry in day.entries] == ["", "bad"]
    assert [(summary.label, summary.tint) for summary in row_of(day, rejected).summaries] == [
        ("rechazada en X", "bad"),
        ("programada en 3 redes", ""),
    ]


def test_a_proposal_of_a_later_day_does_not_speak_of_today() -> None:
    (proposal,) = propose([Topic(7, "Turismo")], [], [1], DAY, at_hour(DAY - timedelta(days=4), 7))
    assert proposal.why == "A las 08:00 hay espacio, y ese día no sale otra de ese tema."
    (proposal,) = propose([Topic(7, "Turismo")], [place(1, 15, theme="turismo")], [1], DAY, at_hour(DAY, 7))
    assert proposal.why == "A las 08:00 hay espacio; ojo: hoy ya sale otra de turismo."
    (proposal,) = propose([Topic(7, "")], [], [1], DAY, at_hour(DAY, 7))
    assert proposal.why == "A las 08:00 hay espacio."


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("red=x", {"X": 2}),
        ("red=instagram", {"Instagram": 1}),
        ("red=otra", {"X": 2, "Facebook": 1, "Instagram": 1, "YouTube": 1}),
        ("estado=no-salieron", {"X": 1}),
        ("estado=publicadas", {}),
        ("estado=por-salir", {"X": 1, "Facebook": 1, "Instagram": 1, "YouTube": 1}),
        ("persona=0", {"X": 2, "Facebook": 1, "Instagram": 1, "YouTube": 1}),
        ("tipo=news", {"X": 2, "Facebook": 1, "Instagram": 1, "YouTube": 1}),
    ],
)
def test_filters_are_in_the_address(
    news: News, ana: Member, now: datetime, accounts: dict[str, Account], query: str, shown: dict[str, int]
) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    rejected = programmed(news, ana, now, due_at=now + timedelta(hours=4))
    for delivery in deliveries_in(rejected).exclude(account=accounts["x"]):
        put(delivery, DeliveryState.CANCELLED)
    Delivery.objects.filter(state=DeliveryState.CANCELLED).update(due_at=now - timedelta(days=3))
    put(deliveries_in(rejected).get(account=accounts["x"]), DeliveryState.REJECTED)
    filters = CalendarForm(QueryDict(query), member=ana).filters
    found: dict[str, int] = {}
    for entry in day_of(ana, DAY, filters, now=now).entries:
        for state in entry.states.values():
            name = str(state.account.get_network_display())
            found[name] = found.get(name, 0) + 1
    assert found == shown


def test_the_filter_of_a_person_shows_what_she_wrote(
    news: News, ana: Member, beto: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    hers = programmed(news, ana, now, due_at=now + timedelta(hours=1))
    programmed(news, beto, now, due_at=now + timedelta(hours=2))
    entries = day_of(ana, DAY, Filters(person=ana.pk), now=now).entries
    assert [entry.publication for entry in entries] == [hers]


@pytest.mark.usefixtures("accounts")
def test_the_form_of_the_calendar_leads_to_a_view_and_a_day_with_its_filters(ana: Member) -> None:
    response = signed_in(ana).get("/parrilla/?vista=week&dia=2026-11-24&red=x&estado=&persona=")
    assert response["Location"] == "/parrilla/2026-11-24/semana/?red=x"
    page = signed_in(ana).get("/parrilla/2026-11-24/semana/?red=x").content.decode()
    for address in (
        "/parrilla/2026-11-17/semana/?red=x",
        "/parrilla/2026-12-01/semana/?red=x",
        "/parrilla/2026-11-24/mes/?red=x",
    ):
        assert f'href="{address}"' in page
    assert signed_in(ana).get("/parrilla/?vista=otra&dia=ayer").status_code == 200


@pytest.mark.parametrize("view", ["semana", "mes", "lista"])
@pytest.mark.parametrize("day", ["0001-01-02", "9999-12-30"])
def test_the_first_and_last_days_that_exist_are_no_error(ana: Member, view: str, day: str) -> None:
    assert signed_in(ana).get(f"/parrilla/{day}/{view}/").status_code in {200, 404}


@pytest.mark.usefixtures("accounts")
def test_the_week_has_seven_days_in_bands_and_shows_an_early_one_only_if_it_is_used(
    news: News, ana: Member, now: datetime
) -> None:
    programmed(news, ana, now, due_at=now + timedelta(hours=1))
    week = week_of(ana, DAY, Filters(), now=now)
    assert (week.start, week.end) == (DAY - timedelta(days=1), DAY + timedelta(days=5))
    assert week.bands == ((6, 9), (9, 12), (12, 15), (15, 18), (18, 21))
    tuesday = week.days[1]
    assert [[item.kind for item in band.items] for band in tuesday.bands] == [[], ["now", "entry"], [], [], []]
    assert tuesday.bands[0].adds_at is None
    assert f"{tuesday.bands[1].adds_at:%H:%M}" == "09:15"
    programmed(news, ana, now, due_at=now + timedelta(hours=20))
    assert week_of(ana, DAY, Filters(), now=now).bands[0] == (0, 6)


@pytest.mark.usefixtures("accounts")
def test_slots_carry_their_day_and_hour_to_the_editor(news: News, ana: Member, beto: Member, now: datetime) -> None:
    draft = drafted(news, beto, timezone.now())
    day = timezone.localdate() + timedelta(days=3)
    page = signed_in(beto).get(f"/parrilla/{day}/").content.decode()
    assert f'href="/publicaciones/nueva/?hora={day}T07:00"' in page
    address = re.search(rf'href="(/publicaciones/{draft.pk}/editor/\?hora=({day}T\d\d:\d\d))"', page)
    assert address
    start = signed_in(beto).get(f"/publicaciones/nueva/?hora={day}T07:00").content.decode()
    assert f"Elige qué sale el {day_words(day, timezone.now())} a las 07:00." in start
    assert f'href="/publicaciones/{draft.pk}/editor/?hora={day}T07%3A00"' in start
    editor = signed_in(beto).get(address[1]).content.decode()
    asked_day, asked_hour = address[2].split("T")
    assert f'name="day" value="{asked_day}"' in editor
    assert f'name="hour" value="{asked_hour}"' in editor
